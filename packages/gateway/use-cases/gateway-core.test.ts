import type { SessionFact } from '@deskhand/domain/session/machine.ts';
import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import type { StartOrder } from '@deskhand/protocol/link/messages.ts';
import { afterEach, expect, test, vi } from 'vitest';
import { LOG_AFTER_RESULT_WAIT_MS } from './courier.ts';
import { LOG_LINES_IN_FLIGHT_MAX } from './log-sender.ts';
import { FakeWorld, orderOf } from '../testing/fake-world.ts';

const worlds: FakeWorld[] = [];
afterEach(() => {
  for (const world of worlds.splice(0)) world.core.stop();
});

async function worldOf(secrets: ConstructorParameters<typeof FakeWorld>[0] = {}): Promise<FakeWorld> {
  const world = new FakeWorld(secrets);
  worlds.push(world);
  await world.core.resume();
  return world;
}
const until = async (check: () => void) => await vi.waitFor(check, { timeout: 20_000, interval: 5 });
const hasSent = async (world: FakeWorld, type: Parameters<FakeWorld['of']>[0], count = 1) =>
  await until(() => expect(world.of(type).length).toBeGreaterThanOrEqual(count));

async function acquire(world: FakeWorld, order: StartOrder): Promise<void> {
  const before = world.of('acquire').length;
  world.offer(order);
  await hasSent(world, 'acquire', before + 1);
}
async function begin(world: FakeWorld, order = orderOf()): Promise<void> {
  await acquire(world, order);
  world.core.handlers.message({ type: 'acquired', order });
}
async function run(world: FakeWorld, order = orderOf()): Promise<void> {
  await begin(world, order);
  await until(() => expect(world.programs).toHaveLength(1));
  world.runnerStarts();
}
const cancel = (world: FakeWorld, because: 'cancelled' | 'timedOut' = 'cancelled') =>
  world.core.handlers.message({ type: 'cancel', runId: 'r1', attempt: 1, because });
const resultOf = async (world: FakeWorld) => {
  await hasSent(world, 'result');
  return world.of('result')[0]?.result;
};
const sessionOf = (user: string, more: Partial<SessionFact> = {}): SessionFact => ({
  id: 's1',
  user,
  uid: 1001,
  state: 'active',
  locked: true,
  ours: false,
  runId: null,
  display: ':0',
  type: 'x11',
  ...more,
});

test('the journal has the attempt before anybody is signed in', async () => {
  const world = await worldOf();
  world.holdSignIn = true;
  await begin(world);
  expect(world.entries[1]).toMatchObject({ type: 'started', facts: { runId: 'r1', user: 'alice' } });
  cancel(world);
  expect(await resultOf(world)).toMatchObject({ state: 'cancelled' });
});

test('a person’s session refuses the run with facts and the rule’s reason', async () => {
  const world = await worldOf();
  world.sessions = [sessionOf('alice')];
  world.offer(orderOf());
  await hasSent(world, 'decline');
  expect(world.of('decline')[0]).toMatchObject({ because: { code: 'session-exists-multi', kind: 'session-rule' } });
  expect(world.of('facts').at(-1)?.facts.version).toBe(world.of('decline')[0]?.factsVersion);
});

test('two offers at once for one account: the second waits for the first', async () => {
  const world = await worldOf();
  world.offer(orderOf());
  world.offer(orderOf({ runId: 'r2' }));
  await hasSent(world, 'decline');
  expect(world.of('acquire').map((message) => message.runId)).toEqual(['r1']);
  expect(world.of('decline')[0]?.because.code).toBe('user-busy');
});

test('a withdrawn acquire frees its account again', async () => {
  const world = await worldOf();
  await acquire(world, orderOf());
  world.core.handlers.message({ type: 'withdraw', runId: 'r1', attempt: 1 });
  await acquire(world, orderOf({ runId: 'r2' }));
  expect(world.of('decline')).toEqual([]);
});

test('a full disk declines offers, and gives back what was acquired before it was full', async () => {
  const world = await worldOf();
  await acquire(world, orderOf());
  world.diskFault = 'no space left';
  world.core.handlers.message({ type: 'acquired', order: orderOf() });
  await hasSent(world, 'release');
  world.offer(orderOf({ runId: 'r2' }));
  await hasSent(world, 'decline');
  expect(world.signIns).toEqual([]);
  expect(world.core.heartbeat()).toMatchObject({ journalFault: 'no space left', wallClockMs: 1_000_000 });
});

