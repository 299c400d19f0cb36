import { expect, test } from 'vitest';
import { figuresOf } from './figures.ts';
import { playLoad } from './play-load.ts';
import { MINUTE_MS, type SmallRun, small, smallCluster, whole } from './small-loads.ts';
import { bucketLengthMs } from './usage.ts';

const figures = (runs: readonly SmallRun[], cluster = smallCluster(1, 1)) => {
  const planned = small(cluster, runs);
  return figuresOf(planned, whole(playLoad(planned)));
};

test('waits are told with their middle and their worst, a run that missed with its whole start deadline', () => {
  const { waits, runs, started, missed, missedBecause } = figures([{}, { within: 7 }, { within: 30 }, { within: 3 }]);
  expect({ runs, started, missed }).toEqual({ runs: 4, started: 2, missed: 2 });
  expect(waits).toEqual({ p50Ms: 3 * MINUTE_MS, p95Ms: 10 * MINUTE_MS, maxMs: 10 * MINUTE_MS });
  expect(missedBecause).toEqual([{ code: 'no-free-slot', count: 2 }]);
});

test('a run that its person cancelled counts for no wait', () =>
  expect(figures([{}, { cancelledAfter: 5 }])).toMatchObject({ runs: 1, cancelled: 1, missed: 0 }));

test('the machines are those that take runs', () => {
  expect(figures([], smallCluster(3, 2))).toMatchObject({ members: 3, slots: 6 });
  expect(figures([], smallCluster(3, 2, { runOnAllGateways: false }))).toMatchObject({ members: 1, slots: 2 });
});

test('each hour tells what came in it and how that fared', () => {
  const { buckets, bucketMs } = figures([{}, { within: 5 }, { at: 70 }]);
  expect(bucketMs).toBe(60 * MINUTE_MS);
  expect(buckets).toHaveLength(24);
  expect(buckets.slice(0, 2)).toMatchObject([
    { arrived: 2, missed: 1, waitP95Ms: 5 * MINUTE_MS },
    { arrived: 1, missed: 0, waitP95Ms: 0 },
  ]);
});

test.each([
  [24, 1],
  [14 * 24, 2],
  [31 * 24, 4],
  [365 * 24, 7 * 24],
])('%i hours are told in steps of %i', (hours, expected) =>
  expect(bucketLengthMs(hours * 60 * MINUTE_MS)).toBe(expected * 60 * MINUTE_MS),
);
