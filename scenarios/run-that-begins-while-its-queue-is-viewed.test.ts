import { expect, test } from 'vitest';
import { simulateSeed } from '../simulator/universe/simulate.ts';

/**
 * A run that begins on its machine changes nothing in the queue, so no event told pages of the queue, and they showed it as
 * starting until something else happened there.
 */
test('the page of a run queue shows a run as running once it runs', async () => {
  const change = { fairness: 0, browsers: 3, safetyMs: 900_000, submits: 25 };
  const { failure, reached } = await simulateSeed({ seed: 2, change, without: ['fairness-is-changed'] });
  expect(failure).toBeNull();
  expect(reached.has('view compared')).toBe(true);
});