test('that a run is asked for is on disk before the server hears of it, and the asking tells so', async () => {
  const world = await worldOf();
  world.core.handlers.reconciled([]);
  await acquire(world, orderOf());
  expect(world.entries).toEqual([{ type: 'acquiring', runId: 'r1', attempt: 1 }]);
  expect(world.of('acquire')).toMatchObject([{ journalId: 'journal-1', journalPosition: 1 }]);
  expect(world.core.heartbeat()).toMatchObject({ journalPosition: 1 });
  const asked = [{ runId: 'r1', attempt: 1 }];
  expect(world.core.handlers.report({ wasRestored: false })).toMatchObject({ journalPosition: 1, attempts: [], asked });
});

test('until the first link what counts is how far the journal was when it was opened', async () => {
  const world = await worldOf();
  world.entries.push({ type: 'acquiring', runId: 'r0', attempt: 1 });
  expect(world.core.heartbeat()).toMatchObject({ journalPosition: 0 });
  expect(world.core.handlers.report({ wasRestored: false })).toMatchObject({ journalPosition: 0 });
  world.core.handlers.reconciled([]);
  expect(world.core.heartbeat()).toMatchObject({ journalPosition: 1 });
});

test('what was asked for and did not begin is told until a server has settled it', async () => {
  const world = await worldOf();
  await acquire(world, orderOf());
  world.core.handlers.down();
  expect(world.core.handlers.report({ wasRestored: false }).asked).toEqual([{ runId: 'r1', attempt: 1 }]);
  world.core.handlers.reconciled([]);
  expect(world.core.handlers.report({ wasRestored: false }).asked).toEqual([]);
  expect(world.entries.at(-1)).toEqual({ type: 'settled', runId: 'r1', attempt: 1, because: 'forgotten' });
});

test('a disk that fills up between the look at it and the asking declines the offer', async () => {
  const world = await worldOf();
  world.diskFault = 'no space left';
  world.isDiskFaultHidden = true;
  world.offer(orderOf());
  await hasSent(world, 'decline');
  expect(world.of('decline')[0]?.because.message).toContain('no space left');
  expect(world.of('acquire')).toEqual([]);
});

test('an acquired run that was never asked for is given back', async () => {
  const world = await worldOf();
  world.core.handlers.message({ type: 'acquired', order: orderOf() });
  expect(world.of('release')).toHaveLength(1);
  expect(world.signIns).toEqual([]);
});

test('a run goes through its phases, its popups and its sign-out, and then reports', async () => {
  const world = await worldOf();
  await run(world, orderOf({ notifications: true }));
  world.runnerEnds({ outputs: { Sum: 3 } });
  expect(await resultOf(world)).toMatchObject({ state: 'succeeded', outputs: { Sum: 3 } });
  expect(world.isSignedOut).toBe(true);
  expect(world.of('phase').map((message) => message.phase)).toEqual(['signingIn', 'downloading', 'running']);
  expect(world.popups.map((popup) => popup.title)).toEqual([
    'Desktop flow is downloading',
    'Desktop flow is running',
    'Desktop flow succeeded',
  ]);
});

test('a fault of the machine fails the run with a plain sentence; what the machine said stays there', async () => {
  const world = await worldOf();
  world.hostFault = new Error('EACCES: permission denied, mkdir /run/deskhand/sessions/r1-1');
  await acquire(world, orderOf());
  world.core.handlers.message({ type: 'acquired', order: orderOf() });
  const result = await resultOf(world);
  expect(result).toMatchObject({ state: 'failed', error: { code: 'SessionCreationError' } });
  expect(JSON.stringify(result)).toContain('its log names');
  expect(JSON.stringify(result)).not.toContain('EACCES');
});

test('the runner that was prepared while the session opened gets the flow', async () => {
  const world = await worldOf();
  await run(world);
  expect(world.programs).toHaveLength(1);
  expect(world.programs[0]).toMatchObject({ command: '/kit/node', args: ['/kit/runner.cjs'] });
  expect(JSON.parse(world.programs[0]?.stdin ?? '')).toMatchObject({ script: 'WAIT 1', channel: { secret: 's' } });
});

test('no popup appears when notifications are off', async () => {
  const world = await worldOf();
  await run(world);
  world.runnerEnds();
  await resultOf(world);
  expect(world.popups).toEqual([]);
});

test('the password goes to the sign-in alone, never to the runner, the journal or the server', async () => {
  const world = await worldOf();
  await run(world);
  world.runnerEnds();
  await resultOf(world);
  expect(world.signIns).toEqual([{ accountName: '.\\Alice', password: 'correct horse' }]);
  expect(JSON.stringify([world.programs, world.entries, world.sent])).not.toContain('correct horse');
});

