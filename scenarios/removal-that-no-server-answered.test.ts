import { expect, test } from 'vitest';
import { simulateSeed } from '../simulator/universe/simulate.ts';
import { olderWorld } from './older-worlds.ts';

/**
 * Found by seed 214: an admin removed a gateway while no server was up, its machine was enrolled anew, and nobody removed it
 * again. Its run stayed uncertain and kept the machine, which is right: only the admin knows that nothing of it is left.
 */
test('a gateway whose removal no server answered is removed again, and its run lets its machine go', async () => {
  const { failure } = await simulateSeed(olderWorld(214, 'one server'));
  expect(failure).toBeNull();
});
