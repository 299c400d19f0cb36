import { namesOfStep, type StepNames, type StepOfRun } from './run-trace.ts';

/** A step that is over. Times are milliseconds of the wall clock. */
export interface FinishedStep extends StepOfRun {
  readonly startMs: number;
  readonly endMs: number;
  readonly facts?: Readonly<Record<string, string | number>>;
  /** Why it did not lead on. */
  readonly fault?: string | undefined;
}

/** Where finished steps are told to. Never fails and never waits: a trace is worth no run. */
export interface Traces {
  record(step: FinishedStep): void;
  /** What is still here is sent, if that goes quickly. */
  close(): Promise<void>;
}

export interface TracesOptions {
  /** `OTEL_EXPORTER_OTLP_ENDPOINT` and its kin, as OpenTelemetry names them. */
  readonly environment: NodeJS.ProcessEnv;
  readonly service: 'deskhand-server' | 'deskhand-gateway';
  readonly version: string;
}

const SEND_EVERY_MS = 1_000;
const SEND_TIMEOUT_MS = 10_000;
/** Above it the newest are dropped, so that a receiver that is away costs a bounded memory. */
const STEPS_KEPT_MAX = 2_048;
const CLOSE_MAX_MS = 3_000;

/** Undefined, and nothing of OpenTelemetry is loaded, where no endpoint is named. */
export async function openTraces(options: TracesOptions): Promise<Traces | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_SDK_DISABLED } = options.environment;
  const isWanted = Boolean(OTEL_EXPORTER_OTLP_ENDPOINT || OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
  return isWanted && OTEL_SDK_DISABLED?.toLowerCase() !== 'true' ? await loadTraces(options) : undefined;
}

async function loadTraces({ service, version }: TracesOptions): Promise<Traces> {
  const [api, sdk, resources, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  let next: StepNames = { traceId: '', spanId: '', parentSpanId: undefined };
  // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over ours.
  const own = resources.resourceFromAttributes({ 'service.name': service, 'service.version': version });
  const resource = own.merge(resources.detectResources({ detectors: [resources.envDetector] }));
  const provider = new sdk.TracerProvider({
    resource,
    sampler: new sdk.AlwaysOnSampler(),
    idGenerator: { generateTraceId: () => next.traceId, generateSpanId: () => next.spanId },
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ timeoutMillis: SEND_TIMEOUT_MS }),
        scheduledDelayMillis: SEND_EVERY_MS,
        exportTimeoutMillis: SEND_TIMEOUT_MS,
        maxQueueSize: STEPS_KEPT_MAX,
      }),
    ],
  });
  const tracer = provider.getTracer('deskhand', version);
  const contextOf = ({ traceId, parentSpanId }: StepNames) =>
    parentSpanId === undefined
      ? api.ROOT_CONTEXT
      : api.trace.setSpanContext(api.ROOT_CONTEXT, {
          traceId,
          spanId: parentSpanId,
          traceFlags: api.TraceFlags.SAMPLED,
          isRemote: true,
        });
  return {
    record: (step) => {
      next = namesOfStep(step);
      const attributes = { 'deskhand.run': step.runId, 'deskhand.attempt': step.attempt, ...step.facts };
      const span = tracer.startSpan(step.step, { startTime: step.startMs, attributes }, contextOf(next));
      if (step.fault !== undefined) span.setStatus({ code: api.SpanStatusCode.ERROR, message: step.fault });
      // A clock that was set back makes no step shorter than nothing.
      span.end(Math.max(step.startMs, step.endMs));
    },
    close: async () => {
      const isSent = provider.shutdown().catch(() => undefined);
      await Promise.race([isSent, new Promise((resolve) => setTimeout(resolve, CLOSE_MAX_MS).unref())]);
    },
  };
}
