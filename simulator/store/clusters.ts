import type {
  ClusterChange,
  ClusterRecord,
  ClusterStore,
  ClusterSummary,
  GatewayChange,
  GatewayRecord,
} from '@deskhand/control-plane/ports/clusters.ts';
import type { AuditFact } from '@deskhand/control-plane/ports/outcome.ts';
import type { SimulatedDatabase } from './database.ts';
import { enrol, useToken } from './enrolment.ts';
import { byName, given, isTaken } from './named-rows.ts';
import { newCluster } from './new-rows.ts';
import { loseRunsOf } from './gone-gateways.ts';
import type { ClusterRow, GatewayRow } from './rows.ts';
import { dateOf } from './run-records.ts';
import { isInHand } from './run-table.ts';
import type { StoreSession } from './server.ts';
import { foreignKeyViolation, uniqueViolation } from './store-fault.ts';

export function openSimulatedClusterStore(session: StoreSession): ClusterStore {
  const { database } = session.server;
  return {
    list: () =>
      session.run('list-clusters', () =>
        [...database.clusters.values()].sort(byName).map((row) => summaryOf(database, row)),
      ),
    byId: (id) =>
      session.run('cluster-by-id', () => {
        const row = database.clusters.get(id);
        return row && summaryOf(database, row);
      }),
    add: (cluster, audit) =>
      session.run('add-cluster', () => {
        if (database.clusters.get(cluster.id) !== undefined || isTaken(database.clusters.values(), cluster))
          return 'name-taken';
        database.clusters.set(cluster.id, newCluster(cluster));
        database.addAudit(audit);
        return 'added';
      }),
    change: (id, change, audit) => session.run('change-cluster', () => changeCluster(database, id, change, audit)),
    remove: (id, audit) => session.run('remove-cluster', () => removeCluster(database, id, audit)),
    addEnrolmentToken: (token, audit) =>
      session.run('add-enrolment-token', () => {
        const nowMs = database.nowMs();
        for (const old of [...database.enrolmentTokens.values()])
          if (old.expiresAtMs < nowMs) database.deleteToken(old.tokenHash);
        const { clusterId, lifetimeMs } = token;
        if (database.clusters.get(clusterId) === undefined)
          throw foreignKeyViolation('enrolment_token_cluster_id_fkey');
        const tokenHash = token.tokenHash.toString('hex');
        if (database.enrolmentTokens.get(tokenHash) !== undefined) throw uniqueViolation('enrolment_token_pkey');
        const expiresAtMs = nowMs + lifetimeMs;
        database.enrolmentTokens.set(tokenHash, { tokenHash, clusterId, expiresAtMs, isUsed: false });
        database.addAudit(audit);
        return new Date(expiresAtMs);
      }),
    clusterOfToken: (tokenHash) =>
      session.run('cluster-of-token', () => {
        const token = useToken(database, tokenHash);
        const row = token && database.clusters.get(token.clusterId);
        return row && clusterOf(row);
      }),
    enrol: (enrolment, audit) => session.run('enrol', () => enrol(database, enrolment, audit)),
    listGateways: (clusterId) => session.run('list-gateways', () => listGateways(database, clusterId)),
    gatewayById: (id) =>
      session.run('gateway-by-id', () => {
        const row = database.gateways.get(id);
        return row?.removedAtMs === null ? gatewayOf(database, row) : undefined;
      }),
    changeGateway: (id, change, audit) =>
      session.run(
        'change-gateway',
        () => changeGateway(database, id, change, audit),
        () => database.clusterOf(id),
      ),
    countUnfinishedRuns: (gatewayId) =>
      session.run(
        'count-unfinished',
        () => database.runs.inHandOf(gatewayId).filter((run) => run.endedAtMs === null).length,
      ),
    removeGateway: (id, audit) =>
      session.run(
        'remove-gateway',
        () => {
          const gateway = database.gateways.get(id);
          if (gateway?.removedAtMs !== null) return 'not-found';
          database.bump(gateway.clusterId);
          database.gateways.set(id, { ...gateway, removedAtMs: database.nowMs(), linkedTo: null });
          const gone = { actor: audit.actor, detail: 'The gateway was removed.', holdsMachine: false };
          const uncertain = loseRunsOf(database, gateway, gone);
          database.addAudit(audit);
          return { uncertain };
        },
        () => database.clusterOf(id),
      ),
    declareGone: (id, audit) =>
      session.run(
        'declare-gone',
        () => {
          const gateway = database.gateways.get(id);
          if (gateway?.removedAtMs !== null) return 'not-found';
          database.bump(gateway.clusterId);
          const detail = 'An admin declared the machine gone.';
          const uncertain = loseRunsOf(database, gateway, { actor: audit.actor, detail, holdsMachine: true });
          database.addAudit(audit);
          return { uncertain };
        },
        () => database.clusterOf(id),
      ),
  };
}

export function clusterOf({ queueVersion: _version, topCounter: _counter, ...record }: ClusterRow): ClusterRecord {
  return record;
}

