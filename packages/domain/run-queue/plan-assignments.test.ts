import { describe, expect, test } from 'vitest';
import type { ClusterMember, Plan, QueueSnapshot, WaitCode } from './snapshot.ts';
import { HEADS_PER_CLASS_MAX, HEADS_PER_CLASS_MIN, headsPerClass, planAssignments } from './plan-assignments.ts';
import { classKeyOf, inHand, member, queuedRun, session, snapshot, type WorldRun } from './queue-world.ts';
import { SESSION_EXISTS_LINUX, SESSION_EXISTS_MULTI, SESSION_EXISTS_SINGLE } from '../session/texts.ts';

const NOW_MS = 1_000_000;
const first = () => 0;

function planOf(world: Parameters<typeof snapshot>[0], random: () => number = first): Plan {
  return planAssignments(snapshot(world), NOW_MS, random);
}

/** `r1>desk r2:no-free-slot` reads: r1 is offered to desk, the first reason of r2's class is no-free-slot. */
function check(world: Parameters<typeof snapshot>[0], expected: string): void {
  const plan = planOf(world);
  const words = world.runs.map((run, index) => outcomeOf(plan, run, `r${String(index + 1)}`));
  expect(words.join(' ')).toBe(expected);
}

function outcomeOf(plan: Plan, run: WorldRun, id: string): string {
  const offer = plan.offers.find((one) => one.runId === id);
  if (offer !== undefined) return `${id}>${offer.gatewayId}`;
  const refusal = plan.refusals.find((one) => one.runId === id);
  if (refusal !== undefined) return `${id}!${refusal.because.code}`;
  return `${id}:${foremost(plan, run)}`;
}

function foremost(plan: Plan, run: WorldRun): WaitCode | 'not explained' {
  return plan.waiting.find((one) => one.classKey === classKeyOf(run))?.foremost.code ?? 'not explained';
}

const alice = { user: 'alice' };
const bob = { user: 'bob' };
const carol = { user: 'carol' };
const single = (changes = {}): ClusterMember =>
  member('desk', { facts: { reportedPolicy: 'single-session', ...changes } });
const server = (changes = {}): ClusterMember =>
  member('desk', { facts: { reportedPolicy: 'multi-session', ...changes } });

describe('after a restore', () => {
  const started = member('started', { journalAwaited: true, online: false });

  test('nothing is offered while a member has not said what it started, however ready the others are', () =>
    check(
      { members: [member('desk'), started], runs: [alice, bob], runOnAllGateways: true },
      'r1:journal-awaited r2:journal-awaited',
    ));

  test('the reason names the members that are missing', () => {
    const plan = planOf({ members: [member('desk'), started], runs: [alice] });
    expect(plan.waiting[0]?.foremost.message).toContain('these gateways started since: started.');
  });

  test('no session rule ends a run meanwhile', () =>
    check(
      { members: [member('desk', { journalAwaited: true, facts: { sessions: [session('alice')] } })], runs: [alice] },
      'r1:journal-awaited',
    ));
});

