import { expect, test } from 'vitest';
import { createConfirmedNumbers } from './confirmed-numbers.ts';

test('a hello asked for before the newer number was learnt is late; one asked for after it shows a copy', () => {
  const known = createConfirmedNumbers();
  known.learn('g1', 24);
  const begunBefore = known.now();
  known.learn('g1', 25);
  const begunAfter = known.now();
  expect(known.wasKnown('g1', 25, begunBefore)).toBe(false);
  expect(known.wasKnown('g1', 25, begunAfter)).toBe(true);
});
