import { describe, expect, test } from 'vitest';
import type { GatewayId, RunId } from '../../brand.ts';
import { type Fairness, NO_FAIRNESS } from '../../run-queue/fairness/fairness.ts';
import { inHand, member, session, snapshot, type WorldRun } from '../../run-queue/queue-world.ts';
import type { ClusterMember, QueueSnapshot } from '../../run-queue/snapshot.ts';
import type { SessionFact } from '../machine.ts';
import { negotiate, type Negotiation, planToAsk } from './negotiate.ts';
import { ANSWER_WAIT_MS, LATE_SIGN_OUT_MAX_MS, type Question, QUESTION_PAUSE_MS } from './question.ts';

const NOW_MS = 10_000_000;

interface World {
  readonly members: readonly ClusterMember[];
  readonly runs?: readonly WorldRun[];
  readonly policy?: Negotiation['policy'];
  readonly questions?: readonly Question[];
  readonly queue?: Partial<QueueSnapshot>;
  readonly canAsk?: readonly string[];
}

const waits = { user: 'alice', whenSessionBlocked: 'wait' } as const;
const withSessions = (name: string, sessions: readonly SessionFact[], change: Partial<ClusterMember> = {}) =>
  member(name, { ...change, facts: { sessions } });
/** A machine that obeys the rules of Windows 10. */
const single = (name: string, ...users: readonly string[]): ClusterMember =>
  withSessions(
    name,
    users.map((user) => session(user)),
    { policyOverride: 'single-session' },
  );

const question = (change: Partial<Question> = {}): Question => ({
  id: 'q1',
  gatewayId: 'm1' as GatewayId,
  sessionId: 'session of alice',
  user: 'alice',
  runId: 'r1' as RunId,
  runWaits: true,
  state: 'asked',
  askedAtMs: NOW_MS - 1_000,
  signOutAtMs: null,
  ...change,
});
const agreed = (change: Partial<Question> = {}): Question =>
  question({ state: 'agreed', signOutAtMs: NOW_MS, ...change });

/** The steps in words: `ask m1 alice r1`, `order q1`. */
function check(
  { policy = 'ask-once', members, runs = [waits], questions = [], queue, canAsk }: World,
  expected: string,
) {
  const world = snapshot({ members, runs, ...queue });
  const able = new Set((canAsk ?? members.map(({ name }) => name)) as GatewayId[]);
  const steps = negotiate({ policy, queue: world, ...planToAsk(world, NOW_MS), questions, canAsk: able }, NOW_MS);
  const said = steps.map((step) =>
    step.do === 'ask' ? `ask ${step.gatewayId} ${step.user} ${step.runId}` : `${step.do} ${step.question.id}`,
  );
  expect(said.join(', ')).toBe(expected);
}

const asAlice = (change: Partial<ClusterMember> = {}) => withSessions('m1', [session('alice')], change);

