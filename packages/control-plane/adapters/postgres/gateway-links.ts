import type { ClusterId, GatewayId } from '@deskhand/domain/brand.ts';
import type { Pool } from 'pg';
import type { GatewayLinkStore, HeartbeatAnswer, LinkIdentity } from '../../ports/gateway-links.ts';
import { bumpCluster } from './bump-cluster.ts';
import { attemptMethods } from './gateway-attempts.ts';
import { json } from './json.ts';
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
    identity: (gatewayId) => identity(pool, gatewayId),
    prepareLink: async (gatewayId, pending, chosenBy) =>
      await rowOf<{ epoch: string; commit: number }>(
        pool,
        `with kept as (
            update gateway set pending_link_number = $2
            where id = $1 and link_number = $3 and pending_link_number is not distinct from $4 and not quarantined
              and removed_at is null returning id)
          select (select epoch from installation) as epoch, nextval('commit_counter') as commit from kept`,
        [gatewayId, pending, chosenBy.confirmed, chosenBy.pending],
      ),
    quarantine: async (gatewayId, because) => {
      await pool.query(
        `with bumped as (${bumpCluster}), audit as (insert into audit_log (actor, verb, object, detail, origin)
            values ('Deskhand', 'quarantine', 'gateway ' || $1, jsonb_build_object('because', $2::text), 'link'))
          update gateway set quarantined = true, linked_to = null where id = $1`,
        [gatewayId, because],
      );
    },
    confirmLink: async (gatewayId, linkNumber) => {
      const { rowCount } = await pool.query(
        `update gateway set link_number = $2,
            journal_position_link = case when journal_position_link = link_number then $2 end,
            pending_link_number = case when pending_link_number > $2 then pending_link_number end
          where id = $1 and link_number <= $2 and not quarantined and removed_at is null`,
        [gatewayId, linkNumber],
      );
      return rowCount === 1;
    },
    openLink: (link) => openLink(pool, link),
    closeLink: async (gatewayId, linkNumber) => {
      const { rowCount } = await pool.query(
        `with closed as (
            update gateway set linked_to = null, unreachable_since = coalesce(unreachable_since, clock_timestamp())
            where id = $1 and link_number = $2 and linked_to is not null returning cluster_id)
          update gateway_cluster set queue_version = queue_version + 1 from closed where id = closed.cluster_id`,
        [gatewayId, linkNumber],
      );
      return rowCount === 1;
    },
    setFacts: async (link, facts) => {
      await named(
        pool,
        'set-facts',
        `with bumped as (${bumpCluster}) update gateway set facts = $2, last_seen_at = now() where id = $1 and link_number = $3`,
        [link.gatewayId, json(facts), link.linkNumber],
      );
    },
    heartbeat: (...given) => heartbeat(pool, ...given),
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

async function openLink(pool: Pool, link: Parameters<GatewayLinkStore['openLink']>[0]): Promise<boolean> {
  const { rowCount } = await pool.query(
    `with bumped as (${bumpCluster})
      update gateway set linked_to = $2, journal_id = $4, version = $5, facts = $6, last_seen_at = clock_timestamp(),
        unreachable_since = null, journal_position = $7, journal_position_link = $3
      where id = $1 and link_number = $3 and not quarantined and removed_at is null`,
    [
      link.gatewayId,
      link.replica,
      link.linkNumber,
      link.journalId,
      link.version,
      json(link.facts),
      link.journalPosition,
    ],
  );
  if (rowCount !== 1) return false;
  if (link.encryptedClusterKey === null) return true;
  await pool.query(
    'update gateway_cluster set encrypted_key = $2 where id = (select cluster_id from gateway where id = $1)',
    [link.gatewayId, link.encryptedClusterKey],
  );
  return true;
}

interface HeartbeatRow {
  readonly before: string | null;
  readonly awaited: boolean;
  readonly skew_before_ms: number | null;
  readonly skew_ms: number | null;
}

const notOpen: HeartbeatAnswer = {
  isOpen: false,
  journalFaultChanged: false,
  journalAwaited: false,
  clockSkew: { beforeMs: null, nowMs: null },
};

async function heartbeat(
  pool: Pool,
  ...[{ gatewayId, linkNumber, replica }, { journalFault, journalPosition, wallClockMs }, progress]: Parameters<
    GatewayLinkStore['heartbeat']
  >
): Promise<HeartbeatAnswer> {
  const [row] = await named<HeartbeatRow>(
    pool,
    'heartbeat',
    `with before as (
        select id, cluster_id, journal_fault, clock_skew_ms from gateway where id = $1 and link_number = $3 and linked_to = $4
      ), bumped as (
        update gateway_cluster k set queue_version = k.queue_version + 1 from before
        where k.id = before.cluster_id and before.journal_fault is distinct from $2
      )
      update gateway g set last_seen_at = clock_timestamp(), unreachable_since = null, journal_fault = $2,
        journal_position = greatest(g.journal_position, $5::bigint),
        clock_skew_ms = round($6::float8 - extract(epoch from clock_timestamp()) * 1000)
      from before where g.id = before.id and g.link_number = $3 and g.linked_to = $4
        returning before.journal_fault as before, g.journal_awaited_since is not null as awaited,
          before.clock_skew_ms as skew_before_ms, g.clock_skew_ms as skew_ms`,
    [gatewayId, journalFault, linkNumber, replica, journalPosition, wallClockMs],
  );
  if (row === undefined) return notOpen;
  if (progress.length > 0) {
    await named(
      pool,
      'progress',
      `update run r set last_action_at = greatest(r.last_action_at, clock_timestamp() - make_interval(secs => p.ago::float8 / 1000))
        from unnest($2::text[], $3::int[], $4::bigint[]) as p(run_id, attempt, ago)
        where r.id = p.run_id and r.attempt = p.attempt and r.gateway_id = $1 and r.ended_at is null`,
      [
        gatewayId,
        progress.map((one) => one.runId),
        progress.map((one) => one.attempt),
        progress.map((one) => one.lastActionAgoMs),
      ],
    );
  }
  return {
    isOpen: true,
    journalFaultChanged: row.before !== journalFault,
    journalAwaited: row.awaited,
    clockSkew: { beforeMs: row.skew_before_ms, nowMs: row.skew_ms },
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
