import { expect, test } from 'vitest';
import { createAttemptLimiter } from './attempt-limiter.ts';

test('ten refused tries in a minute close the door for that address only, and for that minute only', () => {
  let now = 0;
  const attempts = createAttemptLimiter(() => now);
  for (let i = 0; i < 10; i++) attempts.note('signIn', '10.0.0.1', false);
  expect(attempts.allow('signIn', '10.0.0.1')).toBe(false);
  expect(attempts.allow('signIn', '10.0.0.2')).toBe(true);
  now = 60_001;
  expect(attempts.allow('signIn', '10.0.0.1')).toBe(true);
});

test('a successful try forgets the refused ones before it', () => {
  const attempts = createAttemptLimiter(() => 0);
  for (let i = 0; i < 9; i++) attempts.note('signIn', 'a', false);
  attempts.note('signIn', 'a', true);
  attempts.note('signIn', 'a', false);
  expect(attempts.allow('signIn', 'a')).toBe(true);
});
