import { deathLimits } from '@deskhand/control-plane/use-cases/replicas/presence.ts';
import { linkPace } from '@deskhand/protocol/link/messages.ts';
import { expect, test } from 'vitest';
import { simulateSeed } from '../simulator/universe/simulate.ts';

/**
 * Found by seed 1153: a gateway gave a connection up before the server had begun to listen to it; nobody told the server, and
 * its shutdown waited for that link for ever. A real socket tells whoever listens that it is closed.
 */
test('a server that stops does not wait for a link that died before it was served', async () => {
  const { failure } = await simulateSeed({
    seed: 1153,
    change: { factsPollMs: 2_000, linkPace, deathLimits, fairness: 0 },
    without: ['database-is-restored', 'fairness-is-changed'],
  });
  expect(failure).toBeNull();
});
