import { afterEach, beforeEach, expect, test } from 'vitest';
import { RealGateway } from './testing/real-gateway.ts';

let gateway: RealGateway;
beforeEach(async () => {
  gateway = new RealGateway();
  await gateway.open();
  await gateway.start();
});
afterEach(async () => {
  await gateway.close();
});

const result = async (runId = 'r1') => (await gateway.server.next('result', (one) => one.runId === runId)).result;
/** On a machine that is busy with other things as well. */
const isAdopted = () => expect.poll(() => gateway.stderr).toContain('adopted a runner');
const isRunning = async () => await gateway.server.next('phase', (message) => message.phase === 'running');

test('a run is signed in, run, signed out and reported, with log and screenshot', async () => {
  await gateway.begin(gateway.order('r1', 'SET Done TO 1', { notifications: true }));
  for (const phase of ['signingIn', 'downloading', 'running'] as const) {
    await gateway.server.next('phase', (message) => message.phase === phase);
  }
  const screenshot = await gateway.server.next('screenshot');
  expect(screenshot.caption).toBe('At the end of the flow');
  const answer = await result();
  expect(answer).toMatchObject({ state: 'succeeded', error: null, lastLogSeq: 2, logLinesLost: 0 });
  expect(Object.keys(answer.phasesMs)).toEqual(['signingIn', 'downloading', 'running', 'ending', 'ended']);
  expect(gateway.starts()).toBe(1);
  expect(gateway.server.faults).toEqual([]);
});

test('a second offer of the same account is declined while the first run is in hand', async () => {
  const first = gateway.order('r1', 'WAIT 100');
  await gateway.begin(first);
  await isRunning();
  const { accountName, mode, policy, capacity } = first;
  gateway.server.say({ type: 'offer', runId: 'r2', attempt: 1, accountName, mode, policy, capacity });
  expect(await gateway.server.next('decline')).toMatchObject({ runId: 'r2', because: { code: 'no-free-slot' } });
  gateway.server.say({ type: 'cancel', runId: 'r1', attempt: 1, because: 'cancelled' });
  expect(await result()).toMatchObject({ state: 'cancelled' });
});

test('a gateway killed while a flow runs is started again, adopts the runner and reports its success', async () => {
  await gateway.begin(gateway.order('r1', `${gateway.untilGo()}\nSET Done TO 1`));
  await isRunning();
  await gateway.kill();
  await gateway.start();
  await isAdopted();
  gateway.letGo();
  expect(await result()).toMatchObject({ state: 'succeeded', lastLogSeq: 3 });
  expect(gateway.starts()).toBe(1);
});

test('a flow that ended while no gateway was there is reported from its spool', async () => {
  await gateway.begin(gateway.order('r1', 'WAIT 1'));
  await isRunning();
  await gateway.kill();
  await expect.poll(() => gateway.spool()).toContain('"type":"result"');
  await gateway.start();
  expect(await result()).toMatchObject({ state: 'succeeded' });
  expect(gateway.starts()).toBe(1);
});

test('a runner that is killed is reported as lost, with its last action', async () => {
  await gateway.begin(gateway.order('r1', 'WAIT 100'));
  await isRunning();
  await gateway.server.next('log');
  process.kill(gateway.runnerPid(), 'SIGKILL');
  expect(await result()).toMatchObject({
    state: 'failed',
    error: { code: 'RunnerLost', actionName: 'File.WriteText' },
  });
});

test('a run is ended by its execution timeout and signed out', async () => {
  await gateway.begin(gateway.order('r1', 'WAIT 100', { executionTimeoutMs: 1_500 }));
  expect(await result()).toMatchObject({ state: 'timedOut', error: { code: 'run-timed-out' } });
});

test('a broken link ends no work: the result waits and is told again until it is acknowledged', async () => {
  gateway.server.acknowledges = false;
  await gateway.begin(gateway.order('r1', 'SET A TO 1'));
  await result();
  gateway.server.cut();
  await result();
  gateway.server.cut();
  await gateway.server.next('reconcile', (message) => message.attempts.length === 1);
  gateway.server.acknowledges = true;
  await result();
  gateway.server.cut();
  await gateway.server.next('reconcile', (message) => message.attempts.length === 0);
  expect(gateway.starts()).toBe(1);
});

test('the same acquire confirmed twice starts once', async () => {
  const order = gateway.order('r1', 'WAIT 1');
  await gateway.begin(order);
  gateway.server.say({ type: 'acquired', order });
  await result();
  gateway.server.say({ type: 'acquired', order });
  gateway.server.cut();
  await gateway.server.next('reconcile');
  expect(gateway.starts()).toBe(1);
});