test('a password that does not open ends the run before anybody is signed in', async () => {
  const world = await worldOf({ password: async () => await Promise.reject(new Error('correct horse')) });
  await begin(world);
  expect(await resultOf(world)).toMatchObject({ state: 'failed', error: { code: 'sealed-value-unreadable' } });
  expect(world.signIns).toEqual([]);
});

test.each(['password-wrong', 'password-expired', 'account-unknown', 'account-expired', 'account-refused'] as const)(
  'a sign-in refused with %s is told by that code',
  async (code) => {
    const world = await worldOf();
    world.refusal = { code, message: 'The machine said no.' };
    await begin(world);
    expect(await resultOf(world)).toMatchObject({ state: 'failed', error: { code, message: 'The machine said no.' } });
  },
);

test('a session found at sign-in is refused with the text of the policy that is rehearsed', async () => {
  const world = await worldOf();
  world.refusal = { code: 'session-exists', message: 'alice is signed in.' };
  await begin(world, orderOf({ policy: 'single-session', capacity: 1 }));
  expect((await resultOf(world))?.error?.message).toBe(
    'Cannot execute desktop flow. There is a locked or an inactive Windows user session on the target device',
  );
});

test('cancelled while signing in: no runner is ever started', async () => {
  const world = await worldOf();
  world.holdSignIn = true;
  await begin(world);
  await until(() => expect(world.signIns).toHaveLength(1));
  cancel(world);
  expect(await resultOf(world)).toMatchObject({ state: 'cancelled', error: null });
  expect(world.programs).toEqual([]);
});

test('cancelled while running: the runner is asked, signed out, and its last popup says so', async () => {
  const world = await worldOf();
  await run(world, orderOf({ notifications: true }));
  cancel(world);
  expect(world.commands).toContainEqual({ type: 'cancel', because: 'cancelled' });
  world.runnerEnds({ state: 'cancelled' });
  expect(await resultOf(world)).toMatchObject({ state: 'cancelled' });
  expect(world.popups.at(-1)?.title).toBe('Desktop flow was cancelled');
  expect(world.isSignedOut).toBe(true);
});

test('a run that succeeds while it is being cancelled has succeeded', async () => {
  const world = await worldOf();
  await run(world);
  cancel(world);
  world.runnerEnds();
  expect(await resultOf(world)).toMatchObject({ state: 'succeeded' });
});

test('a runner that does not obey a cancel is ended with its session', async () => {
  const world = await worldOf();
  await run(world);
  cancel(world);
  expect(await resultOf(world)).toMatchObject({ state: 'cancelled' });
  expect(world.isSignedOut).toBe(true);
}, 15_000);

test('the execution timeout counts time that the machine slept', async () => {
  const world = await worldOf();
  await run(world, orderOf({ executionTimeoutMs: 3_600_000 }));
  world.bootMs += 3_600_001;
  await until(() => expect(world.commands).toContainEqual({ type: 'cancel', because: 'timedOut' }));
  world.runnerEnds({ state: 'cancelled' });
  expect(await resultOf(world)).toMatchObject({ state: 'timedOut', error: { code: 'run-timed-out' } });
});

test('Stop on the popup of an attended run cancels it and says who did', async () => {
  const world = await worldOf();
  world.sessions = [sessionOf('alice', { locked: false })];
  await run(world, orderOf({ mode: 'attended', notifications: true }));
  await until(() => expect(world.popups.at(-1)?.stopButton).toBe(true));
  world.stop?.();
  world.runnerEnds({ state: 'cancelled' });
  expect(await resultOf(world)).toMatchObject({ state: 'cancelled', error: { code: 'cancelled-by-person' } });
});

test('an attended run without its person is declined', async () => {
  const world = await worldOf();
  world.offer(orderOf({ mode: 'attended' }));
  await hasSent(world, 'decline');
  expect(world.of('decline')[0]?.because.code).toBe('attended-not-signed-in');
});

test('a session that ends under the flow is the cause, not the runner', async () => {
  const world = await worldOf();
  await run(world);
  world.endRunner(143);
  world.endSession('alice signed out.');
  expect(await resultOf(world)).toMatchObject({ error: { code: 'session-ended', details: 'alice signed out.' } });
});

test('a runner that ends before its flow begins could not be started, with its last words', async () => {
  const world = await worldOf();
  await begin(world);
  await until(() => expect(world.programs).toHaveLength(1));
  world.endRunner(2);
  const result = await resultOf(world);
  expect(result?.error?.code).toBe('runner-failed-to-start');
  expect(result?.error?.message).toContain('exit code 2: last words');
});

