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