function summaryOf(database: SimulatedDatabase, row: ClusterRow): ClusterSummary {
  const members = database.membersOf(row.id);
  const queue = [...database.runs.queueOf(row.id).values()];
  const running = [...database.runs.inHand()].filter((run) => run.clusterId === row.id && run.endedAtMs === null);
  return {
    ...clusterOf(row),
    members: members.length,
    online: members.filter(isOnline).length,
    waiting: queue.reduce((sum, classMembers) => sum + classMembers.length, 0),
    running: running.length,
  };
}

const isOnline = (gateway: GatewayRow): boolean => gateway.linkedTo !== null && gateway.unreachableSinceMs === null;

function changeCluster(
  database: SimulatedDatabase,
  id: string,
  change: ClusterChange,
  audit: AuditFact,
): 'changed' | 'not-found' | 'name-taken' {
  const changed = given(change);
  if (Object.keys(changed).length === 0) return 'changed';
  const row = database.clusters.get(id);
  if (row === undefined) return 'not-found';
  if (isTaken(database.clusters.values(), { ...row, ...changed })) return 'name-taken';
  database.clusters.set(id, { ...row, ...changed });
  database.bump(id);
  database.addAudit(audit);
  return 'changed';
}

function removeCluster(
  database: SimulatedDatabase,
  id: string,
  audit: AuditFact,
): 'removed' | 'not-found' | 'not-empty' {
  if (database.clusters.get(id) === undefined) return 'not-found';
  const tables = [database.gateways.values(), database.connections.values(), database.runs.rows];
  if (tables.some((rows) => [...rows].some((row) => row.clusterId === id))) return 'not-empty';
  for (const token of [...database.enrolmentTokens.values()])
    if (token.clusterId === id) database.deleteToken(token.tokenHash);
  database.clusters.delete(id);
  database.addAudit(audit);
  return 'removed';
}

function listGateways(database: SimulatedDatabase, clusterId: string | null): readonly GatewayRecord[] {
  const clusterName = (row: GatewayRow) => (database.clusters.get(row.clusterId)?.name ?? '').toLowerCase();
  return [...database.gateways.values()]
    .filter((row) => row.removedAtMs === null && (clusterId === null || row.clusterId === clusterId))
    .sort((a, b) => {
      if (clusterName(a) !== clusterName(b)) return clusterName(a) < clusterName(b) ? -1 : 1;
      return a.order - b.order || byName(a, b);
    })
    .map((row) => gatewayOf(database, row));
}

function gatewayOf(database: SimulatedDatabase, row: GatewayRow): GatewayRecord {
  const { id, name, clusterId, ownerId, order, enabled, quarantined, policyOverride, capacityOverride } = row;
  return {
    ...{ id, name, clusterId, ownerId, order, enabled, quarantined, policyOverride, capacityOverride },
    clusterName: database.clusters.get(clusterId)?.name ?? '',
    isOnline: isOnline(row),
    version: row.version,
    sessionHost: row.sessionHost,
    facts: row.facts,
    slotsInUse: database.runs.inHandOf(id).filter(isInHand).length,
    lastSeenAt: dateOf(row.lastSeenAtMs),
    unreachableSince: dateOf(row.unreachableSinceMs),
    enrolledAt: new Date(row.enrolledAtMs),
    journalFault: row.journalFault,
    clockSkewMs: row.clockSkewMs,
    setAside:
      row.setAsideSinceMs === null
        ? null
        : {
            since: new Date(row.setAsideSinceMs),
            canariesPassed: row.canariesPassed,
            nextCanaryAt: row.canaryRunId === null ? dateOf(row.canaryDueAtMs) : null,
          },
    maintenance:
      row.maintenanceSinceMs === null ? null : { since: new Date(row.maintenanceSinceMs), note: row.maintenanceNote },
  };
}

function changeGateway(
  database: SimulatedDatabase,
  id: string,
  change: GatewayChange,
  audit: AuditFact,
): 'changed' | 'not-found' | 'name-taken' {
  const changed = given(change);
  if (Object.keys(changed).length === 0) return 'changed';
  const row = database.gateways.get(id);
  if (row?.removedAtMs !== null) return 'not-found';
  const { maintenance, ...columns } = changed;
  const changedRow = { ...row, ...columns, ...maintained(row, maintenance, database.nowMs()) };
  if (isTaken(database.membersOf(row.clusterId), changedRow)) return 'name-taken';
  database.gateways.set(id, changedRow);
  database.bump(row.clusterId);
  database.addAudit(audit);
  return 'changed';
}

/** Another note keeps the beginning. */
function maintained(
  row: GatewayRow,
  maintenance: GatewayChange['maintenance'],
  nowMs: number,
): Partial<Pick<GatewayRow, 'maintenanceSinceMs' | 'maintenanceNote'>> {
  if (maintenance === undefined) return {};
  if (maintenance === null) return { maintenanceSinceMs: null, maintenanceNote: '' };
  return { maintenanceSinceMs: row.maintenanceSinceMs ?? nowMs, maintenanceNote: maintenance.note };
}
