import { expect, test } from 'vitest';
import { simulateSeed } from '../simulator/universe/simulate.ts';
import { olderWorld } from './older-worlds.ts';

/**
 * Found by seeds 2 and 44: a hello waited for a slow database while its gateway gave that link up and confirmed a newer one;
 * judged only then, its number looked like that of a copy, and an honest gateway was quarantined.
 */
test('a hello that is judged after a newer link was confirmed quarantines no honest gateway', async () => {
  for (const world of [olderWorld(2, 'one server'), olderWorld(44, 'several servers')])
    expect((await simulateSeed(world)).failure).toBeNull();
});
