import { userInfo } from 'node:os';
import { afterAll, beforeAll, expect, onTestFailed, test, vi } from 'vitest';
import { runSteps } from '@deskhand/protocol/traces/run-trace.ts';
import { makeConnection } from './stack/people.ts';
import { makeFlow, submit, whenEnded } from './stack/runs.ts';
import { type Stack, startStack } from './stack/stack.ts';
import { startTraceReceiver } from './stack/trace-receiver.ts';
import { waitUntil } from './stack/wait-until.ts';

const flow = `SET Said TO $'''hello'''
Logging.LogMessage Message: Said LogLevel: Logging.LogLevel.InfoLevel`;

let receiver: Awaited<ReturnType<typeof startTraceReceiver>>;
let stack: Stack;
beforeAll(async () => {
  receiver = await startTraceReceiver();
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.endpoint);
  stack = await startStack({ sessionHost: 'virtual' });
}, 180_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await stack?.close();
  receiver?.close();
}, 60_000);

test('a run is one connected trace from its submit to its first action, told by server and gateway', async () => {
  onTestFailed(async () => console.error(await stack.lastWords()));
  const wish = {
    clusterId: stack.clusterId,
    accountName: userInfo().username,
    password: undefined,
    notifications: false,
  };
  const connectionId = await makeConnection(stack.client, wish);
  const run = await submit(stack.client, { flowId: await makeFlow(stack.client, flow), connectionId });
  expect((await whenEnded(stack.client, run.id)).state).toBe('succeeded');
  const spans = await waitUntil('every step to be told', () => {
    const told = receiver.spansOfRun(run.id);
    return told.length >= runSteps.length ? told : undefined;
  });

  expect(spans.map(({ name }) => name).sort()).toEqual([...runSteps].sort());
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const roots = spans.filter(({ parentSpanId }) => !parentSpanId);
  expect(roots.map(({ name }) => name)).toEqual(['submit']);
  expect(spans.filter(({ parentSpanId }) => parentSpanId && !ids.has(parentSpanId))).toEqual([]);
  const toldBy = (service: string) => spans.filter((span) => span.service === service).map(({ name }) => name);
  expect(toldBy('deskhand-server').sort()).toEqual(['acquire', 'offer', 'submit']);
  expect(toldBy('deskhand-gateway').sort()).toEqual(['download', 'first action', 'judge', 'sign in']);
  for (const { startTimeUnixNano, endTimeUnixNano } of spans)
    expect(BigInt(endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano));
}, 120_000);