describe('one machine', () => {
  test('S26, S41: on a single-session machine the first run starts and the others wait for the slot', () =>
    check({ members: [single()], runs: [alice, bob] }, 'r1>desk r2:no-free-slot'));

  test('S26, S30: a high priority run takes the slot before runs requested earlier', () =>
    check({ members: [single()], runs: [alice, { user: 'bob', priority: 'high' }] }, 'r1:no-free-slot r2>desk'));

  test('S31: a run moved to the top takes the slot before a high priority one', () =>
    check(
      {
        members: [single()],
        runs: [
          { user: 'alice', priority: 'high' },
          { user: 'bob', topRank: 1 },
        ],
      },
      'r1:no-free-slot r2>desk',
    ));

  test('S34: a server runs two users at once', () =>
    check({ members: [server()], runs: [alice, bob] }, 'r1>desk r2>desk'));

  test('S38, S39: a third user waits, because without Remote Desktop Services a server holds two sessions', () =>
    check({ members: [server()], runs: [alice, bob, carol] }, 'r1>desk r2>desk r3:no-free-slot'));

  test('S37, S39: with Remote Desktop Services the limit is what the machine reports', () =>
    check(
      { members: [server({ remoteDesktopServices: true, sessionLimit: 3 })], runs: [alice, bob, carol] },
      'r1>desk r2>desk r3>desk',
    ));

  test('S40: two runs of one user never run at once on a machine', () =>
    check({ members: [server()], runs: [alice, alice] }, 'r1>desk r2:user-busy'));

  test('S34, S58: people signed in on a server take their part of its sessions', () =>
    check({ members: [server({ sessions: [session('dora')] })], runs: [alice, bob] }, 'r1>desk r2:no-free-slot'));

  test('S58: people who fill the sessions of a server refuse an unattended run', () =>
    check(
      { members: [server({ sessions: [session('dora'), session('emil')] })], runs: [alice] },
      'r1!cannot-create-session',
    ));

  test('S14: an attended run uses its own session and needs no further one', () =>
    check(
      {
        members: [server({ sessions: [session('dora'), session('emil')] })],
        runs: [{ user: 'dora', mode: 'attended' }],
      },
      'r1>desk',
    ));

  test('S40: the session of a person has one run at a time', () =>
    check(
      {
        members: [server({ sessions: [session('dora')] })],
        runs: [{ user: 'dora', mode: 'attended' }],
        inHand: [inHand('dora', 'desk', 'attended')],
      },
      'r1:user-busy',
    ));

  test('a run that was offered and has not started holds its slot', () =>
    check({ members: [single()], runs: [bob], inHand: [inHand('alice', 'desk')] }, 'r1:no-free-slot'));

  test('S12: a session of ours counts as used until its sign-out is complete, not as a leftover', () =>
    check(
      { members: [single({ sessions: [session('alice', { ours: true, runId: 'gone' })] })], runs: [bob] },
      'r1:no-free-slot',
    ));

  test('the session of a run in hand is not counted a second time', () =>
    check(
      {
        members: [server({ sessions: [session('alice', { ours: true, runId: 'alice in hand' })] })],
        runs: [bob],
        inHand: [inHand('alice', 'desk')],
      },
      'r1>desk',
    ));

  test('S12, S40: a user whose sign-out is not complete is busy, not refused', () =>
    check(
      { members: [server({ sessions: [session('alice', { ours: true, runId: 'gone' })] })], runs: [alice] },
      'r1:user-busy',
    ));

  test('a setting lowers the capacity of a Linux machine', () =>
    check({ members: [member('desk', { capacityOverride: 1 })], runs: [alice, bob] }, 'r1>desk r2:no-free-slot'));

  test('a machine that cannot take unattended runs says so', () =>
    check({ members: [member('desk', { facts: { canUnattended: false } })], runs: [alice] }, 'r1:mode-not-supported'));

  test('a virtual machine runs its own account only', () =>
    check(
      { members: [member('desk', { facts: { reportedPolicy: 'virtual', ownUser: 'alice' } })], runs: [bob, alice] },
      'r1!virtual-other-account r2>desk',
    ));

  test('the open session of a virtual machine serves attended runs and takes no slot', () =>
    check(
      {
        members: [
          member('desk', {
            facts: { reportedPolicy: 'virtual', ownUser: 'alice', sessions: [session('alice', { ours: true })] },
          }),
        ],
        runs: [{ user: 'alice', mode: 'attended' }],
      },
      'r1>desk',
    ));
});

describe('a blocked head never blocks others', () => {
  const dorasPlace = server({ sessions: [session('dora', { locked: true })] });

  test('a run whose user is blocked waits, and the run behind it starts', () =>
    check(
      { members: [dorasPlace], runs: [{ user: 'dora', whenSessionBlocked: 'wait' }, bob] },
      'r1:session-exists-multi r2>desk',
    ));

  test('an attended run whose person is away lets an unattended one pass', () =>
    check(
      { members: [member('desk')], runs: [{ user: 'alice', mode: 'attended', whenSessionBlocked: 'wait' }, bob] },
      'r1:attended-not-signed-in r2>desk',
    ));

  test('S40: two runs of a busy user wait, and the other user behind them starts', () =>
    check(
      { members: [server()], runs: [alice, alice, bob], inHand: [inHand('alice', 'desk')] },
      'r1:user-busy r2:user-busy r3>desk',
    ));
});

