import fc from 'fast-check';
import type { RunId } from '../../brand.ts';
import { anySnapshot, NOW_MS } from '../any-world.contract.ts';
import { inHand } from '../queue-world.ts';
import { byQueueOrder } from '../queue-order.ts';
import type { QueuedRun, QueueSnapshot, RunClass, RunInHand } from '../snapshot.ts';
import type { FairFacts, Fairness } from './fairness.ts';

/** Any fairness with any queue under it, for the properties of this folder. */
const MINUTE_MS = 60_000;

export const anyFairness: fc.Arbitrary<Fairness> = fc.record({
  ageing: fc.option(fc.record({ afterMinutes: fc.integer({ min: 1, max: 10 }) }), { freq: 2 }),
  share: fc.option(
    fc.record({
      by: fc.constantFrom('user' as const, 'flow' as const),
      atMost: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 2 }),
    }),
    { freq: 2 },
  ),
  lanes: fc.uniqueArray(
    fc.oneof(
      fc.record({ for: fc.constant('high' as const), slots: fc.integer({ min: 1, max: 4 }) }),
      fc.record({
        for: fc.constant('short' as const),
        slots: fc.integer({ min: 1, max: 4 }),
        underMinutes: fc.constant(5),
      }),
    ),
    { maxLength: 2, selector: (lane) => lane.for },
  ),
});

/** What a fair queue knows of a run; runs with the same of it are one class. */
export interface FairWorldRun {
  readonly user: string;
  readonly mode: 'attended' | 'unattended';
  readonly whenSessionBlocked: 'fail' | 'wait';
  readonly facts: FairFacts;
  readonly topRank: number | null;
  readonly waitedMs: number;
}

const anyFacts = fc.record({
  priority: fc.constantFrom('high' as const, 'normal' as const),
  sharer: fc.constantFrom('ada', 'ben', 'cleo').map((id) => ({ id, name: id })),
  usuallyMs: fc.constantFrom(null, MINUTE_MS, 20 * MINUTE_MS),
});

export const anyFairRun: fc.Arbitrary<FairWorldRun> = fc.record({
  user: fc.constantFrom('alice', 'bob', 'carol', 'dora'),
  mode: fc.constantFrom('unattended' as const, 'unattended' as const, 'attended' as const),
  whenSessionBlocked: fc.constantFrom('fail' as const, 'wait' as const),
  facts: anyFacts,
  topRank: fc.option(fc.integer({ min: 1, max: 9 }), { freq: 4 }).map((rank) => (rank === null ? null : rank)),
  waitedMs: fc.integer({ min: 0, max: 12 }).map((minutes) => minutes * MINUTE_MS),
});

export const fairKeyOf = ({ user, mode, whenSessionBlocked, facts }: FairWorldRun): string =>
  [user, mode, whenSessionBlocked, facts.priority, facts.sharer?.id, String(facts.usuallyMs)].join(' ');

export const fairClassOf = (run: FairWorldRun): Omit<RunClass, 'count' | 'heads'> => ({
  key: fairKeyOf(run),
  declineKey: [run.user, run.mode, run.whenSessionBlocked].join(' '),
  user: run.user,
  mode: run.mode,
  whenSessionBlocked: run.whenSessionBlocked,
  fair: run.facts,
});

export const fairQueued = ({ facts, topRank, waitedMs }: FairWorldRun, requestNumber: number): QueuedRun => ({
  id: `r${String(requestNumber)}` as RunId,
  requestNumber,
  priority: facts.priority,
  // Ranks are never given twice.
  topRank: topRank === null ? null : topRank * 100 + requestNumber,
  requestedAtMs: NOW_MS - waitedMs,
});

/** Requested in the order given, r1 first; those that waited longer asked earlier. */
export function fairClasses(runs: readonly FairWorldRun[]): readonly RunClass[] {
  const queued = runs
    .toSorted((a, b) => b.waitedMs - a.waitedMs)
    .map((run, index) => ({ run, queued: fairQueued(run, index + 1) }));
  return [...Map.groupBy(queued, ({ run }) => fairKeyOf(run)).values()].flatMap((entries) => {
    const [first] = entries;
    const heads = entries.map((entry) => entry.queued).sort(byQueueOrder);
    return first === undefined ? [] : [{ ...fairClassOf(first.run), count: heads.length, heads }];
  });
}

const anyInHand: fc.Arbitrary<readonly RunInHand[]> = fc
  .uniqueArray(fc.record({ user: fc.constantFrom('alice', 'bob', 'eve', 'finn'), facts: anyFacts }), {
    maxLength: 4,
    selector: ({ user }) => user,
  })
  .chain((runs) =>
    fc
      .array(fc.constantFrom('g0', 'g1', 'g2'), { minLength: runs.length, maxLength: runs.length })
      .map((gateways) =>
        runs.map(({ user, facts }, index) => ({ ...inHand(user, gateways[index] ?? 'g0'), fair: facts })),
      ),
  );

export const anyFairSnapshot: fc.Arbitrary<QueueSnapshot & { readonly fairness: Fairness }> = fc
  .record({
    world: anySnapshot,
    fairness: anyFairness,
    runs: fc.array(anyFairRun, { maxLength: 10 }),
    running: anyInHand,
  })
  .map(({ world, fairness, runs, running }) => ({
    ...world,
    fairness,
    classes: fairClasses(runs.map((run) => asToldApart(run, fairness))),
    inHand: running.map((run) => ({ ...run, ...(run.fair ? { fair: toldApart(run.fair, fairness) } : {}) })),
  }));

/** A run as a reading tells of it: without what this fairness does not look at. */
export const asToldApart = (run: FairWorldRun, fairness: Fairness): FairWorldRun => ({
  ...run,
  facts: toldApart(run.facts, fairness),
});

function toldApart(facts: FairFacts, { share, lanes }: Fairness): FairFacts {
  return {
    ...facts,
    sharer: share === null ? null : facts.sharer,
    usuallyMs: lanes.some((lane) => lane.for === 'short') ? facts.usuallyMs : null,
  };
}
