import { expect, test } from 'vitest';
import { simulateSeed } from '../simulator/universe/simulate.ts';

/**
 * Every cluster has some fairness, and admins change it while people submit, reorder and cancel and machines break. What was
 * moved to the top is taken first all the same, nobody gets more at once than a share may have, and what a lane keeps is
 * left free.
 */
test.each([3, 5, 8])(
  'seed %d: queues with ageing, shares and lanes keep what they promise under faults',
  async (seed) => {
    const { failure, reached } = await simulateSeed({ seed, change: { fairness: 1, safetyMs: 1_800_000 } });
    expect(failure).toBeNull();
    expect(reached.has('fair offer')).toBe(true);
  },
);