describe('fail or wait', () => {
  const locked = { sessions: [session('dora', { locked: true })] };

  test('S19: on a single-session machine any person’s session ends the run with the exact text', () => {
    const plan = planOf({ members: [single(locked)], runs: [alice] });
    expect(plan.refusals[0]?.because.message).toBe(SESSION_EXISTS_SINGLE);
  });

  test('S20: on a server the session of the same user ends the run with the exact text', () => {
    const plan = planOf({ members: [server(locked)], runs: [{ user: 'dora' }] });
    expect(plan.refusals[0]?.because.message).toBe(SESSION_EXISTS_MULTI);
  });

  test('S20: on Linux the text leaves the word Windows out', () => {
    const plan = planOf({ members: [member('desk', { facts: locked })], runs: [{ user: 'dora' }] });
    expect(plan.refusals[0]?.because.message).toBe(SESSION_EXISTS_LINUX);
  });

  test('a Linux machine that rehearses Windows 10 obeys its rule and shows its text', () => {
    const rehearsing = member('desk', { policyOverride: 'single-session', facts: locked });
    const plan = planOf({ members: [rehearsing], runs: [alice] });
    expect(plan.refusals[0]?.because.message).toBe(SESSION_EXISTS_SINGLE);
  });

  test('a connection that waits keeps its run queued with the live reason', () =>
    check(
      { members: [single(locked)], runs: [{ user: 'alice', whenSessionBlocked: 'wait' }] },
      'r1:session-exists-single',
    ));

  test('session rules are judged only on a free slot: a busy machine makes the run wait', () =>
    check(
      { members: [single(locked)], runs: [alice], inHand: [inHand('dora', 'desk', 'attended')] },
      'r1:no-free-slot',
    ));

  test('only runs whose turn it is are refused: one that finds the slot taken waits', () =>
    check(
      {
        members: [member('desk', { capacityOverride: 1, facts: { sessions: [] } })],
        runs: [{ user: 'dora', mode: 'attended' }, alice, { user: 'bob', whenSessionBlocked: 'fail' }],
      },
      'r1!attended-not-signed-in r2>desk r3:no-free-slot',
    ));

  test('S45: a member that is offline does not keep the others’ refusal from ending the run', () =>
    check({ members: [single(locked), member('away', { online: false })], runs: [alice] }, 'r1!session-exists-single'));

  test('a member that may free its slot keeps the run waiting', () =>
    check(
      {
        members: [single(locked), member('busy', { capacityOverride: 1 })],
        runs: [alice],
        inHand: [inHand('bob', 'busy')],
      },
      'r1:no-free-slot',
    ));

  test('S59: with every member offline the run waits and says so', () =>
    check({ members: [member('away', { online: false })], runs: [alice] }, 'r1:gateway-offline'));

  test('a gateway that has just come online is waited for', () =>
    check({ members: [single(locked), member('new', { facts: null })], runs: [alice] }, 'r1:session-exists-single'));
});

