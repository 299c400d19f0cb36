import { describe, expect, test } from 'vitest';
import { accuracyOf } from './accuracy.ts';
import { drawSeeded } from './draw-seeded.ts';
import { ordinaryDay, playDay } from './simulated-day.ts';

const MINUTE_MS = 60_000;
const outcome = (startedAfter: number, earliest: number, median: number, latest: number) => ({
  predictedAtMs: 0,
  startedAtMs: startedAfter * MINUTE_MS,
  earliestMs: earliest * MINUTE_MS,
  medianMs: median * MINUTE_MS,
  latestMs: latest * MINUTE_MS,
});

test('accuracy compares the runs that waited for longer than five minutes', () => {
  expect(accuracyOf([outcome(4, 0, 1, 2)])).toBeNull();
  expect(
    accuracyOf([outcome(4, 0, 1, 2), outcome(10, 8, 9, 12), outcome(10, 12, 13, 20), outcome(20, 10, 20, 30)]),
  ).toEqual({
    runs: 3,
    medianError: 0.1,
    coverage: 2 / 3,
    medianWidth: 0.8,
  });
});

/**
 * One day's figures vary by its bursts, those of three days still by three hundredths. Of nine days it is one, which is far from
 * the limits; runs of the same burst tell the same, so more days with fewer predictions each take no longer.
 */
describe('days of 2,000 runs with bursts, moves, cancels and an hour without one member, nine of them,', () => {
  const seed = Math.floor(Math.random() * 2 ** 31);

  test(`predictions at submit hold (seed ${String(seed)})`, { timeout: 240_000 }, () => {
    const runs = Array.from({ length: 9 }, (_, more) => playDay(ordinaryDay, drawSeeded(seed + more))).flat();
    const accuracy = accuracyOf(
      runs.map(({ submittedAtMs, startedAtMs, predicted }) => ({
        ...predicted,
        predictedAtMs: submittedAtMs,
        startedAtMs,
      })),
    );
    expect(accuracy).not.toBeNull();
    expect(accuracy?.runs).toBeGreaterThan(150);
    expect(accuracy?.medianError).toBeLessThanOrEqual(0.2);
    expect(accuracy?.coverage).toBeGreaterThanOrEqual(0.75);
    expect(accuracy?.coverage).toBeLessThanOrEqual(0.9);
    expect(accuracy?.medianWidth).toBeLessThanOrEqual(1);
  });
});
