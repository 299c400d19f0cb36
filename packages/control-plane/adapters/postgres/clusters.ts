import type { AccountId, ClusterId, GatewayId } from '@deskhand/domain/brand.ts';
import type { MachineFacts, Rehearsal } from '@deskhand/domain/session/machine.ts';
import type { Pool } from 'pg';
import type { ClusterStore, ClusterSummary, GatewayChange, GatewayRecord } from '../../ports/clusters.ts';
import { changing } from './audit.ts';
import { type ClusterRow, clusterFromRow } from './cluster-row.ts';
import { enrol } from './enrolment.ts';
import { isUniqueViolation } from './fault.ts';
import { bumpClusterOf, giveUpGateway } from './gone-gateways.ts';
import { json } from './json.ts';
import { assignments, type Queryable, rowOf, rowsOf } from './query.ts';

interface SummaryRow extends ClusterRow {
  members: number;
  online: number;
  waiting: number;
  running: number;
}
interface GatewayRow {
  id: string;
  name: string;
  cluster_id: string;
  cluster_name: string;
  owner_id: string | null;
  member_order: number;
  linked_to: string | null;
  enabled: boolean;
  quarantined: boolean;
  maintenance_since: Date | null;
  maintenance_note: string;
  clock_skew_ms: number | null;
  policy_override: Rehearsal | null;
  capacity_override: number | null;
  version: string;
  session_host: 'linux' | 'virtual' | 'windows';
  facts: MachineFacts | null;
  slots_in_use: number;
  last_seen_at: Date | null;
  unreachable_since: Date | null;
  enrolled_at: Date;
  journal_fault: string | null;
  set_aside_since: Date | null;
  canaries_passed: number;
  canary_due_at: Date | null;
  canary_run_id: string | null;
}

const inHand = `('offered', 'starting', 'running', 'cancelling')`;

const summaries = `select c.*,
  (select count(*)::int from gateway g where g.cluster_id = c.id and g.removed_at is null) as members,
  (select count(*)::int from gateway g where g.cluster_id = c.id and g.removed_at is null and g.linked_to is not null and g.unreachable_since is null) as online,
  (select count(*)::int from run r where r.cluster_id = c.id and r.state = 'queued') as waiting,
  (select count(*)::int from run r join gateway g on g.id = r.gateway_id where g.cluster_id = c.id and r.state in ${inHand}) as running
  from gateway_cluster c`;

const gateways = `select g.*, c.name as cluster_name,
  (select count(*)::int from run r where r.gateway_id = g.id and (r.state in ${inHand} or r.holds_machine)) as slots_in_use
  from gateway g join gateway_cluster c on c.id = g.cluster_id where g.removed_at is null`;

export function openClusterStore(pool: Pool): ClusterStore {
  return {
    list: async () => (await rowsOf<SummaryRow>(pool, `${summaries} order by lower(c.name)`)).map(summaryFromRow),
    byId: async (id) => {
      const row = await rowOf<SummaryRow>(pool, `${summaries} where c.id = $1`, [id]);
      return row && summaryFromRow(row);
    },
    add: async (cluster, audit) => {
      try {
        await changing(pool, audit, (client) =>
          client.query('insert into gateway_cluster (id, name, owner_id) values ($1, $2, $3)', [
            cluster.id,
            cluster.name,
            cluster.ownerId,
          ]),
        );
        return 'added';
      } catch (error) {
        if (isUniqueViolation(error)) return 'name-taken';
        throw error;
      }
    },
    change: (id, change, audit) =>
      updating(pool, audit, 'gateway_cluster', id, {
        name: change.name,
        run_on_all_gateways: change.runOnAllGateways,
        selection: change.selection,
        start_deadline_ms: change.startDeadlineMs,
        account_rule: change.accountRule,
        service_accounts: change.serviceAccounts,
        live_view: change.liveView,
        shared_with: change.sharedWith,
        negotiation: change.negotiation,
        fairness: change.fairness === undefined ? undefined : change.fairness && json(change.fairness),
      }),
    remove: (id, audit) =>
      changing(
        pool,
        audit,
        (client) => removeCluster(client, id),
        (answer) => answer === 'removed',
      ),

    addEnrolmentToken: (token, audit) =>
      changing(pool, audit, async (client) => {
        await client.query('delete from enrolment_token where expires_at < now()');
        const row = await rowOf<{ expires_at: Date }>(
          client,
          `insert into enrolment_token (token_hash, cluster_id, created_by, expires_at) values ($1, $2, $3, now() + $4 * interval '1 millisecond') returning expires_at`,
          [token.tokenHash, token.clusterId, token.createdBy, token.lifetimeMs],
        );
        return (row as { expires_at: Date }).expires_at;
      }),
    clusterOfToken: async (tokenHash) => {
      const row = await rowOf<ClusterRow>(
        pool,
        `select c.* from enrolment_token t join gateway_cluster c on c.id = t.cluster_id where t.token_hash = $1 and t.used_at is null and t.expires_at > now()`,
        [tokenHash],
      );
      return row && clusterFromRow(row);
    },
    enrol: (enrolment, audit) => enrol(pool, enrolment, audit),

    listGateways: async (clusterId) =>
      (
        await rowsOf<GatewayRow>(
          pool,
          `${gateways} and ($1::text is null or g.cluster_id = $1) order by lower(c.name), g.member_order, lower(g.name)`,
          [clusterId],
        )
      ).map(gatewayFromRow),
    gatewayById: async (id) => {
      const row = await rowOf<GatewayRow>(pool, `${gateways} and g.id = $1`, [id]);
      return row && gatewayFromRow(row);
    },
    changeGateway: (id, change, audit) =>
      updating(
        pool,
        audit,
        'gateway',
        id,
        {
          name: change.name,
          enabled: change.enabled,
          member_order: change.order,
          policy_override: change.policyOverride,
          capacity_override: change.capacityOverride,
          maintenance_note: change.maintenance === undefined ? undefined : (change.maintenance?.note ?? ''),
        },
        maintenanceSince(change.maintenance),
      ),
    countUnfinishedRuns: async (gatewayId) =>
      (
        await rowOf<{ count: number }>(
          pool,
          `select count(*)::int as count from run where gateway_id = $1 and state in ${inHand}`,
          [gatewayId],
        )
      )?.count ?? 0,
    removeGateway: (id, audit) => giveUpGateway(pool, id, audit, 'removed'),
    declareGone: (id, audit) => giveUpGateway(pool, id, audit, 'gone'),
  };
}

