import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { actionModules, createActionContext, createX11Dialogs, knownActions } from '@deskhand/actions';
import {
  checkFlow,
  createMasker,
  declareInputs,
  type Flow,
  type FlowFailure,
  type FlowOutcome,
  locateLine,
  type Masker,
  parseFlow,
  runFlow,
} from '@deskhand/robin';
import { problem } from '@deskhand/protocol/errors.ts';
import type { RunFailure } from '@deskhand/protocol/http/runs.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import { RUNNER_CANCEL_GRACE_MS, type RunnerResult, type RunnerStart } from '@deskhand/protocol/runner.ts';
import { createActionLog } from './action-log.ts';
import type { EventSink } from './event-sink.ts';
import { fromJson, toJson } from './values-to-json.ts';

const FAILURE_TEXT_CHARS_MAX = 20_000;
/** Half of what a run may have, so that its end still finds room. */
const DIALOG_SCREENSHOTS_MAX = limits.SCREENSHOTS_PER_RUN_MAX / 2;
const CAPTION_CHARS_MAX = 200;

export interface ScriptRun {
  readonly start: RunnerStart;
  readonly sink: EventSink;
  /** Aborted when somebody cancels. */
  readonly signal: AbortSignal;
}

/** Reads, checks and runs a flow, and tells its result to the sink. Resolves with it. */
export async function runScript({ start, sink, signal }: ScriptRun): Promise<RunnerResult> {
  const masker = maskerOf(start);
  const log = createActionLog({
    sink,
    level: start.logLevel,
    masker,
    startedAtMs: Date.now(),
    nowMs: Date.now,
    linesMax: start.channel === null ? Number.POSITIVE_INFINITY : limits.LOG_LINES_PER_RUN_MAX,
  });
  await sink.ready();
  sink.started({ type: 'started', uid: process.getuid?.() ?? -1, display: process.env.DISPLAY ?? null });
  const parsed = readScript(start);
  const outcome = parsed.ok
    ? await runToEnd(parsed.flow, { start, sink, signal, masker, observer: log.observer })
    : parsed;
  const { lastLogSeq, logLinesLost } = log.close();
  const result = { ...resultOf(outcome, masker), lastLogSeq, logLinesLost };
  if (result.state !== 'cancelled') await sink.screenshot(captionOf(result));
  await sink.result(result);
  return result;
}

function maskerOf(start: RunnerStart): Masker {
  const masker = createMasker();
  for (const name of start.sensitive) masker.add(fromJson(start.inputs[name]));
  for (const secret of start.secrets) masker.add(secret);
  return masker;
}

type Outcome = FlowOutcome | { readonly ok: false; readonly refusal: RunFailure };

/** Whatever is wrong with a flow is told before its first action, with the line. */
function readScript(start: RunnerStart) {
  if (Buffer.byteLength(start.script) > limits.SCRIPT_BYTES_MAX)
    return refused(tooLarge('The script', limits.SCRIPT_BYTES_MAX));
  const { flow: parsed, diagnostics } = parseFlow(start.script, { mode: 'lenient' });
  const flow = declareInputs(parsed, Object.keys(start.inputs));
  const checks = { modules: actionModules, knownActions, pathMapping: start.windowsPaths };
  const first = [...diagnostics, ...checkFlow(flow, checks)].find((diagnostic) => diagnostic.severity === 'error');
  if (first === undefined) return { ok: true as const, flow };
  const message = `Line ${first.line}: ${first.message}`;
  const location = { ...locateLine(flow, first.line) };
  const { title, remedy } = problem('flow-not-parsable', { detail: message });
  return refused({ code: first.code, message: title, details: remedy, location });
}

const refused = (refusal: RunFailure) => ({ ok: false as const, refusal });

function tooLarge(what: string, limit: number): RunFailure {
  const { code, title, remedy } = problem('too-large', { what, limit: `${limit} bytes` });
  return { code, message: title, details: remedy };
}

interface Surroundings extends ScriptRun {
  readonly masker: Masker;
  readonly observer: ReturnType<typeof createActionLog>['observer'];
}

async function runToEnd(flow: Flow, surroundings: Surroundings): Promise<Outcome> {
  const { start, signal, masker, observer } = surroundings;
  // What a process inherits has no undefined values.
  const environment = { ...process.env } as Readonly<Record<string, string>>;
  const context = createActionContext({
    signal,
    environment,
    culture: start.culture,
    pathMappings: start.windowsPaths,
    dialogs: createX11Dialogs(environment, { onShown: dialogScreenshots(surroundings) }),
    // The observer writes these lines, together with the place in the flow.
    log: () => undefined,
  });
  const inputs = Object.fromEntries(Object.entries(start.inputs).map(([name, value]) => [name, fromJson(value)]));
  const running = runFlow(flow, {
    modules: actionModules,
    context,
    inputs,
    masker,
    observer,
    clockMs: () => performance.now(),
    wait: async (durationMs, stop) => await sleep(durationMs, undefined, { signal: stop }),
    yieldTurn: async () => await turn(),
  });
  try {
    return await Promise.race([running, graceAfter(signal)]);
  } finally {
    await Promise.race([context.instances.closeAll(), sleep(RUNNER_CANCEL_GRACE_MS, undefined, { ref: false })]);
  }
}

/** What a flow shows to a person is worth a picture, and nobody waits for it. */
function dialogScreenshots({ sink, masker }: Surroundings): (title: string) => void {
  let left = DIALOG_SCREENSHOTS_MAX;
  return (title) => {
    left--;
    if (left >= 0) void sink.screenshot(`Dialog ${masker.maskText(title)}`.trimEnd().slice(0, CAPTION_CHARS_MAX));
  };
}

/** Some actions cannot be stopped; after the grace the run has ended all the same, and the process with it. */
async function graceAfter(signal: AbortSignal): Promise<FlowOutcome> {
  const { promise, resolve } = Promise.withResolvers<FlowOutcome>();
  const begin = (): void => {
    setTimeout(() => resolve({ state: 'cancelled' }), RUNNER_CANCEL_GRACE_MS).unref();
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return await promise;
}

function resultOf(outcome: Outcome, masker: Masker): Pick<RunnerResult, 'state' | 'outputs' | 'error'> {
  if ('refusal' in outcome) return { state: 'failed', outputs: {}, error: outcome.refusal };
  if (outcome.state === 'cancelled') return { state: 'cancelled', outputs: {}, error: null };
  const outputs = Object.fromEntries(
    Object.entries(outcome.outputs).map(([name, value]) => [name, toJson(masker.maskValue(value))]),
  );
  if (Buffer.byteLength(JSON.stringify(outputs)) > limits.OUTPUTS_BYTES_MAX) {
    return { state: 'failed', outputs: {}, error: tooLarge('All outputs together', limits.OUTPUTS_BYTES_MAX) };
  }
  if (outcome.state === 'succeeded') return { state: 'succeeded', outputs, error: null };
  return { state: 'failed', outputs, error: failureOf(outcome.error, masker) };
}

function failureOf(error: FlowFailure, masker: Masker): RunFailure {
  const text = (raw: string): string => masker.maskText(raw).slice(0, FAILURE_TEXT_CHARS_MAX);
  return {
    code: error.code.slice(0, 200),
    message: text(error.message),
    details: text(error.details),
    location: { ...error.location },
    actionName: error.actionName.slice(0, 300),
  };
}

function captionOf(result: RunnerResult): string {
  if (result.state === 'succeeded') return 'At the end of the flow';
  const where = result.error?.location ? ` in line ${result.error.location.line}` : '';
  return `When the flow failed${where}`;
}
