import { expect, test } from 'vitest';
import { clockAdvice, isClockOff } from './clock-skew.ts';

const SECOND_MS = 1_000;

test.each([
  [null, null],
  [0, null],
  [30 * SECOND_MS, null],
  [-30 * SECOND_MS, null],
  [31 * SECOND_MS, '31 s ahead of'],
  [-45 * SECOND_MS, '45 s behind'],
  [150 * SECOND_MS, '3 min ahead of'],
  [-7_200 * SECOND_MS, '2 h behind'],
  [400 * 86_400 * SECOND_MS, '400 days ahead of'],
] as const)('a clock that is off by %s ms is told as %s', (skewMs, expected) => {
  const advice = clockAdvice(skewMs);
  expect(isClockOff(skewMs)).toBe(expected !== null);
  if (expected === null) expect(advice).toBeNull();
  else expect(advice).toContain(`is ${expected} the server’s`);
});
