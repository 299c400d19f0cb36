import { limitOfMember, policyOf } from '@deskhand/domain/capacity/session-limit.ts';
import type { ClusterMember } from '@deskhand/domain/run-queue/snapshot.ts';
import type { ChangeFeed } from '../../ports/changes.ts';
import type { GatewayLinks } from '../../ports/gateway-links.ts';
import type { CommittedOffer } from '../../ports/run-queue.ts';
import { tellGateway } from '../link/reach-gateway.ts';

/** Tells the gateway of a committed offer. When no server holds its link, the offer is taken back after a while. */
export function sendOffer(
  ports: { readonly links: GatewayLinks; readonly changes: ChangeFeed },
  member: ClusterMember | undefined,
  { gatewayId, runId, attempt, accountName, mode }: CommittedOffer,
): void {
  if (member?.facts == null) return;
  const policy = policyOf(member, member.facts);
  const capacity = limitOfMember(member, member.facts);
  tellGateway(ports, gatewayId, { type: 'offer', runId, attempt, accountName, mode, policy, capacity });
}