async function removeCluster(client: Queryable, id: string): Promise<'removed' | 'not-found' | 'not-empty'> {
  const cluster = await rowOf(client, 'select 1 from gateway_cluster where id = $1 for update', [id]);
  if (!cluster) return 'not-found';
  const used = await rowOf(
    client,
    `select 1 where exists (select 1 from gateway where cluster_id = $1) or exists (select 1 from connection where cluster_id = $1) or exists (select 1 from run where cluster_id = $1)`,
    [id],
  );
  if (used) return 'not-empty';
  await client.query('delete from gateway_cluster where id = $1', [id]);
  return 'removed';
}

function maintenanceSince(maintenance: GatewayChange['maintenance']): string {
  if (maintenance === undefined) return '';
  return `, maintenance_since = ${maintenance === null ? 'null' : 'coalesce(maintenance_since, now())'}`;
}

async function updating(
  pool: Pool,
  audit: Parameters<ClusterStore['change']>[2],
  table: 'gateway' | 'gateway_cluster',
  id: string,
  columns: Readonly<Record<string, unknown>>,
  /** What follows from the change by the database's clock. */
  derived = '',
): Promise<'changed' | 'not-found' | 'name-taken'> {
  const set = assignments(columns, 2);
  if (set.values.length === 0) return 'changed';
  const ofMembers = table === 'gateway';
  try {
    return await changing(
      pool,
      audit,
      async (client) => {
        const { rowCount } = await client.query(
          `update ${table} set ${set.text}${derived}${ofMembers ? '' : ', queue_version = queue_version + 1'}
            where id = $1${ofMembers ? ' and removed_at is null' : ''}`,
          [id, ...set.values],
        );
        if (rowCount !== 1) return 'not-found';
        // With the change, so that no plan which was made before it commits after it.
        if (ofMembers) await bumpClusterOf(client, id);
        return 'changed';
      },
      (answer) => answer === 'changed',
    );
  } catch (error) {
    if (isUniqueViolation(error)) return 'name-taken';
    throw error;
  }
}

function summaryFromRow(row: SummaryRow): ClusterSummary {
  return {
    ...clusterFromRow(row),
    members: row.members,
    online: row.online,
    waiting: row.waiting,
    running: row.running,
  };
}

function gatewayFromRow(row: GatewayRow): GatewayRecord {
  return {
    id: row.id as GatewayId,
    name: row.name,
    clusterId: row.cluster_id as ClusterId,
    clusterName: row.cluster_name,
    ownerId: row.owner_id as AccountId | null,
    order: row.member_order,
    isOnline: row.linked_to !== null && row.unreachable_since === null,
    enabled: row.enabled,
    quarantined: row.quarantined,
    maintenance: row.maintenance_since && { since: row.maintenance_since, note: row.maintenance_note },
    policyOverride: row.policy_override,
    capacityOverride: row.capacity_override,
    version: row.version,
    sessionHost: row.session_host,
    facts: row.facts,
    slotsInUse: row.slots_in_use,
    lastSeenAt: row.last_seen_at,
    unreachableSince: row.unreachable_since,
    enrolledAt: row.enrolled_at,
    journalFault: row.journal_fault,
    clockSkewMs: row.clock_skew_ms,
    setAside: row.set_aside_since && {
      since: row.set_aside_since,
      canariesPassed: row.canaries_passed,
      nextCanaryAt: row.canary_run_id === null ? row.canary_due_at : null,
    },
  };
}
