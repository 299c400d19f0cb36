import { expect, test } from 'vitest';
import type { RunQueueStore } from '../../ports/run-queue.ts';
import type { RunRecord } from '../../ports/runs.ts';
import { createWaitingReader } from './waiting.ts';

test('a database that goes away while a queue is explained fails the question, and no failure is left unheard', async () => {
  const unheard: unknown[] = [];
  const listen = (error: unknown): void => void unheard.push(error);
  process.on('unhandledRejection', listen);
  try {
    const away = async (): Promise<never> => {
      throw new Error('The database is away.');
    };
    const queue = { read: away, firstPlaces: away } as unknown as RunQueueStore;
    const run = { id: 'r1', state: 'queued', cluster: { id: 'c1' } } as unknown as RunRecord;
    await expect(createWaitingReader(queue, { nowMs: () => 0 }).of([run])).rejects.toThrow('The database is away.');
    await new Promise((resolve) => setImmediate(resolve));
    expect(unheard).toEqual([]);
  } finally {
    process.off('unhandledRejection', listen);
  }
});

test('a queue that takes longer to read than an explanation lasts is read once at a time, whoever asks', async () => {
  const clock = { nowMs: 0 };
  const readings: (() => void)[] = [];
  const queue = {
    read: () => new Promise<undefined>((resolve) => readings.push(() => resolve(undefined))),
    firstPlaces: async () => [],
  } as unknown as RunQueueStore;
  const run = { id: 'r1', state: 'queued', cluster: { id: 'c1' } } as unknown as RunRecord;
  const reader = createWaitingReader(queue, { nowMs: () => clock.nowMs });
  const asked = [0, 1_000, 2_000, 3_000].map((nowMs) => {
    clock.nowMs = nowMs;
    return reader.of([run]);
  });
  expect(readings).toHaveLength(1);
  readings[0]?.();
  await expect.poll(() => readings.length).toBe(2);
  readings[1]?.();
  expect(await Promise.all(asked)).toHaveLength(4);
  expect(readings).toHaveLength(2);
});
