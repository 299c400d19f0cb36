import { expect, test } from 'vitest';
import { Heap } from './heap.ts';

test('what was pushed comes out in order', () => {
  const heap = new Heap<number>((a, b) => a - b);
  for (const n of [5, 3, 8, 1, 9, 2, 2, 7]) heap.push(n);
  const popped = Array.from({ length: 9 }, () => heap.pop());
  expect(popped).toEqual([1, 2, 2, 3, 5, 7, 8, 9, undefined]);
});