test('an acquire whose confirmation is lost is not in the next report, and nothing was started', async () => {
  const { runId, attempt, accountName, mode, policy, capacity } = gateway.order('r1', '');
  gateway.server.say({ type: 'offer', runId, attempt, accountName, mode, policy, capacity });
  await gateway.server.next('acquire');
  gateway.server.cut();
  expect(await gateway.server.next('reconcile')).toMatchObject({ attempts: [] });
  expect(gateway.starts()).toBe(0);
});

test('an attempt that the server calls stale is ended and never reported', async () => {
  await gateway.begin(gateway.order('r1', 'WAIT 100'));
  await isRunning();
  gateway.server.say({ type: 'stale', runId: 'r1', attempt: 1 });
  await expect.poll(() => gateway.journal()).toContain('"because":"stale"');
  gateway.server.cut();
  expect(await gateway.server.next('reconcile')).toMatchObject({ attempts: [] });
  expect(gateway.server.heard.some((message) => message.type === 'result')).toBe(false);
  expect(() => process.kill(gateway.runnerPid(), 0)).toThrow();
});

test.each([
  ['before it signs in', '"phase":"signingIn"'],
  ['after it has signed in', '"type":"session"'],
])('a gateway killed %s starts nothing a second time and reports the run as lost', async (_when, mark) => {
  const began = gateway.begin(gateway.order('r1', 'SET A TO 1', { notifications: true }));
  const marked = expect.poll(() => gateway.journal(), { interval: 2 }).toContain(mark);
  await Promise.all([began, marked]);
  await gateway.kill();
  const wasLaunched = gateway.journal().includes('"type":"launching"');
  await gateway.start();
  const { state, error } = await result();
  if (wasLaunched) expect(['succeeded', 'failed']).toContain(state);
  else expect({ state, code: error?.code }).toEqual({ state: 'failed', code: 'RunnerLost' });
  expect(gateway.starts()).toBe(state === 'succeeded' ? 1 : 0);
});

test('a cancel decided while no gateway was there is carried out when it is back', async () => {
  await gateway.begin(gateway.order('r1', 'WAIT 100'));
  await isRunning();
  await gateway.kill();
  gateway.server.decide = () => 'cancel';
  await gateway.start();
  expect(await result()).toMatchObject({ state: 'cancelled' });
});

test('a gateway killed between result and sign-out signs out and reports the result', async () => {
  await gateway.begin(gateway.order('r1', 'SET A TO 1', { notifications: true }));
  await expect.poll(() => gateway.journal(), { interval: 5 }).toContain('"type":"result"');
  await gateway.kill();
  expect(gateway.journal()).not.toContain('"phase":"ended"');
  await gateway.start();
  expect(await result()).toMatchObject({ state: 'succeeded' });
  gateway.server.cut();
  const { facts } = await gateway.server.next('reconcile');
  expect(facts.sessions.filter((session) => session.ours)).toEqual([]);
});

test('a second gateway on the same data folder is refused', async () => {
  await expect(gateway.start()).rejects.toThrow(/Another gateway is running/);
});

test('a restart that the server asks for keeps the process and its run, and the new gateway adopts it', async () => {
  await gateway.begin(gateway.order('r1', `${gateway.untilGo()}\nSET Done TO 1`));
  await isRunning();
  const { links } = gateway.server;
  gateway.server.say({ type: 'restart' });
  await expect.poll(() => gateway.server.links).toBeGreaterThan(links);
  await isAdopted();
  gateway.letGo();
  expect(await result()).toMatchObject({ state: 'succeeded', lastLogSeq: 3 });
  expect(gateway.starts()).toBe(1);
});

test('the gateway says how its machine is, and who stands at the machine sees the same checks', async () => {
  gateway.server.say({ type: 'runDoctor', requestId: 'q1' });
  const { requestId, report } = await gateway.server.next('doctorReport');
  expect(requestId).toBe('q1');
  const here = await gateway.command('doctor');
  const checks = here.lines as { name: string; good: boolean; found: string }[];
  expect(checks.map(({ name }) => name)).toEqual(report.checks.map(({ name }) => name));
  for (const name of ['gateway', 'link', 'disk']) {
    const [one, other] = [checks, report.checks].map((all) => all.find((check) => check.name === name));
    expect([name, one?.good, other?.good]).toEqual([name, true, true]);
  }
});

test('restart at the machine ends when the gateway is linked again', async () => {
  const before = gateway.server.links;
  const { exit, lines } = await gateway.command('restart');
  expect({ exit, lines }).toMatchObject({ exit: 0, lines: [{ restarted: true }] });
  expect(gateway.server.links).toBe(before + 1);
});

test('where no gateway runs there is nothing to restart, and the doctor says so', async () => {
  await gateway.kill();
  expect(await gateway.command('restart')).toMatchObject({
    exit: 6,
    said: expect.stringContaining('gateway-not-running'),
  });
  const { exit, lines } = await gateway.command('doctor');
  expect(exit).toBe(1);
  expect(lines).toContainEqual(expect.objectContaining({ name: 'gateway', good: false, code: 'gateway-not-running' }));
});
