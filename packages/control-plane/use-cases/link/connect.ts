import { judgeConnect, nextLinkNumber } from '@deskhand/domain/gateway/link-number.ts';
import type { LinkIdentity } from '../../ports/gateway-links.ts';
import { done, type Outcome, refuse } from '../../ports/outcome.ts';
import type { LinkPorts, OpenLink } from './link-ports.ts';

export interface Welcome {
  readonly linkNumber: number;
  readonly epoch: string;
  readonly commit: number;
  readonly identity: LinkIdentity;
}

/** Who says hello; the proof of its key is judged before anything is believed. */
export async function identify({ store }: LinkPorts, gatewayId: string): Promise<Outcome<LinkIdentity>> {
  const identity = await store.identity(gatewayId);
  if (identity === undefined) return refuse('link-identity-unknown');
  return identity.quarantined ? refuse('link-quarantined') : done(identity);
}

/** After the proof: the link's number, or quarantine for a copy or a machine that was rolled back (§7.5). */
export async function connect(
  { store, links, changes, wakeups }: LinkPorts,
  identity: LinkIdentity,
  presented: number,
): Promise<Outcome<Welcome>> {
  const judged = judgeConnect(presented, identity.numbers, identity.isLinked);
  if (judged.verdict === 'quarantine') {
    await store.quarantine(identity.gatewayId, judged.message);
    // Nobody can tell which of the two is the copy, so neither stays.
    links.close(identity.gatewayId);
    changes.publish({ kind: 'gateway', gatewayId: identity.gatewayId });
    wakeups.wake(identity.clusterId);
    return refuse('link-quarantined');
  }
  const linkNumber = nextLinkNumber(identity.numbers);
  const { epoch, commit } = await store.prepareLink(identity.gatewayId, linkNumber);
  return done({ linkNumber, epoch, commit, identity });
}

/** The link broke. Nothing is ended: the gateway goes on with what it holds (§7.4). */
export async function disconnected({ store, changes, wakeups }: LinkPorts, link: OpenLink): Promise<void> {
  if (!(await store.closeLink(link.gatewayId, link.linkNumber))) return;
  changes.publish({ kind: 'gateway', gatewayId: link.gatewayId });
  changes.publish({ kind: 'run-queue', clusterId: link.clusterId });
  wakeups.wake(link.clusterId);
}
