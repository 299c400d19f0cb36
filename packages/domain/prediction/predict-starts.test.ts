import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GatewayId, RunId } from '../brand.ts';
import { planAssignments } from '../run-queue/plan-assignments.ts';
import { classKeyOf, member, session, snapshot, type WorldRun } from '../run-queue/queue-world.ts';
import type { ClusterMember, QueueSnapshot } from '../run-queue/snapshot.ts';
import { drawSeeded } from './draw-seeded.ts';
import type { ExpectedDuration } from './durations.ts';
import { isPredicted, type Prediction, predictStarts, RUNS_PLAYED_MAX } from './predict-starts.ts';
import type { PredictionQuestion } from './question.ts';

const MINUTE_MS = 60_000;
const NOW_MS = 1_000_000;

/** A duration that is known for certain. */
const minutes = (count: number): ExpectedDuration => ({
  mu: Math.log(count * MINUTE_MS),
  sigma: 0,
  muSigma: 0,
  isGuess: false,
});

interface Waits extends WorldRun {
  readonly takes: number;
}
interface Runs {
  readonly user: string;
  readonly on: string;
  readonly takes: number;
  readonly since: number;
}

function predict(
  members: readonly ClusterMember[],
  {
    runs = [],
    waits,
    ...more
  }: { readonly runs?: readonly Runs[]; readonly waits: readonly Waits[] } & Partial<
    Pick<PredictionQuestion, 'habits' | 'beyond'> & Pick<QueueSnapshot, 'addOnsFree'>
  >,
): ReadonlyMap<RunId, Prediction> {
  return predictStarts({
    snapshot: snapshot({ members, runs: [], addOnsFree: more.addOnsFree ?? null }),
    running: runs.map(({ user, on, takes, since }) => ({
      id: `${user} in hand` as RunId,
      gatewayId: on as GatewayId,
      user,
      mode: 'unattended',
      elapsedMs: since * MINUTE_MS,
      duration: minutes(takes),
    })),
    line: waits.map((run, index) => waiting(run, index + 1)),
    habits: { moved: 0, cancelled: 0 },
    nowMs: NOW_MS,
    random: drawSeeded(1),
    ...more,
  });
}

const waiting = (run: Waits, number: number) => ({
  id: `r${String(number)}` as RunId,
  user: run.user,
  mode: run.mode ?? ('unattended' as const),
  whenSessionBlocked: run.whenSessionBlocked ?? ('fail' as const),
  classKey: classKeyOf(run),
  duration: minutes(run.takes),
});

/** Minutes from now, or the code of what keeps it from being predicted. */
const told = (predictions: ReadonlyMap<RunId, Prediction>): readonly (number | string)[] =>
  [...predictions.values()].map((one) =>
    isPredicted(one) ? Math.round(((one.medianMs - NOW_MS) / MINUTE_MS) * 10) / 10 : one.because.code,
  );

describe('durations that are known give the starts that follow from them', () => {
  const one = [member('kiosk', { facts: { sessionLimit: 1 } })];
  const two = [member('kiosk', { facts: { sessionLimit: 2 } })];

  test('a run starts when the one before it has had its time', () => {
    const runs = [{ user: 'alice', on: 'kiosk', takes: 3, since: 1 }];
    const waits = [
      { user: 'bob', takes: 5 },
      { user: 'carol', takes: 1 },
    ];
    expect(told(predict(one, { runs, waits }))).toEqual([2, 7]);
  });

  test('the same account waits for its own run, and another one goes before it', () => {
    const runs = [{ user: 'alice', on: 'kiosk', takes: 10, since: 0 }];
    const waits = [
      { user: 'alice', takes: 1 },
      { user: 'bob', takes: 4 },
      { user: 'carol', takes: 4 },
    ];
    expect(told(predict(two, { runs, waits }))).toEqual([10, 0, 4]);
  });

  test('a run that has taken longer than ever is expected to end soon', () => {
    const runs = [{ user: 'alice', on: 'kiosk', takes: 3, since: 40 }];
    expect(told(predict(one, { runs, waits: [{ user: 'bob', takes: 1 }] }))).toEqual([0]);
  });

  test('an add-on that becomes free lets the next run start on another machine', () => {
    const members = [...one, member('desk', { facts: { sessionLimit: 1 } })];
    const runs = [{ user: 'alice', on: 'kiosk', takes: 3, since: 0 }];
    const waits = [
      { user: 'bob', takes: 5 },
      { user: 'carol', takes: 5 },
    ];
    expect(told(predict(members, { runs, waits, addOnsFree: 0 }))).toEqual([3, 8]);
  });

  test('a session that is still being signed out holds its slot for a moment', () => {
    const left = session('alice', { ours: true, runId: 'over' });
    const [start] = told(
      predict([member('kiosk', { facts: { sessionLimit: 1, sessions: [left] } })], {
        waits: [{ user: 'bob', takes: 1 }],
      }),
    );
    expect(start).toBeCloseTo(0.1);
  });

  test('with one member the prediction is what the planner then does', () => {
    const run = fc.record({
      user: fc.constantFrom('a', 'b', 'c', 'd'),
      takes: fc.double({ min: 1, max: 30, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 3 }), (waits, limit) => {
        const members = [member('kiosk', { facts: { sessionLimit: limit } })];
        const predicted = [...predict(members, { waits }).values()].map((each) =>
          isPredicted(each) ? each.medianMs : null,
        );
        expect(predicted).toEqual(playedByPlanner(members, waits).map((atMs) => Math.round(NOW_MS + atMs)));
      }),
      { numRuns: 40 },
    );
  });
});