describe('whom to ask', () => {
  test('the person whose session keeps the same user’s run from starting', () =>
    check({ members: [asAlice()] }, 'ask m1 alice r1'));
  test('nobody for a canary sign-in', () => {
    const setAside = [asAlice()];
    const { classes } = snapshot({ members: setAside, runs: [waits] });
    const canaries = classes.map((one) => ({ ...one, canaryOf: 'm1' as GatewayId }));
    check({ members: setAside, queue: { classes: canaries } }, '');
  });
  test('nobody while the cluster leaves people alone', () => check({ members: [asAlice()], policy: 'off' }, ''));
  test('nobody for a run that ends where a session is in the way', () =>
    check({ members: [asAlice()], runs: [{ user: 'alice', whenSessionBlocked: 'fail' }] }, ''));
  test('nobody for an attended run, which needs its person', () => {
    const locked = withSessions('m1', [session('alice', { locked: true })]);
    check({ members: [locked], runs: [{ ...waits, mode: 'attended' }] }, '');
  });
  test('nobody whose session is in nobody’s way', () => check({ members: [withSessions('m1', [session('bob')])] }, ''));
  test('whoever is signed in where Windows 10 rules are obeyed', () =>
    check({ members: [single('m1', 'bob')] }, 'ask m1 bob r1'));
  test('all of them where all would have to go', () =>
    check({ members: [single('m1', 'bob', 'carol')] }, 'ask m1 bob r1, ask m1 carol r1'));
  test('nobody where one of those who would have to go said no for this run', () => {
    const no = question({ sessionId: 'session of bob', state: 'declined', askedAtMs: 0 });
    check({ members: [single('m1', 'bob', 'carol')], questions: [no] }, '');
  });
  test('as many as the limit needs, those first who can see a question', () => {
    const people = [session('bob', { locked: true }), session('carol'), session('dora', { state: 'disconnected' })];
    const full = member('m1', { capacityOverride: 2, facts: { sessions: people } });
    check({ members: [full] }, 'ask m1 carol r1, ask m1 bob r1');
  });
  test('nobody at a member that is disabled, offline, in maintenance or quarantined', () => {
    for (const change of [{ enabled: false }, { online: false }, { maintenance: { note: '' } }, { quarantined: true }])
      check({ members: [asAlice(change)] }, '');
  });
  test('nobody at a member that stands by', () => {
    const standsBy = withSessions('m2', [session('alice')], { order: 1 });
    const busy = withSessions('m1', [], { facts: null } as never);
    check({ members: [busy, standsBy], queue: { runOnAllGateways: false } }, '');
  });
  test('nobody at a gateway that does not know how to ask', () => check({ members: [asAlice()], canAsk: [] }, ''));
  test('nobody while a slot, the account or an add-on is missing too', () => {
    check({ members: [asAlice()], queue: { addOnsFree: 0 } }, '');
    check({ members: [asAlice()], queue: { inHand: [inHand('alice', 'm1', 'attended')] } }, '');
  });
  test('nobody whose session another run is using at this moment', () => {
    const full = member('m1', { capacityOverride: 1, facts: { sessions: [session('bob')] } });
    check({ members: [full], queue: { inHand: [inHand('bob', 'm1', 'attended')] } }, '');
  });
  test('on one machine at a time, where somebody can see it first', () => {
    const away = withSessions('m1', [session('alice', { locked: true })]);
    const there = withSessions('m2', [session('alice')], { order: 1 });
    check({ members: [away, there] }, 'ask m2 alice r1');
    const asked = question({ gatewayId: 'm2' as GatewayId });
    check({ members: [away, there], questions: [asked] }, '');
  });
  test('on the next machine when the first person said no', () => {
    const members = [asAlice(), withSessions('m2', [session('alice')], { order: 1 })];
    check({ members, questions: [question({ state: 'declined' })] }, 'ask m2 alice r1');
  });
  test('about the run that comes first in the queue, and once for all of them', () => {
    const runs = [waits, waits, { user: 'bob', whenSessionBlocked: 'wait', priority: 'high' }] as const;
    check({ members: [single('m1', 'carol')], runs }, 'ask m1 carol r3');
  });
  test('in a fair queue about the run whose turn comes first, though another was requested before it', () => {
    const runs = [waits, { ...waits, user: 'bob' }];
    const sharers = [
      { id: 'sales', name: 'Sales' },
      { id: 'stock', name: 'Stock' },
    ];
    const ofSharer = (sharer = sharers[0]) =>
      ({ priority: 'normal', usuallyMs: null, sharer: sharer ?? null }) as const;
    const classes = snapshot({ members: [], runs }).classes.map((one, index) => ({
      ...one,
      fair: ofSharer(sharers[index]),
    }));
    const atWork = [{ ...inHand('dora', 'm2'), fair: ofSharer() }];
    const fairness: Fairness = { ...NO_FAIRNESS, share: { by: 'flow', atMost: null } };
    check({ members: [single('m1', 'carol')], queue: { classes, inHand: atWork, fairness } }, 'ask m1 carol r2');
  });
});

