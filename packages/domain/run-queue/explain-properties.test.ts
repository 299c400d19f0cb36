import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MachineFacts } from '../session/machine.ts';
import { anyRun, anySnapshot, NOW_MS } from './any-world.contract.ts';
import { dryRun } from './dry-run.ts';
import { explain } from './explain.ts';
import { planAssignments } from './plan-assignments.ts';
import { anyFairness } from './fairness/any-fair-world.contract.ts';
import { type Fairness, NO_FAIRNESS } from './fairness/fairness.ts';
import { classKeyOf, facts, session, type WorldRun } from './queue-world.ts';
import type { ClusterMember, Plan, QueuedRun, QueueSnapshot, RunClass, WaitCode } from './snapshot.ts';

const planOf = (world: QueueSnapshot): Plan => planAssignments(world, NOW_MS, () => 0);

/** The class as it is with one more run, which was submitted last. */
function withRun(world: QueueSnapshot, run: WorldRun, queued: QueuedRun): QueueSnapshot {
  const key = classKeyOf(run);
  const none: RunClass = { ...classFacts(run), count: 0, heads: [] };
  const known = world.classes.find((one) => one.key === key) ?? none;
  const grown = { ...known, count: known.count + 1, heads: inOrder([...known.heads, queued]) };
  return { ...world, classes: [...world.classes.filter((one) => one.key !== key), grown] };
}

const inOrder = (runs: readonly QueuedRun[]): readonly QueuedRun[] =>
  runs.toSorted(
    (a, b) =>
      (b.topRank ?? 0) - (a.topRank ?? 0) ||
      Number(b.priority === 'high') - Number(a.priority === 'high') ||
      a.requestNumber - b.requestNumber,
  );

const classFacts = (run: WorldRun) => ({
  key: classKeyOf(run),
  user: run.user,
  mode: run.mode ?? ('unattended' as const),
  whenSessionBlocked: run.whenSessionBlocked ?? ('fail' as const),
});

describe('a dry run', () => {
  const added = (priority: QueuedRun['priority']): QueuedRun => ({
    id: 'the new one' as QueuedRun['id'],
    requestNumber: 1_000,
    priority,
    topRank: null,
  });

  test('N3: says what the planner does when the run is submitted', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anySnapshot, anyRun, (world, run) => {
        const priority = run.priority ?? 'normal';
        const answer = dryRun(world, { ...classFacts(run), priority }, NOW_MS);
        const plan = planOf(withRun(world, run, added(priority)));
        const offer = plan.offers.find(({ runId }) => runId === 'the new one');
        const refusal = plan.refusals.find(({ runId }) => runId === 'the new one');
        const really = offer === undefined ? (refusal === undefined ? 'waits' : 'refused') : 'starts';
        seen.add(answer.kind);
        expect(answer.kind).toBe(really);
        if (answer.kind === 'refused') expect(answer.because).toEqual(refusal?.because);
        const open = answer.members.flatMap(({ gatewayId, because }) => (because === null ? [gatewayId] : []));
        if (offer !== undefined) expect(open).toContain(offer.gatewayId);
        if (answer.kind === 'waits') expect(open).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
    expect([...seen].toSorted()).toEqual(['refused', 'starts', 'waits']);
  });

  test('leaves the snapshot as it was', () => {
    fc.assert(
      fc.property(anySnapshot, anyRun, (world, run) => {
        const before = structuredClone(world);
        dryRun(world, { ...classFacts(run), priority: run.priority ?? 'normal' }, NOW_MS);
        expect(world).toEqual(before);
      }),
    );
  });
});

/** A world, the member that a person looks at, and the run that they want to have started there. */
interface Morning {
  readonly world: QueueSnapshot;
  readonly at: ClusterMember;
  readonly run: WorldRun;
}

/** What somebody does who reads the reason; each of them takes away the cause that the reason names, and nothing else. */
const fixes: Readonly<Record<WaitCode, (morning: Morning) => QueueSnapshot>> = {
  'no-members': ({ world }) => world,
  'gateway-offline': (morning) => atMember(morning, { online: true }),
  'gateway-disabled': (morning) => atMember(morning, { enabled: true }),
  'gateway-quarantined': (morning) => atMember(morning, { quarantined: false }),
  'gateway-in-maintenance': (morning) => atMember(morning, { maintenance: null }),
  'gateway-set-aside': (morning) => atMember(morning, { setAside: null }),
  'canary-elsewhere': ({ world }) => world,
  'journal-awaited': ({ world }) => ({
    ...world,
    members: world.members.map((one) => ({ ...one, journalAwaited: false })),
  }),
  'facts-missing': (morning) => atMember(morning, { facts: facts() }),
  'mode-not-supported': (morning) => atMachine(morning, { canAttended: true, canUnattended: true }),
  'not-primary': ({ world }) => ({ ...world, runOnAllGateways: true }),
  'no-free-slot': (morning) => withoutOurs(morning, () => true),
  'user-busy': (morning) => withoutOurs(morning, (user) => user === morning.run.user),
  'no-add-on': ({ world }) => ({ ...world, addOnsFree: null }),
  declined: (morning) => atMember(morning, { declines: [] }),
  'session-exists-single': (morning) => withoutPeople(morning, () => true),
  'session-exists-multi': (morning) => withoutPeople(morning, (user) => user === morning.run.user),
  'cannot-create-session': (morning) => withoutPeople(morning, () => true),
  'attended-not-signed-in': (morning) => signedIn(morning),
  'attended-not-active': (morning) => signedIn(morning),
  'attended-locked': (morning) => signedIn(morning),
  'attended-wayland': (morning) => signedIn(morning),
  'virtual-other-account': (morning) => atMachine(morning, { ownUser: morning.run.user }),
  'behind-earlier-run': ({ world, run }) => ({
    ...world,
    classes: world.classes.map((one) => (one.key === classKeyOf(run) ? { ...one, heads: one.heads.slice(0, 1) } : one)),
  }),
  'share-used': ({ world }) => ({ ...world, fairness: { ...(world.fairness ?? NO_FAIRNESS), share: null } }),
  'lane-reserved': ({ world }) => ({ ...world, fairness: { ...(world.fairness ?? NO_FAIRNESS), lanes: [] } }),
};

