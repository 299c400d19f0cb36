import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '@deskhand/protocol/limits.ts';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { makeConnection, makePerson, type Person } from './stack/people.ts';
import { isEnded, makeFlow, runState, submit, whenEnded } from './stack/runs.ts';
import { type Stack, startStack } from './stack/stack.ts';
import { waitUntil } from './stack/wait-until.ts';

/** Flows that give more than the limits allow: told with the limit and the number of what was lost, harming nobody. */
const ACTIONS = 300_000;
const ANSWER_MS_MAX = 3_000;
const isRoot = process.getuid?.() === 0;
let stack: Stack;
let person: Person | undefined;
let connectionId: string;

beforeAll(async () => {
  stack = await startStack({ sessionHost: isRoot ? 'linux' : 'virtual' });
  person = isRoot ? makePerson('limit') : undefined;
  const ownUser = (await stack.client.listGateways()).items[0]?.machine?.sessions[0]?.user ?? process.env.USER ?? '';
  connectionId = await makeConnection(stack.client, {
    clusterId: stack.clusterId,
    accountName: person?.user ?? ownUser,
    password: person?.password,
    whenSessionBlocked: 'wait',
    notifications: false,
  });
}, 180_000);
afterAll(async () => {
  await stack?.close();
  person?.remove();
}, 60_000);

const start = async (script: string) => {
  onTestFailed(async () => console.error(await stack.lastWords()));
  return await submit(stack.client, { flowId: await makeFlow(stack.client, script), connectionId });
};

test('a flow of 300,000 actions ends with an honest count of its log lines, and the server stays responsive', async () => {
  const { id } = await start(`@OUTPUT Last : { 'Description': '', 'FriendlyName': 'Last', 'Type': 'Number' }
SET Last TO 0
LOOP WHILE (Last) < (${ACTIONS})
    Variables.IncreaseVariable Value: Last IncrementValue: 1
END`);
  const slowest = { ms: 0 };
  const ended = await waitUntil(
    'the run to end',
    async () => {
      const before = performance.now();
      const run = await runState(stack.client, id);
      slowest.ms = Math.max(slowest.ms, performance.now() - before);
      return isEnded(run) && run;
    },
    120_000,
  );
  expect(ended).toMatchObject({ state: 'succeeded', outputs: { Last: ACTIONS } });
  expect(slowest.ms).toBeLessThan(ANSWER_MS_MAX);

  const lines = await waitUntil('all lines to have arrived', () => allLinesArrived(id), 120_000);
  expect(lines.kept).toBeLessThanOrEqual(limits.LOG_LINES_PER_RUN_MAX);
  expect(lines.kept + lines.lost).toBeGreaterThanOrEqual(ACTIONS);
  expect(lines.gaps).toBe(0);
});

/** Counts what can really be read, once nothing more arrives. */
async function allLinesArrived(id: string) {
  const { logLines, logLinesLost } = await runState(stack.client, id);
  if (logLines + logLinesLost < ACTIONS) return false;
  const read = { kept: 0, gaps: 0, last: 0 };
  for (;;) {
    const query = { after: read.last, limit: 2000 };
    const { lines } = await stack.client.getRunLog({ params: { id }, query });
    if (lines.length === 0) break;
    for (const { seq } of lines) {
      read.gaps += seq - read.last - 1;
      read.last = seq;
    }
    read.kept += lines.length;
  }
  return read.kept === logLines && { kept: read.kept, lost: logLinesLost, gaps: read.gaps };
}

test('outputs above the limit fail the run with the limit named', async () => {
  const { id } = await start(`@OUTPUT Text : { 'Description': '', 'FriendlyName': 'Text', 'Type': 'String' }
SET Text TO $'''0123456789abcdef'''
LOOP Index FROM 1 TO 18 STEP 1
    SET Text TO $'''%Text%%Text%'''
END`);
  const ended = await whenEnded(stack.client, id);
  expect(ended).toMatchObject({ state: 'failed', outputs: {}, error: { code: 'too-large' } });
  expect(ended.error?.message).toContain(String(limits.OUTPUTS_BYTES_MAX));
});

test('an over-sized script and over-sized inputs are refused with the limit named', async () => {
  const script = `# ${'x'.repeat(limits.SCRIPT_BYTES_MAX)}`;
  await expect(makeFlow(stack.client, script)).rejects.toMatchObject({
    problem: { detail: expect.stringContaining(String(limits.SCRIPT_BYTES_MAX)) },
  });
  const flowId = await makeFlow(
    stack.client,
    `@INPUT Much : { 'Description': '', 'FriendlyName': 'Much', 'Type': 'String' }\nSET A TO Much`,
  );
  const inputs = { Much: 'x'.repeat(limits.INPUTS_BYTES_MAX) };
  await expect(submit(stack.client, { flowId, connectionId, inputs })).rejects.toMatchObject({
    problem: { code: 'too-large', detail: expect.stringContaining(String(limits.INPUTS_BYTES_MAX)) },
  });
});

/** Everything a process of the run's account can do to the socket of its runner without knowing its secret. */
const flood = `import glob, socket
held = []
def dial(path):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(10)
    s.connect(path)
    return s
def told(path, data, times):
    for _ in range(times):
        try:
            s = dial(path)
            s.sendall(data)
            s.close()
        except OSError:
            pass
# Connections that were taken stand there beside the socket, with its name.
paths = sorted({line.split()[-1] for line in open('/proc/net/unix') if line.rstrip().endswith('/runner.sock')})
mine = 0
for path in paths:
    try:
        dial(path).close()
    except OSError:
        continue
    mine += 1
    told(path, b'x' * 5000000, 30)
    told(path, b'{"type":"hello","runId":"x","attempt":1,"secret":"guess","pid":1}\\n' * 200, 300)
    told(path, bytes(range(256)) * 100, 300)
    for _ in range(20):
        try:
            held.append(dial(path))
        except OSError:
            pass
print('flooded', mine)
`;
const GATEWAY_MEMORY_KB_MAX = 600_000;

test('a process that floods the socket of its runner harms neither the gateway nor its own run', async () => {
  const script = join(stack.folder, 'flood.py');
  writeFileSync(script, flood);
  const { id } = await start(`@OUTPUT Said : { 'Description': '', 'FriendlyName': 'Said', 'Type': 'String' }
Scripting.RunDOSCommand.RunDOSCommand DOSCommandOrApplication: $'''python3 ${script}''' StandardOutput=> Said StandardError=> Err ExitCode=> Code`);
  const ended = await whenEnded(stack.client, id, 90_000);
  expect(ended).toMatchObject({ state: 'succeeded', outputs: { Said: expect.stringContaining('flooded 1') } });
  const status = readFileSync(`/proc/${stack.gateway().pid}/status`, 'utf8');
  expect(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1])).toBeLessThan(GATEWAY_MEMORY_KB_MAX);
  expect((await stack.client.listGateways()).items).toMatchObject([{ status: 'online' }]);
});
