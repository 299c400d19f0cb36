import { expect, test } from 'vitest';
import { readPages } from './read-pages.ts';

/** A list of so many numbers, as a server gives it out; what was asked is noted. */
function listOf(length: number) {
  const asked: { readonly limit: number; readonly cursor?: string }[] = [];
  const ask = async (query: { readonly limit: number; readonly cursor?: string }) => {
    asked.push(query);
    const from = Number(query.cursor ?? 0);
    const end = Math.min(from + query.limit, length);
    const items = Array.from({ length: end - from }, (_item, index) => from + index);
    return { items, nextCursor: end < length ? String(end) : null };
  };
  return { ask, asked };
}

test('a list is read to its end, page by page', async () => {
  const { ask, asked } = listOf(7);
  expect(await readPages(ask, { perPage: 3, count: 100 })).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(asked).toEqual([{ limit: 3 }, { limit: 3, cursor: '3' }, { limit: 3, cursor: '6' }]);
});

test('no more is asked for than is wanted', async () => {
  const { ask, asked } = listOf(7);
  expect(await readPages(ask, { perPage: 3, count: 5 })).toEqual([0, 1, 2, 3, 4]);
  expect(asked).toEqual([{ limit: 3 }, { limit: 2, cursor: '3' }]);
});

test('a server that knows no pages is asked once', async () => {
  let asked = 0;
  const ask = async () => {
    asked += 1;
    return { items: [1, 2] };
  };
  expect(await readPages(ask, { perPage: 3, count: 100 })).toEqual([1, 2]);
  expect(asked).toBe(1);
});