describe('clusters', () => {
  const primary = (changes = {}) => member('primary', { order: 0, ...changes });
  const second = (changes = {}) => member('second', { order: 1, ...changes });
  const off = { runOnAllGateways: false };

  test('S47: with the toggle off the primary takes every run', () =>
    check({ ...off, members: [second(), primary()], runs: [alice, bob] }, 'r1>primary r2>primary'));

  test('S47: with the toggle off a full primary makes runs wait', () =>
    check(
      { ...off, members: [primary({ capacityOverride: 1 }), second()], runs: [alice, bob] },
      'r1>primary r2:no-free-slot',
    ));

  test.each([{ online: false }, { enabled: false }, { quarantined: true }, { maintenance: { note: 'new disk' } }])(
    'S45, S47: with the toggle off the next member takes over from a primary that is %o',
    (changes) => check({ ...off, members: [primary(changes), second()], runs: [alice] }, 'r1>second'),
  );

  test('S42: with the toggle on runs of one user spread over the machines', () =>
    check({ members: [primary(), second()], runs: [alice, alice, alice] }, 'r1>primary r2>second r3:user-busy'));

  test('S45: an offline, a disabled and a quarantined member are never offered anything', () => {
    const members = [primary({ online: false }), second({ enabled: false }), member('third', { quarantined: true })];
    expect(planOf({ members, runs: [alice] }).waiting[0]?.because.map((answer) => answer.because.code)).toEqual([
      'gateway-offline',
      'gateway-disabled',
      'gateway-quarantined',
    ]);
  });

  test('a run of a cluster in maintenance waits and is refused by nobody', () =>
    check(
      { members: [primary({ maintenance: { note: '' }, facts: { sessions: [session('alice')] } })], runs: [alice] },
      'r1:gateway-in-maintenance',
    ));

  test('the runs of a member in maintenance go on, and their user is free elsewhere', () =>
    check(
      {
        members: [primary({ maintenance: { note: '' } }), second()],
        inHand: [inHand('alice', 'primary')],
        runs: [alice, bob],
      },
      'r1>second r2>second',
    ));

  test('least busy fills the members evenly', () =>
    check(
      { selection: 'leastBusy', members: [primary({ capacityOverride: 2 }), second()], runs: [alice, bob, carol] },
      'r1>primary r2>second r3>second',
    ));

  test('least busy takes the member with the most room', () =>
    check(
      {
        selection: 'leastBusy',
        members: [primary(), second()],
        runs: [alice],
        inHand: [inHand('bob', 'primary')],
      },
      'r1>second',
    ));

  test('S54: unattended runs beyond the add-ons wait, attended ones do not need any', () =>
    check(
      {
        addOnsFree: 1,
        members: [primary({ facts: { sessions: [session('dora')] } })],
        runs: [alice, bob, { user: 'dora', mode: 'attended' }],
      },
      'r1>primary r2:no-add-on r3>primary',
    ));

  test('a cluster without gateways says so', () => check({ members: [], runs: [alice] }, 'r1:no-members'));

  test('a random number just below one picks a member too', () => {
    const plan = planOf({ members: [primary(), second()], runs: [alice] }, () => 1 - Number.EPSILON / 2);
    expect(plan.offers[0]?.gatewayId).toBe('second');
  });
});

describe('declines', () => {
  const because = {
    code: 'session-exists-multi',
    kind: 'session-rule',
    message: 'says the machine',
    remedy: 'none',
  } as const;
  const declining = (changes = {}) =>
    member('desk', {
      facts: { version: 5 },
      declines: [{ classKey: classKeyOf(alice), because, factsVersion: 5, untilMs: NOW_MS + 1, ...changes }],
    });

  test('a decline stands as the member’s answer, and a session rule in it can end the run', () =>
    check({ members: [declining()], runs: [alice] }, 'r1!session-exists-multi'));

  test('a decline for another reason makes the run wait', () =>
    check(
      { members: [declining({ because: { ...because, code: 'declined', kind: 'decline' } })], runs: [alice] },
      'r1:declined',
    ));

  test('a decline ends with its pause', () =>
    check({ members: [declining({ untilMs: NOW_MS })], runs: [alice] }, 'r1>desk'));

  test('a decline ends when the member reports other facts', () =>
    check({ members: [declining({ factsVersion: 4 })], runs: [alice] }, 'r1>desk'));

  test('a decline of one class is no answer to another', () =>
    check({ members: [declining()], runs: [bob] }, 'r1>desk'));
});

