import { deathLimits } from '@deskhand/control-plane/use-cases/replicas/presence.ts';
import { linkPace } from '@deskhand/protocol/link/messages.ts';
import { expect, test } from 'vitest';
import { simulateSeed } from '../simulator/universe/simulate.ts';

/**
 * Found by seed 2428: a sign-out failed five times, nobody tried it any more, and its session kept a slot and the account
 * until the gateway was started again.
 */
test('a session whose sign-out failed until nobody tried is swept within a minute', async () => {
  const { failure } = await simulateSeed({
    seed: 2428,
    change: { factsPollMs: 2_000, linkPace, deathLimits, fairness: 0 },
    without: ['database-is-restored', 'fairness-is-changed'],
  });
  expect(failure).toBeNull();
});