function atMember({ world, at }: Morning, change: Partial<ClusterMember>): QueueSnapshot {
  const members = world.members.map((one) => (one.gatewayId === at.gatewayId ? { ...one, ...change } : one));
  return { ...world, members };
}

/** The machine reports what changed, so what its gateway declined before stands no longer. */
function atMachine(morning: Morning, change: Partial<MachineFacts>): QueueSnapshot {
  const { facts: before } = morning.at;
  if (before === null) return morning.world;
  return atMember(morning, { facts: { ...before, ...change, version: before.version + 10 } });
}

function withoutOurs(morning: Morning, isGone: (user: string) => boolean): QueueSnapshot {
  const { at } = morning;
  const sessions = at.facts?.sessions.filter((one) => !one.ours || !isGone(one.user)) ?? [];
  const world = atMachine(morning, { sessions });
  return { ...world, inHand: world.inHand.filter((one) => one.gatewayId !== at.gatewayId || !isGone(one.user)) };
}

function withoutPeople(morning: Morning, isGone: (user: string) => boolean): QueueSnapshot {
  const sessions = morning.at.facts?.sessions.filter((one) => one.ours || !isGone(one.user)) ?? [];
  return atMachine(morning, { sessions });
}

function signedIn(morning: Morning): QueueSnapshot {
  const others = morning.at.facts?.sessions.filter((one) => one.user !== morning.run.user) ?? [];
  return atMachine(morning, { sessions: [...others, session(morning.run.user)] });
}

/** More often than there are kinds of causes nobody has to act. */
const ACTIONS_MAX = Object.keys(fixes).length;

/** The run is the first of its queue, so that nothing but its own reasons holds it up. */
const firstInQueue = (world: QueueSnapshot, run: WorldRun): QueueSnapshot =>
  withRun(world, run, { id: 'first' as QueuedRun['id'], requestNumber: 0, priority: 'high', topRank: 1_000 });

/** The run is the only one that waits, in a queue with fairness: what is at work is of the same user and flow as it. */
function alone(world: QueueSnapshot, run: WorldRun, fairness: Fairness): QueueSnapshot {
  const sharer = fairness.share === null ? null : { id: 'ada', name: 'Ada' };
  const fair = { priority: 'normal' as const, sharer, usuallyMs: null };
  const queued = { id: 'first' as QueuedRun['id'], requestNumber: 0, priority: fair.priority, topRank: null };
  const classes = [{ ...classFacts(run), count: 1, heads: [queued], fair }];
  return { ...world, fairness, classes, inHand: world.inHand.map((one) => ({ ...one, fair })) };
}

/** Acts on what the member says until the run starts; answers the reasons that were met. */
function actUntilItStarts(
  empty: QueueSnapshot,
  anyOne: WorldRun,
  index: number,
  fairness: Fairness | null,
): readonly WaitCode[] {
  const run = { ...anyOne, whenSessionBlocked: 'wait' as const };
  const gatewayId = empty.members[index]?.gatewayId;
  if (gatewayId === undefined) return [];
  const told: WaitCode[] = [];
  const first = fairness === null ? firstInQueue(empty, run) : alone(empty, run, fairness);
  for (let world = first; told.length <= ACTIONS_MAX; ) {
    const answer = explain(world, classKeyOf(run), NOW_MS);
    const offer = planOf(world).offers.find(({ runId }) => runId === 'first');
    expect(answer.kind).toBe(offer === undefined ? 'waits' : 'starts');
    if (answer.kind !== 'waits') return told;
    const said = answer.members.find((one) => one.gatewayId === gatewayId)?.because;
    const at = world.members.find((one) => one.gatewayId === gatewayId);
    if (said === undefined || at === undefined) throw new Error('A member says nothing.');
    expect(told).not.toContain(said.code);
    told.push(said.code);
    world = fixes[said.code]({ world, at, run });
  }
  throw new Error(`It still waits after ${told.join(', ')}.`);
}

const maybeFair = fc.option(anyFairness, { freq: 2 });

describe('explain', () => {
  test('a reason that is acted on goes away, none comes back, and after the last one the planner starts the run', () => {
    fc.assert(
      fc.property(anySnapshot, anyRun, fc.nat(3), maybeFair, (...world) => void actUntilItStarts(...world)),
      { numRuns: 1_000 },
    );
  });

  test('every reason that the first run of a queue can meet is met by that', () => {
    const met = new Set<WaitCode>();
    fc.assert(
      fc.property(anySnapshot, anyRun, fc.nat(3), maybeFair, (...world) => {
        for (const code of actUntilItStarts(...world)) met.add(code);
      }),
      { numRuns: 2_000, seed: 20_200_922 },
    );
    const elsewhere = ['no-members', 'canary-elsewhere', 'journal-awaited', 'behind-earlier-run'];
    expect(Object.keys(fixes).filter((code) => !met.has(code as WaitCode))).toEqual(elsewhere);
  });
});
