import type { AccountId, ClusterId } from '@deskhand/domain/brand.ts';
import type { NegotiationPolicy } from '@deskhand/domain/session/negotiation/question.ts';
import type { Fairness } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import type { ClusterRecord } from '../../ports/clusters.ts';

/** A row of `gateway_cluster`, as PostgreSQL gives it. */
export interface ClusterRow {
  id: string;
  name: string;
  owner_id: string | null;
  run_on_all_gateways: boolean;
  selection: 'random' | 'leastBusy';
  start_deadline_ms: string;
  account_rule: 'same' | 'serviceAccounts';
  service_accounts: string[];
  live_view: boolean;
  shared_with: string[];
  fairness: Fairness | null;
  public_key: string | null;
  encrypted_key: string | null;
  negotiation: NegotiationPolicy;
}

export function clusterFromRow(row: ClusterRow): ClusterRecord {
  return {
    id: row.id as ClusterId,
    name: row.name,
    ownerId: row.owner_id as AccountId | null,
    runOnAllGateways: row.run_on_all_gateways,
    selection: row.selection,
    startDeadlineMs: Number(row.start_deadline_ms),
    accountRule: row.account_rule,
    serviceAccounts: row.service_accounts,
    liveView: row.live_view,
    sharedWith: row.shared_with,
    fairness: row.fairness,
    publicKey: row.public_key,
    encryptedKey: row.encrypted_key,
    negotiation: row.negotiation,
  };
}
