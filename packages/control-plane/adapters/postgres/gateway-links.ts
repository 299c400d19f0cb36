import type { ClusterId, GatewayId } from '@deskhand/domain/brand.ts';
import type { Pool } from 'pg';
import type { GatewayLinkStore, LinkIdentity } from '../../ports/gateway-links.ts';
import { bumpCluster } from './bump-cluster.ts';
import { attemptMethods } from './gateway-attempts.ts';
import { heartbeatWriter } from './heartbeats.ts';
import { json } from './json.ts';
import { linkWrites } from './link-writes.ts';
import { type MemberRow, type PolicyAndCapacity, policyFromRow } from './member-policy.ts';
import { named } from './named.ts';
import { reportMethods } from './gateway-reports.ts';
import { rowOf } from './query.ts';

/** Gateways as the link knows them; what they say of runs is in `gateway-attempts.ts` and `gateway-reports.ts`. */
export function openGatewayLinkStore(pool: Pool): GatewayLinkStore {
  return { ...linkMethods(pool), ...attemptMethods(pool), ...reportMethods(pool) };
}

type LinkMethods = Pick<
  GatewayLinkStore,
  | 'identity'
  | 'prepareLink'
  | 'quarantine'
  | 'confirmLink'
  | 'openLink'
  | 'closeLink'
  | 'setFacts'
  | 'heartbeat'
  | 'policyAndCapacity'
>;

function linkMethods(pool: Pool): LinkMethods {
  return {
    ...linkWrites(pool),
    identity: (gatewayId) => identity(pool, gatewayId),
    quarantine: async (gatewayId, because) => {
      await pool.query(
        `with bumped as (${bumpCluster}), audit as (insert into audit_log (actor, verb, object, detail, origin)
            values ('Deskhand', 'quarantine', 'gateway ' || $1, jsonb_build_object('because', $2::text), 'link'))
          update gateway set quarantined = true, linked_to = null where id = $1`,
        [gatewayId, because],
      );
    },
    setFacts: async (link, facts) => {
      await named(
        pool,
        'set-facts',
        `with bumped as (${bumpCluster}) update gateway set facts = $2, last_seen_at = now() where id = $1 and link_number = $3`,
        [link.gatewayId, json(facts), link.linkNumber],
      );
    },
    heartbeat: heartbeatWriter(pool),
    policyAndCapacity: (gatewayId) => policyAndCapacity(pool, gatewayId),
  };
}

async function identity(pool: Pool, gatewayId: string): Promise<LinkIdentity | undefined> {
  interface Row {
    readonly id: GatewayId;
    readonly name: string;
    readonly cluster_id: ClusterId;
    readonly public_key: string;
    readonly quarantined: boolean;
    readonly link_number: number;
    readonly pending_link_number: number | null;
    readonly linked_to: string | null;
    readonly journal_id: string | null;
    readonly journal_position: number | null;
    readonly journal_awaited: boolean;
    readonly epoch: string;
    readonly former_epochs: readonly string[];
    readonly commit: number;
  }
  const row = await rowOf<Row>(
    pool,
    `select g.id, g.name, g.cluster_id, g.public_key, g.quarantined, g.link_number, g.pending_link_number, g.linked_to,
        g.journal_id, case when g.journal_position_link = g.link_number then g.journal_position end as journal_position,
        g.journal_awaited_since is not null as journal_awaited, i.epoch, i.former_epochs,
        (select last_value from commit_counter) as commit
      from gateway g, installation i where g.id = $1 and g.removed_at is null`,
    [gatewayId],
  );
  if (row === undefined) return undefined;
  return {
    gatewayId: row.id,
    name: row.name,
    clusterId: row.cluster_id,
    publicKey: row.public_key,
    quarantined: row.quarantined,
    numbers: { confirmed: row.link_number, pending: row.pending_link_number },
    isLinked: row.linked_to !== null,
    journal: row.journal_id === null ? null : { journalId: row.journal_id, position: row.journal_position },
    journalAwaited: row.journal_awaited,
    database: { epoch: row.epoch, formerEpochs: row.former_epochs, commit: row.commit },
  };
}

async function policyAndCapacity(pool: Pool, gatewayId: string): Promise<PolicyAndCapacity> {
  const row = await rowOf<MemberRow>(
    pool,
    'select facts, policy_override, capacity_override from gateway where id = $1',
    [gatewayId],
  );
  return policyFromRow(row ?? { facts: null, policy_override: null, capacity_override: null });
}
