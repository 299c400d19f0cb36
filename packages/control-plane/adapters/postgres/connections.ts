import type { AccountId, ClusterId, ConnectionId } from '@deskhand/domain/brand.ts';
import type { Pool } from 'pg';
import type { ConnectionRecord, ConnectionStore } from '../../ports/connections.ts';
import { changing } from './audit.ts';
import { assignments, type Queryable, rowOf, rowsOf } from './query.ts';

interface ConnectionRow {
  id: string;
  name: string;
  cluster_id: string;
  cluster_name: string;
  account_name: string;
  machine_user: string;
  has_password: boolean;
  password_version: number;
  when_session_blocked: 'fail' | 'wait';
  notifications: boolean;
  owner_id: string | null;
  owner_name: string | null;
  shared_with: string[];
  created_at: Date;
  rotated_at: Date | null;
}

// The sealed password itself never leaves by this select: only the link reads it.
const select = `select c.id, c.name, c.cluster_id, g.name as cluster_name, c.account_name, c.machine_user, c.sealed_password is not null as has_password,
  c.password_version, c.when_session_blocked, c.notifications, c.owner_id, a.name as owner_name, c.shared_with, c.created_at, c.rotated_at
  from connection c join gateway_cluster g on g.id = c.cluster_id left join account a on a.id = c.owner_id
  where c.deleted_at is null`;

const unfinished = `('queued', 'offered', 'starting', 'running', 'cancelling')`;

export function openConnectionStore(pool: Pool): ConnectionStore {
  return {
    list: async () => (await rowsOf<ConnectionRow>(pool, `${select} order by lower(c.name)`)).map(connectionFromRow),
    byId: async (id) => {
      const row = await rowOf<ConnectionRow>(pool, `${select} and c.id = $1`, [id]);
      return row && connectionFromRow(row);
    },
    add: async (connection, audit) => {
      await changing(pool, audit, (client) =>
        client.query(
          `insert into connection (id, name, cluster_id, owner_id, account_name, machine_user, when_session_blocked, notifications) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
          [
            connection.id,
            connection.name,
            connection.clusterId,
            connection.ownerId,
            connection.accountName,
            connection.machineUser,
            connection.whenSessionBlocked,
            connection.notifications,
          ],
        ),
      );
    },
    change: async (id, change, audit) => {
      const set = assignments(
        {
          name: change.name,
          when_session_blocked: change.whenSessionBlocked,
          notifications: change.notifications,
          shared_with: change.sharedWith,
        },
        2,
      );
      if (set.values.length === 0) return;
      await changing(pool, audit, async (client) => {
        if (change.whenSessionBlocked) await lock(client, id);
        await client.query(`update connection set ${set.text} where id = $1`, [id, ...set.values]);
        // Runs that wait follow the connection's wish about blocked sessions, because it is asked when their turn comes.
        if (change.whenSessionBlocked) {
          // The cluster's row first: a plan that was made by the old wish does not commit.
          await client.query(
            'update gateway_cluster set queue_version = queue_version + 1 where id = (select cluster_id from connection where id = $1)',
            [id],
          );
          await client.query(`update run set when_session_blocked = $2 where connection_id = $1 and state = 'queued'`, [
            id,
            change.whenSessionBlocked,
          ]);
        }
      });
    },
    rotate: (id, password, audit) =>
      changing(
        pool,
        audit,
        async (client) => {
          const done = await client.query(
            `update connection set sealed_password = $2, sealed_to = $3, password_version = $4, seal_context = 'connection', rotated_at = now()
              where id = $1 and password_version = $4 - 1 and deleted_at is null`,
            [id, password.sealed, password.sealedTo, password.passwordVersion],
          );
          return done.rowCount === 1 ? 'rotated' : 'changed-meanwhile';
        },
        (answer) => answer === 'rotated',
      ),
    remove: (id, audit) =>
      changing(
        pool,
        audit,
        async (client) => {
          await lock(client, id);
          // The ciphertext goes at once; the row stays for the runs that name it.
          const done = await client.query(
            `update connection set deleted_at = now(), sealed_password = null where id = $1
               and not exists (select 1 from run where connection_id = $1 and state in ${unfinished})`,
            [id],
          );
          return done.rowCount === 1 ? 'removed' : 'in-use';
        },
        (answer) => answer === 'removed',
      ),
  };
}

/** A submit of the same moment has added its run by then, or waits to see what is about to change. */
async function lock(client: Queryable, id: string): Promise<void> {
  await client.query('select 1 from connection where id = $1 for update', [id]);
}

function connectionFromRow(row: ConnectionRow): ConnectionRecord {
  return {
    id: row.id as ConnectionId,
    name: row.name,
    clusterId: row.cluster_id as ClusterId,
    clusterName: row.cluster_name,
    accountName: row.account_name,
    machineUser: row.machine_user,
    hasPassword: row.has_password,
    passwordVersion: row.password_version,
    whenSessionBlocked: row.when_session_blocked,
    notifications: row.notifications,
    owner: row.owner_id ? { id: row.owner_id as AccountId, name: row.owner_name ?? '' } : null,
    sharedWith: row.shared_with,
    createdAt: row.created_at,
    rotatedAt: row.rotated_at,
  };
}