describe('how often', () => {
  const ago = (ms: number, change: Partial<Question> = {}) => question({ askedAtMs: NOW_MS - ms, ...change });
  const other = { runId: 'r9' as RunId, runWaits: false };
  test('not for another run within the pause, whatever was answered', () => {
    for (const state of ['declined', 'withdrawn', 'unanswered', 'left', 'signed-out', 'failed'] as const)
      check({ members: [asAlice()], questions: [ago(QUESTION_PAUSE_MS - 1, { ...other, state })] }, '');
  });
  test('for another run after the pause', () =>
    check(
      { members: [asAlice()], questions: [ago(QUESTION_PAUSE_MS, { ...other, state: 'declined' })] },
      'ask m1 alice r1',
    ));
  test('never again for the run that was declined', () =>
    check({ members: [asAlice()], questions: [ago(1e9, { state: 'declined' })], policy: 'ask-again' }, ''));
  test('again for the same run after no answer only where people are asked again', () => {
    const questions = [ago(QUESTION_PAUSE_MS, { state: 'unanswered' })];
    check({ members: [asAlice()], questions }, '');
    check({ members: [asAlice()], questions, policy: 'ask-again' }, 'ask m1 alice r1');
  });
  test('a clock that was set back makes no pause shorter', () =>
    check({ members: [asAlice()], questions: [ago(-1e9, { ...other, state: 'declined' })] }, ''));
});

describe('what becomes of a question', () => {
  const members = [asAlice()];
  test('it stands while there is time to answer', () => check({ members, questions: [question()] }, ''));
  test('it is closed when nobody answered in time', () =>
    check({ members, questions: [question({ askedAtMs: NOW_MS - ANSWER_WAIT_MS })] }, 'expire q1'));
  test('it is withdrawn when its run no longer waits', () =>
    check({ members, runs: [], questions: [question({ runWaits: false })] }, 'withdraw q1'));
  test('it is withdrawn when the cluster begins to leave people alone', () =>
    check({ members, questions: [question()], policy: 'off' }, 'withdraw q1'));
  test('it is withdrawn when the member is disabled, put in maintenance or taken out', () => {
    for (const change of [{ enabled: false }, { maintenance: { note: '' } }, { quarantined: true }])
      check({ members: [asAlice(change)], questions: [question()] }, 'withdraw q1');
    check({ members: [], questions: [question()] }, 'withdraw q1');
  });
  test('it is withdrawn when another session turns out to be in the way that stays', () => {
    const no = question({ id: 'q2', sessionId: 'session of carol', user: 'carol', state: 'declined' });
    const asked = question({ sessionId: 'session of bob', user: 'bob' });
    check({ members: [single('m1', 'bob', 'carol')], questions: [asked, no] }, 'withdraw q1');
  });
  test('it stands while the gateway is away, and so does what was agreed for later', () => {
    const away = [asAlice({ online: false })];
    check({ members: away, questions: [question()] }, '');
    check({ members: away, questions: [agreed()] }, '');
  });
  test('the session is signed out when the moment comes that its person agreed to', () => {
    check({ members, questions: [agreed({ signOutAtMs: NOW_MS + 1 })] }, '');
    check({ members, questions: [agreed()] }, 'order q1');
  });
  test('it waits until all have agreed whose sign-outs are needed', () => {
    const bob = agreed({ sessionId: 'session of bob', user: 'bob', signOutAtMs: NOW_MS - 1e9 });
    const carol = { id: 'q2', sessionId: 'session of carol', user: 'carol' };
    const both = [single('m1', 'bob', 'carol')];
    check({ members: both, questions: [bob, question(carol)] }, '');
    check({ members: both, questions: [bob, agreed(carol)] }, 'order q1, order q2');
  });
  test('a session that a run is using is not signed out under it', () =>
    check({ members, questions: [agreed()], queue: { inHand: [inHand('alice', 'm1', 'attended')] } }, ''));
  test('a promise that could not be kept in time is dropped', () => {
    const late = { signOutAtMs: NOW_MS - LATE_SIGN_OUT_MAX_MS - 1 };
    check({ members, questions: [agreed(late)] }, 'withdraw q1');
    check({ members, questions: [agreed({ ...late, state: 'signing-out' })] }, 'withdraw q1');
    check({ members: [asAlice({ online: false })], questions: [agreed(late)] }, 'withdraw q1');
  });
  test('a session that is gone ends its question', () => {
    check({ members: [member('m1')], questions: [question()] }, 'leave q1');
    check({ members: [member('m1')], questions: [agreed({ state: 'signing-out' })] }, 'leave q1');
    const another = withSessions('m1', [session('bob', { id: 'session of alice' })]);
    check({ members: [another], questions: [question()] }, 'leave q1');
  });
});
