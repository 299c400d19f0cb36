import { deathLimits } from '@deskhand/control-plane/use-cases/replicas/presence.ts';
import { linkPace } from '@deskhand/protocol/link/messages.ts';
import { expect, test } from 'vitest';
import { simulateSeed } from '../simulator/universe/simulate.ts';

/**
 * Found by seed 63 once partitions struck at an acquire: phases and the end of an attempt are written in one transaction, and
 * the watcher judged the state between them by the events of both.
 */
test('phases that were held up are written with the result as one lawful change', async () => {
  const { failure } = await simulateSeed({
    seed: 63,
    change: { factsPollMs: 2_000, linkPace, deathLimits, fairness: 0 },
    without: ['database-is-restored', 'fairness-is-changed'],
  });
  expect(failure).toBeNull();
});
