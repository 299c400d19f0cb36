import { expect, test } from 'vitest';
import { interleaved, percentile } from './statistics.ts';

test('percentiles are samples that were really measured', () => {
  const samples = [5, 1, 4, 2, 3];
  expect([percentile(samples, 0.5), percentile(samples, 0.99), percentile(samples, 0)]).toEqual([3, 5, 1]);
});

test('who goes first changes with every block', async () => {
  const order: string[] = [];
  const note = (side: string) => async () => order.push(side);
  await interleaved(3, note('ours'), note('peer'));
  expect(order).toEqual(['ours', 'peer', 'peer', 'ours', 'ours', 'peer']);
});
