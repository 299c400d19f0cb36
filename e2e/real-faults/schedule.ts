import type { Chance } from './seeded-chance.ts';

/** Each once, in an order that chance gives; then whatever chance gives, without an end. */
export function* scheduleOf<T>(kinds: readonly T[], chance: Chance): Generator<T, never> {
  const left = [...kinds];
  while (left.length > 0) yield left.splice(Math.floor(chance.next() * left.length), 1)[0] as T;
  for (;;) yield chance.oneOf(kinds);
}
