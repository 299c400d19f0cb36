import type { ServerMessage } from '@deskhand/protocol/link/messages.ts';
import type { ChangeFeed } from '../../ports/changes.ts';
import type { EndableLinks, GatewayLinkStore } from '../../ports/gateway-links.ts';
import type { RecoveryStore } from '../../ports/recovery.ts';
import type { Wakeups } from '../run-queue/wakeups.ts';

export interface LinkPorts {
  readonly store: GatewayLinkStore;
  readonly recovery: RecoveryStore;
  readonly newEpoch: () => string;
  readonly links: EndableLinks;
  readonly changes: ChangeFeed;
  readonly wakeups: Wakeups;
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
export function runChanged({ changes, wakeups }: LinkPorts, link: Pick<OpenLink, 'clusterId'>, runId: string): void {
  wakeups.wake(link.clusterId);
  changes.publish({ kind: 'run', runId });
  changes.publish({ kind: 'run-queue', clusterId: link.clusterId });
}
