import { expect, test } from 'vitest';
import { simulateSeed } from '../simulator/universe/simulate.ts';

/**
 * Found by seed 9821: a backup was restored while a later one was kept, a run was started as its attempt 1, and then the
 * later backup was restored, where attempts 1 to 3 of that run had been given back. Its gateway told of the start, by a
 * number that was lower than the stored one, and was not believed; the run was offered again.
 */
test('a run that was started in a history which a restore took back does not start again', async () => {
  const { failure } = await simulateSeed({ seed: 9821, without: ['two-histories-are-restored'] });
  expect(failure).toBeNull();
});