test('without a link the run goes on, and its result is told when there is one', async () => {
  const world = await worldOf();
  await run(world);
  world.isLinkUp = false;
  world.core.handlers.down();
  world.runnerEnds();
  await until(() =>
    expect(world.entries.some((entry) => entry.type === 'phase' && entry.phase === 'ended')).toBe(true),
  );
  world.isLinkUp = true;
  const { attempts } = world.core.handlers.report({ wasRestored: false });
  expect(attempts).toMatchObject([{ runId: 'r1', phase: 'ended', result: { state: 'succeeded' } }]);
  world.core.handlers.reconciled([{ runId: 'r1', attempt: 1, decision: 'send-result' }]);
  expect(world.of('result')).toHaveLength(1);
  world.core.handlers.message({ type: 'resultAck', runId: 'r1', attempt: 1 });
  expect(world.core.handlers.report({ wasRestored: false }).attempts).toEqual([]);
  expect(world.core.handlers.report({ wasRestored: true }).attempts).toMatchObject([{ runId: 'r1', phase: 'ended' }]);
  const [page] = world.core.handlers.journal();
  expect(page).toMatchObject([{ runId: 'r1', attempt: 1, isSettled: true, result: { state: 'succeeded' } }]);
  expect(page?.[0]?.flowName).not.toBe('');
  expect(world.core.handlers.report({ wasRestored: true, hasJournal: true }).attempts).toEqual([]);
});

test('what changes on the machine while the server answers the report is told when the link is up', async () => {
  const world = await worldOf();
  world.sessions = [sessionOf('alice')];
  world.offer(orderOf());
  await hasSent(world, 'decline');
  world.isLinkUp = false;
  expect(world.core.handlers.report({ wasRestored: false }).facts.sessions).toHaveLength(1);
  const told = world.of('facts').length;
  world.sessions = [];
  world.offer(orderOf());
  await until(() => expect(world.entries).not.toHaveLength(0));
  world.isLinkUp = true;
  world.core.handlers.reconciled([]);
  expect(
    world
      .of('facts')
      .slice(told)
      .map(({ facts }) => facts.sessions),
  ).toEqual([[]]);
  world.core.handlers.reconciled([]);
  expect(world.of('facts')).toHaveLength(told + 1);
});

test('what the server forgets is ended, and nothing more is told of it', async () => {
  const world = await worldOf();
  await run(world);
  world.core.handlers.reconciled([{ runId: 'r1', attempt: 1, decision: 'forget' }]);
  world.runnerEnds({ state: 'cancelled' });
  await until(() => expect(world.core.inHand.size).toBe(0));
  expect(world.of('result')).toEqual([]);
  expect(world.isSignedOut).toBe(true);
});

const lineOf = (seq: number): LogLine => ({
  seq,
  at: '2026-01-02T03:04:05.678Z',
  level: 'info',
  subflow: 'Main',
  line: seq,
  actionIndex: seq,
  action: 'SET',
  durationMs: 1,
  status: 'succeeded',
  message: '',
});
const seqsSent = (world: FakeWorld) => world.of('log').flatMap(({ lines }) => lines.map((line) => line.seq));

test('log lines that a broken link carried unacknowledged are carried again, and no others', async () => {
  const world = await worldOf();
  await run(world);
  world.spooled.push(lineOf(1), lineOf(2));
  world.channel?.on.event({ type: 'spooled', lastLogSeq: 2 });
  world.core.handlers.message({ type: 'logAck', runId: 'r1', attempt: 1, seq: 2 });
  world.spooled.push(lineOf(3));
  world.channel?.on.event({ type: 'spooled', lastLogSeq: 3 });
  world.core.handlers.down();
  world.core.handlers.reconciled([{ runId: 'r1', attempt: 1, decision: 'go-on' }]);
  expect(seqsSent(world)).toEqual([1, 2, 3, 3]);
});

test('a log beyond what may be unacknowledged waits in the spool', async () => {
  const world = await worldOf();
  await run(world);
  world.spooled.push(...Array.from({ length: LOG_LINES_IN_FLIGHT_MAX + 700 }, (_, index) => lineOf(index + 1)));
  world.channel?.on.event({ type: 'spooled', lastLogSeq: world.spooled.length });
  expect(seqsSent(world)).toHaveLength(LOG_LINES_IN_FLIGHT_MAX);
  world.core.handlers.message({ type: 'logAck', runId: 'r1', attempt: 1, seq: LOG_LINES_IN_FLIGHT_MAX });
  expect(seqsSent(world)).toHaveLength(LOG_LINES_IN_FLIGHT_MAX + 700);
});

