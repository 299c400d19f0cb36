import { expect, test } from 'vitest';
import { habitsOf } from './accuracy.ts';
import { isAtRisk, whatHelps } from './deadline-risk.ts';
import { reason } from '../placement/reasons.ts';

const starts = { earliestMs: 100, medianMs: 200, latestMs: 300, isGuess: false };

test.each([
  ['starts in time at the latest', starts, 400, false],
  ['may start in time', starts, 101, false],
  ['starts too late even at the earliest', starts, 100, true],
  ['starts long after', starts, 1, true],
  ['cannot be predicted', { because: reason('gateway-offline', '', '') }, 1, false],
  ['was not predicted', undefined, 1, false],
])('a run that %s', (_, prediction, deadline, expected) => {
  expect(isAtRisk(prediction, deadline)).toBe(expected);
});

test('the first run of a queue is not told to move to the top', () => {
  expect(whatHelps({ position: 1 })).toEqual(['another-cluster', 'later-deadline', 'cancel']);
  expect(whatHelps({ position: 2 })).toEqual(['move-to-top', 'another-cluster', 'later-deadline', 'cancel']);
});

test('habits begin with what is assumed, and become what is seen', () => {
  expect(habitsOf([])).toEqual({ moved: 0.05, cancelled: 0.02 });
  const seen = Array.from({ length: 380 }, (_, index) => ({ wasMoved: index % 10 === 0, wasCancelled: false }));
  expect(habitsOf(seen).moved).toBeCloseTo(0.0975);
});
