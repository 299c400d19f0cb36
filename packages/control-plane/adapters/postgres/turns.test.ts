import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('so much is done at once, and what waits comes in the order in which it was asked', async () => {
  const inTurn = createTurns(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const work = (n: number) => () => {
    begun.push(n);
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  const all = [1, 2, 3, 4].map((n) => inTurn(work(n)));
  await Promise.resolve();
  expect(begun).toEqual([1, 2]);
  ends[0]?.();
  await all[0];
  expect(begun).toEqual([1, 2, 3]);
  ends[1]?.();
  await all[1];
  expect(begun).toEqual([1, 2, 3, 4]);
  for (const end of ends) end();
  await Promise.all(all);
});

test('work that fails gives its turn to the next', async () => {
  const inTurn = createTurns(1);
  const failed = inTurn(() => Promise.reject(new Error('away')));
  const next = inTurn(() => Promise.resolve('done'));
  await expect(failed).rejects.toThrow('away');
  expect(await next).toBe('done');
});
