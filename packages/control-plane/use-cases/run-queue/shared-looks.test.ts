import { expect, test } from 'vitest';
import { createSharedLooks } from './shared-looks.ts';

/** Looks end when they are told to, in the order in which they began, and answer what was there when they began. */
function looksAt(world: { value: string }) {
  const ends: ((error?: Error) => void)[] = [];
  const looks = createSharedLooks(
    () =>
      new Promise<string>((resolve, reject) => {
        const { value } = world;
        ends.push((error) => (error === undefined ? resolve(value) : reject(error)));
      }),
  );
  return { looks, ends };
}

test('whoever asks while a look is under way sees what was there when they asked, in one further look', async () => {
  const world = { value: 'before' };
  const { looks, ends } = looksAt(world);
  const first = looks.at('queue');
  world.value = 'after';
  const later = [looks.at('queue'), looks.at('queue'), looks.at('queue')];
  ends[0]?.();
  expect(await first).toBe('before');
  await expect.poll(() => ends.length).toBe(2);
  ends[1]?.();
  expect(await Promise.all(later)).toEqual(['after', 'after', 'after']);
  expect(ends).toHaveLength(2);
});

test('a look that failed is not the answer of those who asked later', async () => {
  const { looks, ends } = looksAt({ value: 'seen' });
  const first = looks.at('queue');
  const later = looks.at('queue');
  ends[0]?.(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await expect.poll(() => ends.length).toBe(2);
  ends[1]?.();
  expect(await later).toBe('seen');
});

test('different things are looked at beside one another, and nothing is kept', async () => {
  const { looks, ends } = looksAt({ value: 'seen' });
  const both = [looks.at('one'), looks.at('other')];
  for (const end of ends) end();
  await Promise.all(both);
  void looks.at('one');
  expect(ends).toHaveLength(3);
});