test('a result that the server took from the report does not cut the log off', async () => {
  const world = await worldOf();
  await run(world);
  world.isLinkUp = false;
  world.spooled.push(lineOf(1));
  world.runnerEnds({ lastLogSeq: 1 });
  await until(() => expect(world.core.handlers.report({ wasRestored: false }).attempts[0]?.phase).toBe('ended'));
  world.isLinkUp = true;
  world.core.handlers.reconciled([{ runId: 'r1', attempt: 1, decision: 'forget' }]);
  expect(seqsSent(world)).toEqual([1]);
  expect(world.of('result')).toEqual([]);
  world.core.handlers.message({ type: 'logAck', runId: 'r1', attempt: 1, seq: 1 });
  expect(world.core.inHand.size).toBe(0);
});

test('after the result the rest of a long log is carried for as long as the server takes of it', async () => {
  const world = await worldOf();
  await run(world);
  const count = LOG_LINES_IN_FLIGHT_MAX + 700;
  world.spooled.push(...Array.from({ length: count }, (_, index) => lineOf(index + 1)));
  world.channel?.on.event({ type: 'spooled', lastLogSeq: count });
  world.runnerEnds({ lastLogSeq: count });
  await until(() => expect(world.core.handlers.report({ wasRestored: false }).attempts[0]?.phase).toBe('ended'));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    world.core.handlers.message({ type: 'resultAck', runId: 'r1', attempt: 1 });
    for (const seq of [500, 1_000, LOG_LINES_IN_FLIGHT_MAX]) {
      await vi.advanceTimersByTimeAsync(LOG_AFTER_RESULT_WAIT_MS - 1);
      world.core.handlers.message({ type: 'logAck', runId: 'r1', attempt: 1, seq });
    }
    expect(seqsSent(world)).toHaveLength(count);
    await vi.advanceTimersByTimeAsync(LOG_AFTER_RESULT_WAIT_MS);
    expect(world.core.inHand.size).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('a runner that asks for pictures without end gets one at a time, and only as many as are kept', async () => {
  const world = await worldOf();
  await run(world);
  for (let wave = 0; wave < 2 * limits.SCREENSHOTS_PER_RUN_MAX; wave++) {
    for (let asked = 0; asked < 50; asked++) world.channel?.on.event({ type: 'screenshotWanted', caption: 'again' });
    await until(() => expect(world.pictures.open).toBe(0));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(world.pictures).toEqual({ taken: limits.SCREENSHOTS_PER_RUN_MAX, open: 0, atOnce: 1 });
});

test('the server’s question is answered with what the running gateway itself knows', async () => {
  const world = await worldOf();
  await run(world);
  world.sessions = [sessionOf('alice', { ours: true, runId: 'r1' })];
  world.core.handlers.report({ wasRestored: false });
  world.core.handlers.message({ type: 'runDoctor', requestId: 'q1' });
  await hasSent(world, 'doctorReport');
  const { requestId, report } = world.of('doctorReport')[0] ?? {};
  expect(requestId).toBe('q1');
  expect(report?.checks.find(({ name }) => name === 'link')).toMatchObject({
    good: true,
    found: 'linked to the server',
  });
  expect(report?.checks.find(({ name }) => name === 'sessions')).toMatchObject({ good: true });
});

test('many questions at once cost the machine one look', async () => {
  const world = await worldOf();
  for (const requestId of ['q1', 'q2', 'q3']) world.core.handlers.message({ type: 'runDoctor', requestId });
  await hasSent(world, 'doctorReport', 3);
  expect(world.looks.filter((what) => what === 'pam')).toHaveLength(1);
});

test('a run that fails at the machine’s fault carries how the machine was found to be', async () => {
  const world = await worldOf();
  world.refusal = { code: 'cannot-create-session', message: 'no display' };
  const programs = { canOpenDisplays: false, missing: ['A display: apt-get install -y xvfb'] };
  world.probes = { ...world.probes, programs: async () => programs };
  await begin(world);
  const result = await resultOf(world);
  expect(result?.doctor?.checks.find(({ name }) => name === 'display')).toMatchObject({ good: false });
});

test('a run that fails at its flow’s fault has no look at the machine', async () => {
  const world = await worldOf();
  await run(world);
  world.runnerEnds({ state: 'failed', error: { code: 'flow-failed', message: 'no such file' } });
  expect(await resultOf(world)).not.toHaveProperty('doctor');
  expect(world.looks).toEqual([]);
});

test('the server may ask for a restart', async () => {
  const world = await worldOf();
  world.core.handlers.message({ type: 'restart' });
  expect(world.restarts).toBe(1);
});
