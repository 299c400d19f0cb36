import { expect, test } from 'vitest';
import { scheduleOf } from './schedule.ts';
import { seededChance } from './seeded-chance.ts';

const kinds = ['killed', 'paused', 'cut off', 'disk full', 'clock set'];

function first(count: number, seed: number): readonly string[] {
  const schedule = scheduleOf(kinds, seededChance(seed));
  return Array.from({ length: count }, () => schedule.next().value);
}

test('every kind comes once before any comes again', () => {
  for (const seed of [1, 2, 3, 4, 5]) expect([...first(kinds.length, seed)].sort()).toEqual([...kinds].sort());
});

test('it goes on after that, and is the same for the same seed', () => {
  expect(first(40, 7)).toEqual(first(40, 7));
  expect(first(40, 7)).not.toEqual(first(40, 8));
});
