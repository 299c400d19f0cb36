import { describe, expect, test } from 'vitest';
import { drawSeeded } from './draw-seeded.ts';
import { digestOf, drawDurationMs, drawRestMs, expectedDuration, PRIOR } from './durations.ts';

const many = (count: number, draw: () => number): readonly number[] => Array.from({ length: count }, draw);
const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

describe('what is expected of a flow', () => {
  test('without measurements it is the prior, and a guess', () => {
    const expected = expectedDuration(undefined);
    expect(Math.exp(expected.mu)).toBeCloseTo(PRIOR.medianMs);
    expect(expected).toMatchObject({ sigma: PRIOR.sigma, isGuess: true });
  });

  test.each([
    [4, true],
    [5, false],
  ])('after %i measured runs it is called a guess: %s', (count, isGuess) => {
    expect(expectedDuration(digestOf(many(count, () => 10_000))).isGuess).toBe(isGuess);
  });

  test('many measurements outweigh the prior', () => {
    const random = drawSeeded(1);
    const measured = many(200, () => drawDurationMs({ mu: Math.log(600_000), sigma: 0.5 }, random()));
    const expected = expectedDuration(digestOf(measured));
    expect(Math.exp(expected.mu) / 600_000).toBeCloseTo(1, 0.5);
    expect(expected.sigma).toBeCloseTo(0.5, 1);
  });

  test('no run is no digest, and a run of no length is one', () => {
    expect(digestOf([])).toBeUndefined();
    expect(digestOf([0])).toEqual({ count: 1, logMean: 0, logVariance: 0 });
  });
});

describe('what a run that goes on has left', () => {
  const lognormal = { mu: Math.log(60_000), sigma: 0.5 };

  test('is drawn from the runs that took at least as long', () => {
    const random = drawSeeded(2);
    const all = many(40_000, () => drawDurationMs(lognormal, random()));
    const longer = all.filter((ms) => ms > 80_000).map((ms) => ms - 80_000);
    const drawn = many(10_000, () => drawRestMs(lognormal, 80_000, random()));
    expect(medianOf(drawn) / medianOf(longer)).toBeCloseTo(1, 0.5);
  });

  test('is positive and finite however long it has been at it', () => {
    for (const elapsedMs of [0, 1, 60_000, 3_600_000, 86_400_000])
      for (const chance of [0, 0.5, 1 - Number.EPSILON]) {
        const rest = drawRestMs(lognormal, elapsedMs, chance);
        expect(rest).toBeGreaterThanOrEqual(0);
        expect(rest).toBeLessThan(Number.POSITIVE_INFINITY);
      }
  });
});