describe('Next to run', () => {
  const checkNext = (world: Parameters<typeof snapshot>[0], expected: string | null) =>
    expect(planOf(world).nextToRun).toBe(expected);

  test('S28: the first run that waits only for the slot is next', () =>
    checkNext({ members: [single()], runs: [alice, bob, carol] }, 'r2'));

  test('S28: a blocked run before it stays queued', () =>
    checkNext(
      {
        members: [server({ sessions: [session('dora')] })],
        runs: [{ user: 'dora', whenSessionBlocked: 'wait' }, alice, bob],
      },
      'r3',
    ));

  test('S28: on a one-slot machine the same user’s next run is next', () =>
    checkNext({ members: [single()], runs: [alice, bob], inHand: [inHand('alice', 'desk')] }, 'r1'));

  test('S28, S54: a run that also lacks an add-on is not next before one that lacks only the slot', () =>
    checkNext(
      {
        addOnsFree: 0,
        members: [single({ sessions: [session('dora')] })],
        runs: [alice, { user: 'dora', mode: 'attended' }],
        inHand: [inHand('emil', 'desk', 'attended')],
      },
      'r2',
    ));

  test('S28: a run that its own user’s session blocks is not next before one that lacks only the slot', () =>
    checkNext(
      {
        members: [server({ sessions: [session('dora')] })],
        runs: [{ user: 'dora' }, bob],
        inHand: [inHand('alice', 'desk')],
      },
      'r2',
    ));

  test('S28: a run of another user comes before one whose own user is busy', () =>
    checkNext(
      { members: [server()], runs: [alice, carol], inHand: [inHand('alice', 'desk'), inHand('bob', 'desk')] },
      'r2',
    ));

  test('S28: where every other run waits for its user, the first of them is next', () =>
    checkNext({ members: [server()], runs: [alice, alice], inHand: [inHand('alice', 'desk')] }, 'r1'));

  test('S28: where people leave one slot, its user’s next run is next', () =>
    checkNext(
      { members: [server({ sessions: [session('dora')] })], runs: [alice, bob], inHand: [inHand('alice', 'desk')] },
      'r1',
    ));

  test('S28: a run that a session rule stopped at its turn is not next because others then took the slot', () =>
    checkNext(
      {
        members: [server({ sessions: [session('dora')] })],
        runs: [{ user: 'dora', whenSessionBlocked: 'wait' }, alice],
      },
      null,
    ));

  test('nothing is next when no machine is there', () =>
    checkNext({ members: [member('away', { online: false })], runs: [alice] }, null));
});

describe('bounds', () => {
  test('a class with more runs than heads says that the next plan looks at them', () => {
    const world: QueueSnapshot = {
      ...snapshot({ members: [member('a'), member('b'), member('c')], runs: [] }),
      classes: [
        {
          key: 'k',
          user: 'alice',
          mode: 'unattended',
          whenSessionBlocked: 'fail',
          count: 9,
          heads: [queuedRun({}, 1)],
        },
      ],
    };
    const plan = planAssignments(world, NOW_MS, first);
    expect(plan.offers).toHaveLength(1);
    expect(plan.waiting[0]?.foremost.code).toBe('behind-earlier-run');
  });

  test('a hundred classes on a thousand members are planned in one go', () => {
    const members = Array.from({ length: 1_000 }, (_, index) => member(`m${String(index)}`, { capacityOverride: 1 }));
    const runs = Array.from({ length: 100 * HEADS_PER_CLASS_MAX }, (_, index) => ({ user: `u${String(index % 100)}` }));
    const plan = planOf({ members, runs });
    expect(plan.offers).toHaveLength(1_000);
    expect(plan.waiting).toHaveLength(100);
  });
});

test('heads that no member could take change nothing, so a reading leaves them out', () => {
  const members = Array.from({ length: HEADS_PER_CLASS_MIN + 2 }, (_, index) => member(`g${String(index)}`));
  const users = ['alice', 'bob', 'carol'];
  const runs = Array.from({ length: 120 }, (_, index) => ({ user: users[index % 3] ?? '' }));
  const whole = snapshot({ members, runs });
  const heads = headsPerClass(members.length);
  const short = { ...whole, classes: whole.classes.map((one) => ({ ...one, heads: one.heads.slice(0, heads) })) };
  const plan = planAssignments(short, 0, () => 0);
  expect(plan).toEqual(planAssignments(whole, 0, () => 0));
  expect(plan.offers).toHaveLength(3 * members.length);
  expect(plan.waiting.map(({ foremost }) => foremost.code)).toEqual(['user-busy', 'user-busy', 'user-busy']);
});
