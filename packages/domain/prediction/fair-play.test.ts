import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NOW_MS } from '../run-queue/any-world.contract.ts';
import {
  anyFairness,
  anyFairRun,
  asToldApart,
  fairClasses,
  type FairWorldRun,
} from '../run-queue/fairness/any-fair-world.contract.ts';
import type { Fairness } from '../run-queue/fairness/fairness.ts';
import { planAssignments } from '../run-queue/plan-assignments.ts';
import { inHand, member, snapshot } from '../run-queue/queue-world.ts';
import type { QueuedRun, QueueSnapshot, RunClass, RunInHand } from '../run-queue/snapshot.ts';
import { drawSeeded } from './draw-seeded.ts';
import type { ExpectedDuration } from './durations.ts';
import { isPredicted, predictStarts } from './predict-starts.ts';

interface Day {
  readonly fairness: Fairness;
  readonly slots: number;
  readonly classes: readonly RunClass[];
  readonly running: readonly RunInHand[];
}

/** Everybody is of an account of their own, and every run takes as long as its number says: nothing is left to chance. */
const anyDay: fc.Arbitrary<Day> = fc
  .record({
    fairness: anyFairness,
    slots: fc.integer({ min: 1, max: 4 }),
    waiting: fc.array(anyFairRun, { minLength: 1, maxLength: 12 }),
    running: fc.array(anyFairRun, { maxLength: 3 }),
  })
  .map(({ fairness, slots, waiting, running }) => {
    const alone = (run: FairWorldRun, user: string): FairWorldRun =>
      asToldApart({ ...run, user, mode: 'unattended', whenSessionBlocked: 'wait' }, fairness);
    const classes = fairClasses(waiting.map((run, index) => alone(run, `waits${String(index)}`)));
    const atWork = running.slice(0, slots).map((run, index) => {
      const { facts } = alone(run, '');
      return { ...inHand(`runs${String(index)}`, 'desk'), fair: facts };
    });
    return { fairness, slots, classes, running: atWork };
  });

/** No two of them ever end at the same moment, which a play would take one by one. */
function takesMs(name: string): number {
  const number = Number(/\d+/.exec(name)?.[0] ?? 0) + (name.startsWith('runs') ? 20 : 0);
  return 60_000 * (1 + (number % 5)) + 37 * 2 ** (number % 13) + number;
}
const fixed = (ms: number): ExpectedDuration => ({ mu: Math.log(ms), sigma: 0, muSigma: 0, isGuess: false });

const worldOf = ({ fairness, slots, classes, running }: Day): QueueSnapshot => ({
  ...snapshot({ members: [member('desk', { capacityOverride: slots })], runs: [] }),
  ...{ fairness, classes, inHand: running },
});

/** Lets the planner plan again each time a run ends. */
function livedThrough(day: Day): ReadonlyMap<string, number> {
  const starts = new Map<string, number>();
  let classes = day.classes;
  let atWork = day.running.map((run) => ({ run, endsAtMs: takesMs(run.user) }));
  for (let atMs = 0; ; ) {
    const inHandNow = atWork.map(({ run }) => run);
    const plan = planAssignments({ ...worldOf(day), classes, inHand: inHandNow }, NOW_MS + atMs, () => 0);
    for (const { runId, gatewayId, classKey } of plan.offers) {
      starts.set(runId, atMs);
      const of = classes.find(({ key }) => key === classKey);
      if (of === undefined) throw new Error('The plan names a class that does not wait.');
      const { user, mode, fair } = of;
      const run = { id: runId, gatewayId, user, mode, ...(fair ? { fair } : {}) };
      atWork = [...atWork, { run, endsAtMs: atMs + takesMs(runId) }];
    }
    classes = classes
      .map((one) => ({ ...one, heads: one.heads.filter(({ id }) => !starts.has(id)) }))
      .filter(({ heads }) => heads.length > 0);
    const nextMs = Math.min(...atWork.map(({ endsAtMs }) => endsAtMs));
    if (!Number.isFinite(nextMs)) return starts;
    atWork = atWork.filter(({ endsAtMs }) => endsAtMs > nextMs);
    atMs = nextMs;
  }
}

function predicted(day: Day): ReadonlyMap<string, number> {
  const waiting = (of: RunClass) => (queued: QueuedRun) => ({
    ...{ id: queued.id, queued, classKey: of.key, duration: fixed(takesMs(queued.id)) },
    ...{ user: of.user, mode: of.mode, whenSessionBlocked: of.whenSessionBlocked },
    ...(of.fair ? { fair: of.fair } : {}),
  });
  const starts = predictStarts({
    snapshot: worldOf(day),
    running: day.running.map((run) => ({ ...run, elapsedMs: 0, duration: fixed(takesMs(run.user)) })),
    line: day.classes.flatMap((of) => of.heads.map(waiting(of))),
    habits: { moved: 0, cancelled: 0 },
    nowMs: NOW_MS,
    random: drawSeeded(1),
  });
  return new Map([...starts].map(([id, one]) => [id, isPredicted(one) ? one.medianMs - NOW_MS : Number.NaN]));
}

test('a prediction plays a fair queue exactly as the planner goes through it', () => {
  fc.assert(
    fc.property(anyDay, (day) => {
      const real = livedThrough(day);
      const said = predicted(day);
      for (const [id, atMs] of real) expect(Math.abs((said.get(id) ?? Number.NaN) - atMs)).toBeLessThanOrEqual(1);
      expect([...said.keys()].toSorted()).toEqual([...real.keys()].toSorted());
    }),
    { numRuns: 300 },
  );
});
