import { isTerminal } from '@deskhand/domain/run/transitions.ts';
import type { ConnectionRecord, ConnectionStore } from '@deskhand/control-plane/ports/connections.ts';
import type { SimulatedDatabase } from './database.ts';
import { byName, given } from './named-rows.ts';
import { newConnection } from './new-rows.ts';
import type { ConnectionRow } from './rows.ts';
import { dateOf } from './run-records.ts';
import type { StoreSession } from './server.ts';
import { foreignKeyViolation, uniqueViolation } from './store-fault.ts';

export function openSimulatedConnectionStore(session: StoreSession): ConnectionStore {
  const { database } = session.server;
  return {
    list: () =>
      session.run('list-connections', () =>
        [...database.connections.values()]
          .filter((row) => row.deletedAtMs === null)
          .sort(byName)
          .map((row) => connectionOf(database, row)),
      ),
    byId: (id) =>
      session.run('connection-by-id', () => {
        const row = database.connections.get(id);
        return row?.deletedAtMs === null ? connectionOf(database, row) : undefined;
      }),
    add: (connection, audit) =>
      session.run('add-connection', () => {
        if (database.connections.get(connection.id) !== undefined) throw uniqueViolation('connection_pkey');
        if (database.clusters.get(connection.clusterId) === undefined)
          throw foreignKeyViolation('connection_cluster_id_fkey');
        database.connections.set(connection.id, newConnection({ ...connection, createdAtMs: database.nowMs() }));
        database.addAudit(audit);
      }),
    change: async (id, change, audit) => {
      if (Object.keys(given(change)).length === 0) return;
      await session.run(
        'change-connection',
        () => changeConnection(database, id, change, audit),
        () => database.connections.get(id)?.clusterId,
      );
    },
    rotate: (id, password, audit) =>
      session.run('rotate-password', () => {
        const row = database.connections.get(id);
        const { sealed: sealedPassword, passwordVersion } = password;
        if (row?.deletedAtMs !== null || row.passwordVersion !== passwordVersion - 1) return 'changed-meanwhile';
        const rotated = { sealedPassword, passwordVersion, sealContext: 'connection' } as const;
        database.connections.set(id, { ...row, ...rotated, rotatedAtMs: database.nowMs() });
        database.addAudit(audit);
        return 'rotated';
      }),
    remove: (id, audit) =>
      session.run('remove-connection', () => {
        const row = database.connections.get(id);
        const isInUse = database.runs.rows.some((run) => run.connectionId === id && !isTerminal(run.state));
        if (row === undefined || isInUse) return 'in-use';
        database.connections.set(id, { ...row, deletedAtMs: database.nowMs(), sealedPassword: null });
        database.addAudit(audit);
        return 'removed';
      }),
  };
}

function connectionOf(database: SimulatedDatabase, row: ConnectionRow): ConnectionRecord {
  const { id, name, clusterId, accountName, machineUser, passwordVersion, whenSessionBlocked } = row;
  return {
    ...{ id, name, clusterId, accountName, machineUser, passwordVersion, whenSessionBlocked },
    clusterName: database.clusters.get(clusterId)?.name ?? '',
    hasPassword: row.sealedPassword !== null,
    notifications: row.notifications,
    owner: row.ownerId ? { id: row.ownerId, name: database.accounts.get(row.ownerId)?.name ?? '' } : null,
    sharedWith: row.sharedWith,
    createdAt: new Date(row.createdAtMs),
    rotatedAt: dateOf(row.rotatedAtMs),
  };
}

/** Runs that wait follow the connection's wish about blocked sessions, because it is asked when their turn comes. */
function changeConnection(
  database: SimulatedDatabase,
  ...[id, change, audit]: Parameters<ConnectionStore['change']>
): void {
  const row = database.connections.get(id);
  if (row !== undefined) database.connections.set(id, { ...row, ...given(change) });
  const { whenSessionBlocked } = change;
  if (row !== undefined && whenSessionBlocked !== undefined) {
    for (const run of [...database.runs.rows])
      if (run.connectionId === id && run.state === 'queued') database.runs.set({ ...run, whenSessionBlocked });
    database.bump(row.clusterId);
  }
  database.addAudit(audit);
}
