import { expect, test } from 'vitest';
import { simulateSeed } from '../simulator/universe/simulate.ts';
import { olderWorld } from './older-worlds.ts';

/**
 * Found by seed 28: two answers of the database were awaited one after the other, and when both failed, the second failure
 * was heard by nobody, which ends a server.
 */
test('a database that breaks off while people look at a run queue ends no server', async () => {
  const unheard: unknown[] = [];
  const listen = (error: unknown): void => void unheard.push(error);
  process.on('unhandledRejection', listen);
  try {
    const { failure } = await simulateSeed(olderWorld(28, 'several servers'));
    expect(failure).toBeNull();
    expect(unheard).toEqual([]);
  } finally {
    process.off('unhandledRejection', listen);
  }
});