/** The starts that the real planner comes to when it is asked at each end. */
function playedByPlanner(members: readonly ClusterMember[], waits: readonly Waits[]): readonly number[] {
  const world = snapshot({ members, runs: waits });
  const startsAt = new Map<string, number>();
  const ends: { atMs: number; id: RunId; user: string }[] = [];
  let atMs = 0;
  for (;;) {
    const classes = world.classes.map((one) => {
      const heads = one.heads.filter(({ id }) => !startsAt.has(id));
      return { ...one, heads, count: heads.length };
    });
    const inHand = ends.map(({ id, user }) => ({
      id,
      user,
      gatewayId: 'kiosk' as GatewayId,
      mode: 'unattended' as const,
    }));
    for (const { runId } of planAssignments({ ...world, classes, inHand }, 0, () => 0).offers) {
      const run = waits[Number(runId.slice(1)) - 1];
      startsAt.set(runId, atMs);
      ends.push({ atMs: atMs + (run?.takes ?? 0) * MINUTE_MS, id: runId, user: run?.user ?? '' });
    }
    const next = ends.sort((a, b) => a.atMs - b.atMs).shift();
    if (next === undefined) return waits.map((_, index) => startsAt.get(`r${String(index + 1)}`) ?? -1);
    atMs = next.atMs;
  }
}

describe('what time alone does not change is not predicted', () => {
  test('an attended run of somebody who is not signed in says so, and holds up nobody', () => {
    const waits = [
      { user: 'alice', mode: 'attended', takes: 5 },
      { user: 'bob', takes: 5 },
    ] as const;
    expect(told(predict([member('kiosk', { facts: { sessionLimit: 1 } })], { waits }))).toEqual([
      'attended-not-signed-in',
      0,
    ]);
  });

  test('a cluster whose only gateway is offline', () => {
    expect(told(predict([member('kiosk', { online: false })], { waits: [{ user: 'bob', takes: 5 }] }))).toEqual([
      'gateway-offline',
    ]);
  });

  test('an installation without add-ons', () => {
    expect(told(predict([member('kiosk')], { waits: [{ user: 'bob', takes: 5 }], addOnsFree: 0 }))).toEqual([
      'no-add-on',
    ]);
  });
});

describe('what is not known makes the interval wider', () => {
  const one = [member('kiosk', { facts: { sessionLimit: 1 } })];
  const widthOf = (prediction: Prediction | undefined): number =>
    prediction !== undefined && isPredicted(prediction) ? prediction.latestMs - prediction.earliestMs : Number.NaN;
  const tenWait = Array.from({ length: 10 }, (_, index) => ({ user: `u${String(index)}`, takes: 4 }));

  test('runs that people move make a wait longer', () => {
    const still = predict(one, { waits: tenWait }).get('r10' as RunId);
    const restless = predict(one, { waits: tenWait, habits: { moved: 0.3, cancelled: 0 } }).get('r10' as RunId);
    expect(widthOf(still)).toBe(0);
    expect(widthOf(restless)).toBeGreaterThan(MINUTE_MS);
  });

  test('runs that people cancel make it shorter', () => {
    const predictions = predict(one, { waits: tenWait, habits: { moved: 0, cancelled: 0.5 } });
    expect(told(predictions)[9]).toBeLessThan(30);
  });

  test('a member that is offline may come back', () => {
    const members = [...one, member('desk', { online: false, facts: { sessionLimit: 1 } })];
    const last = predict(members, { waits: [...tenWait, ...tenWait, ...tenWait] }).get('r30' as RunId);
    expect(widthOf(last)).toBeGreaterThan(20 * MINUTE_MS);
  });
});

describe('a queue that is longer than what is played', () => {
  const robots = Array.from({ length: RUNS_PLAYED_MAX }, () => ({ user: 'robot', takes: 1 }));
  const position = 10 * RUNS_PLAYED_MAX;

  test('goes on at the pace of its class, as a guess', () => {
    const run = { ...waiting({ user: 'robot', takes: 1 }, 0), id: 'far' as RunId };
    const far = predict([member('kiosk')], { waits: robots, beyond: { run, position } }).get('far' as RunId);
    expect(far).toMatchObject({ isGuess: true });
    expect(told(new Map([['far' as RunId, far as Prediction]]))).toEqual([(RUNS_PLAYED_MAX - 1) * 10]);
  });

  test('does not hold up a run of another account where a slot is free', () => {
    const run = { ...waiting({ user: 'bob', takes: 1 }, 0), id: 'far' as RunId };
    const far = predict([member('kiosk')], { waits: robots, beyond: { run, position } }).get('far' as RunId);
    expect(told(new Map([['far' as RunId, far as Prediction]]))).toEqual([0]);
  });

  test('does hold it up where all share one slot', () => {
    const run = { ...waiting({ user: 'bob', takes: 1 }, 0), id: 'far' as RunId };
    const single = [member('kiosk', { facts: { sessionLimit: 1 } })];
    const far = predict(single, { waits: robots, beyond: { run, position } }).get('far' as RunId);
    expect(told(new Map([['far' as RunId, far as Prediction]]))).toEqual([position]);
  });
});
