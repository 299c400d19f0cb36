import { expect, test } from 'vitest';
import { type Attempt, createAttemptLimiter } from './attempt-limiter.ts';

const limit = { name: 'sign-in 10.0.0.1', refusedMax: 3, windowMs: 60_000 };
const settle = (attempt: Attempt, succeeded: boolean): void => {
  if (!attempt.ok) throw new Error('The attempt was refused.');
  attempt.settle(succeeded);
};

test('after so many refused tries a name waits until the first of them is a window old', () => {
  let nowMs = 0;
  const attempts = createAttemptLimiter(() => nowMs);
  for (let i = 0; i < 3; i += 1) {
    nowMs = i * 1000;
    settle(attempts.begin([limit]), false);
  }
  nowMs = 10_000;
  expect(attempts.begin([limit])).toEqual({ ok: false, retryAfterSeconds: 50 });
  expect(attempts.begin([{ ...limit, name: 'sign-in 10.0.0.2' }]).ok).toBe(true);
  nowMs = 60_000;
  expect(attempts.begin([limit]).ok).toBe(true);
});

test('a success between guesses gives no new tries', () => {
  const attempts = createAttemptLimiter(() => 0);
  for (const succeeded of [false, false, true, false]) settle(attempts.begin([limit]), succeeded);
  expect(attempts.begin([limit]).ok).toBe(false);
});

test('guesses sent all at once count before they are answered', () => {
  const attempts = createAttemptLimiter(() => 0);
  settle(attempts.begin([limit]), false);
  const burst = Array.from({ length: 10 }, () => attempts.begin([limit]));
  expect(burst.filter(({ ok }) => ok)).toHaveLength(2);
});

test('many honest tries at once pass', () => {
  const attempts = createAttemptLimiter(() => 0);
  const burst = Array.from({ length: 20 }, () => attempts.begin([limit]));
  expect(burst.every(({ ok }) => ok)).toBe(true);
});

test('one refusal is enough: a try is refused by the strictest of its limits', () => {
  const attempts = createAttemptLimiter(() => 0);
  const email = { name: 'sign-in alice', refusedMax: 1, windowMs: 3_600_000 };
  settle(attempts.begin([limit, email]), false);
  expect(attempts.begin([{ ...limit, name: 'another address' }, email])).toEqual({
    ok: false,
    retryAfterSeconds: 3600,
  });
});
