import { afterEach, expect, test, vi } from 'vitest';
import { together } from './together.ts';

/** Writes that end when the test says so. */
function heldWrites(weightMax = 100) {
  const batches: { readonly items: readonly string[]; readonly end: (error?: Error) => void }[] = [];
  const add = together<string, string>({
    write: (items) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error): void => (error ? reject(error) : resolve(items.map((item) => `wrote ${item}`)));
        batches.push({ items, end });
      }),
    keyOf: (item) => item[0] as string,
    weightMax,
  });
  return { batches, add };
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

afterEach(() => {
  vi.restoreAllMocks();
});

test('the first goes at once, and what comes meanwhile goes together', async () => {
  const { batches, add } = heldWrites();
  const first = add('a');
  const others = ['b', 'c', 'd'].map(add);
  expect(batches.map(({ items }) => items)).toEqual([['a']]);
  batches[0]?.end();
  expect(await first).toBe('wrote a');
  await settled();
  expect(batches[1]?.items).toEqual(['b', 'c', 'd']);
  batches[1]?.end();
  expect(await Promise.all(others)).toEqual(['wrote b', 'wrote c', 'wrote d']);
});

test('those of one key keep their order, and no batch is too heavy', async () => {
  const { batches, add } = heldWrites(2);
  for (const item of ['a', 'b1', 'b2', 'c', 'd', 'b3']) void add(item);
  for (let at = 0; at < 5; at += 1) {
    batches[at]?.end();
    await settled();
  }
  expect(batches.map(({ items }) => items)).toEqual([['a'], ['b1', 'c'], ['b2', 'd'], ['b3']]);
});

test('one that cannot be written keeps no other from it', async () => {
  const add = together<string, string>({
    write: async (items) => {
      await settled();
      if (items.includes('bad')) throw new Error('It does not fit.');
      return items;
    },
    keyOf: (item) => item,
    weightMax: 100,
  });
  const answers = await Promise.allSettled(['first', 'good', 'bad', 'better'].map(add));
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
});

test('where the database is away nothing is tried twice', async () => {
  const { batches, add } = heldWrites();
  const answers = Promise.allSettled(['a', 'b', 'c'].map(add));
  batches[0]?.end();
  await settled();
  batches[1]?.end(Object.assign(new Error('gone'), { code: '57P01' }));
  expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(batches).toHaveLength(2);
});

test('a write that does not end holds up only those of its keys', async () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(0);
  const { batches, add } = heldWrites();
  const stuck = add('a1');
  void add('b1');
  expect(batches).toHaveLength(1);
  now.mockReturnValue(251);
  const others = [add('a2'), add('c')];
  await settled();
  expect(batches[1]?.items).toEqual(['b1']);
  batches[1]?.end();
  await settled();
  expect(batches[2]?.items).toEqual(['c']);
  batches[2]?.end();
  expect(await others[1]).toBe('wrote c');
  batches[0]?.end();
  expect(await stuck).toBe('wrote a1');
  await settled();
  expect(batches[3]?.items).toEqual(['a2']);
  batches[3]?.end();
  expect(await others[0]).toBe('wrote a2');
});
