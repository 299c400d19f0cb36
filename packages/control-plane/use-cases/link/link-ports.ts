import type { ServerMessage } from '@deskhand/protocol/link/messages.ts';
import type { ChangeFeed } from '../../ports/changes.ts';
import type { EndableLinks, GatewayLinkStore } from '../../ports/gateway-links.ts';
import type { MachineCheckStore } from '../../ports/machine-checks.ts';
import type { PreflightStore } from '../../ports/preflights.ts';
import type { NegotiationPorts } from '../negotiation/look.ts';
import type { RecoveryStore } from '../../ports/recovery.ts';
import type { Planner } from '../run-queue/wakeups.ts';

export interface LinkPorts extends Pick<NegotiationPorts, 'questions' | 'queue' | 'newQuestionId'> {
  readonly store: GatewayLinkStore;
  readonly recovery: RecoveryStore;
  readonly checks: Pick<MachineCheckStore, 'answer' | 'attach'>;
  readonly preflights: PreflightStore;
  readonly newEpoch: () => string;
  readonly links: EndableLinks;
  readonly changes: ChangeFeed;
  readonly wakeups: Planner;
  /** Names this replica in `gateway.linked_to`. */
  readonly replica: string;
}

/** A link that was proven, confirmed and reconciled. */
export interface OpenLink {
  readonly gatewayId: string;
  readonly clusterId: string;
  readonly linkNumber: number;
  readonly journalId: string;
}

export type Replies = readonly ServerMessage[];

/** Tells pages that a run changed, and the planner that its queue or its machines did. */
export function runChanged(ports: LinkPorts, link: Pick<OpenLink, 'clusterId'>, runId: string): void {
  ports.wakeups.wake(link.clusterId);
  publishRun(ports, link, runId);
}

/** The same for a run that is over, of which the planner needs to know no more. */
export function runEnded(ports: LinkPorts, link: Pick<OpenLink, 'clusterId'>, runId: string): void {
  ports.wakeups.runEnded(link.clusterId, runId);
  publishRun(ports, link, runId);
}

function publishRun({ changes }: LinkPorts, link: Pick<OpenLink, 'clusterId'>, runId: string): void {
  changes.publish({ kind: 'run', runId });
  changes.publish({ kind: 'run-queue', clusterId: link.clusterId });
}
