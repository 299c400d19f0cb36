import { expect, test } from 'vitest';
import { mayTry, mayTryAgain, type RememberedTry, UNKNOWN_OUTCOME_REST_MS } from './lock-out.ts';

test.each([
  [0, 3, 'yes'],
  [1, 3, 'yes'],
  [2, 3, 'too-few-tries'],
  [3, 3, 'account-locked'],
  [9, 3, 'account-locked'],
  [0, 2, 'yes'],
  [1, 2, 'too-few-tries'],
  [0, 1, 'too-few-tries'],
] as const)('after %i wrong tries of %i a preflight may try: %s', (failures, lockedAt, expected) => {
  const answer = mayTry({ failures, lockedAt });
  expect(answer.ok ? 'yes' : answer.because).toBe(expected);
});

test('one wrong try by a preflight never locks an account', () => {
  for (let lockedAt = 1; lockedAt <= 10; lockedAt += 1)
    for (let failures = 0; failures <= 12; failures += 1)
      if (mayTry({ failures, lockedAt }).ok) expect(failures + 1).toBeLessThan(lockedAt);
});

const tried = (outcome: RememberedTry['outcome'], passwordVersion = 2): RememberedTry => ({
  outcome,
  passwordVersion,
  atMs: 1_000,
});
const again = (before: RememberedTry | undefined, laterMs: number): string => {
  const answer = mayTryAgain(before, { passwordVersion: 2, nowMs: 1_000 + laterMs });
  return answer.ok ? 'yes' : answer.because;
};

test.each([
  ['never tried', undefined, 0, 'yes'],
  ['wrong', tried('wrong'), 0, 'password-wrong'],
  ['wrong a year ago', tried('wrong'), 365 * 86_400_000, 'password-wrong'],
  ['wrong before the rotation', tried('wrong', 1), 0, 'yes'],
  ['begun, and nobody knows how it ended', tried('begun'), 0, 'not-tried-again'],
  ['begun almost a day ago', tried('begun'), UNKNOWN_OUTCOME_REST_MS - 1, 'not-tried-again'],
  ['begun a day ago', tried('begun'), UNKNOWN_OUTCOME_REST_MS, 'yes'],
  ['begun, by a clock that was set back since', tried('begun'), -3_600_000, 'not-tried-again'],
  ['begun before the rotation', tried('begun', 1), 0, 'yes'],
] as const)('a password that was %s', (_, before, laterMs, expected) => {
  expect(again(before, laterMs)).toBe(expected);
});
