import pg from 'pg';
import type { DeadReplica, DeathLimits, ReplicaStore, TurnStore } from '../../ports/replicas.ts';
import type { Database } from './database.ts';
import { ended } from './ending.ts';
import { rowOf, rowsOf } from './query.ts';

/** The first half of the advisory locks' names; the second is the replica's number. */
const LIFE_LOCK = 7_301_121;

export interface PostgresReplicaStore extends ReplicaStore {
  /** Ends the connection that stands for this server's life. */
  close(): Promise<void>;
}

/**
 * A server's life is a row that it renews and an advisory lock that a connection of its own holds: PostgreSQL lets the lock
 * go when the program ends, however it ends, so a dead server is told from one that is slow.
 */
export function openReplicaStore({
  pool,
  connectionConfig,
}: Pick<Database, 'pool' | 'connectionConfig'>): PostgresReplicaStore {
  const life = createLifeLock(connectionConfig);
  return {
    join: async (replica) => {
      const row = await rowOf<{ number: number }>(
        pool,
        `insert into replica (id) values ($1) on conflict (id) do update set seen_at = clock_timestamp() returning lock_number as number`,
        [replica],
      );
      await life.hold(row?.number ?? 0);
    },
    beat: async (replica) => {
      const row = await rowOf<{ number: number }>(
        pool,
        `update replica set seen_at = clock_timestamp() where id = $1 returning lock_number as number`,
        [replica],
      );
      if (row !== undefined) await life.hold(row.number);
      return row !== undefined;
    },
    forgetDead: (replica, limits) => forgetDead(pool, replica, limits),
    leave: async (replica) => {
      await pool.query('delete from replica where id = $1', [replica]);
      await life.letGo();
    },
    close: life.letGo,
  };
}

async function forgetDead(
  pool: Database['pool'],
  replica: string,
  { goneAfterMs, silentAfterMs }: DeathLimits,
): Promise<readonly DeadReplica[]> {
  return await rowsOf<DeadReplica>(
    pool,
    `with alive as (
        select objid::bigint as number from pg_locks where locktype = 'advisory' and granted and classid = $2 and objsubid = 2
          and database = (select oid from pg_database where datname = current_database())
      ), dead as (
        delete from replica r where id <> $1 and (
          seen_at < clock_timestamp() - make_interval(secs => $4::float8 / 1000)
          or (seen_at < clock_timestamp() - make_interval(secs => $3::float8 / 1000)
            and lock_number not in (select number from alive)))
        returning id
      ), closed as (
        update gateway g set linked_to = null, unreachable_since = coalesce(unreachable_since, clock_timestamp())
        from dead where g.linked_to = dead.id returning g.id, g.cluster_id, dead.id as replica
      ), bumped as (
        update gateway_cluster set queue_version = queue_version + 1 where id in (select cluster_id from closed)
      )
      select dead.id as replica, coalesce(jsonb_agg(jsonb_build_object('gatewayId', c.id, 'clusterId', c.cluster_id))
          filter (where c.id is not null), '[]') as links
        from dead left join closed c on c.replica = dead.id group by dead.id`,
    [replica, LIFE_LOCK, goneAfterMs, silentAfterMs],
  );
}

interface LifeLock {
  /** Connects when it is not connected, and takes the lock. */
  hold(number: number): Promise<void>;
  letGo(): Promise<void>;
}

function createLifeLock(config: pg.ClientConfig): LifeLock {
  let held: { readonly client: pg.Client; readonly number: number } | undefined;
  const letGo = async (): Promise<void> => {
    const client = held?.client;
    held = undefined;
    await ended(client);
  };
  return {
    letGo,
    hold: async (number) => {
      if (held?.number === number) return;
      await letGo();
      const client = new pg.Client(config);
      client.on('error', () => undefined);
      client.on('end', () => {
        if (held?.client === client) held = undefined;
      });
      await client.connect();
      const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1, $2) as got', [
        LIFE_LOCK,
        number,
      ]);
      // A connection of ours that broke may hold it still; the next beat tries again.
      if (rows[0]?.got === true) held = { client, number };
      else await ended(client);
    },
  };
}

export function openTurnStore({ pool }: Pick<Database, 'pool'>): TurnStore {
  return {
    takeTurn: async (work, intervalMs) => {
      // A moment further away than the interval was written before somebody set the clock back.
      const { rowCount } = await pool.query(
        `insert into turn (work, next_at) values ($1, clock_timestamp() + make_interval(secs => $2::float8 / 1000))
          on conflict (work) do update set next_at = excluded.next_at
          where turn.next_at <= clock_timestamp() or turn.next_at > excluded.next_at`,
        [work, intervalMs],
      );
      return rowCount === 1;
    },
  };
}
