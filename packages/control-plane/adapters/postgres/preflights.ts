import type { ConnectionId } from '@deskhand/domain/brand.ts';
import type { PreflightQuestion } from '@deskhand/protocol/preflight.ts';
import type { Pool, PoolClient } from 'pg';
import type {
  PreflightMemberRecord,
  PreflightRecord,
  PreflightResultRecord,
  PreflightRound,
  PreflightStore,
} from '../../ports/preflights.ts';
import { changing } from './audit.ts';
import { inTransaction, rowOf, rowsOf } from './query.ts';

export function openPreflightStore(pool: Pool): PreflightStore {
  return {
    read: (connectionId, waitMs) => read(pool, connectionId, waitMs),
    begin: (round, audit) =>
      changing(
        pool,
        audit,
        (client) => begin(client, round),
        (answer) => answer === 'begun',
      ),
    ask: (question, waitMs) => inTransaction(pool, (client) => ask(client, question, waitMs)),
    question: (gatewayId, roundId) =>
      rowOf<PreflightQuestion>(
        pool,
        `select c.id as "connectionId", c.cluster_id as "clusterId", c.account_name as "accountName", c.sealed_password as "sealedPassword",
            c.seal_context as "sealContext", c.password_version as "passwordVersion"
          from preflight_result r join connection c on c.id = r.connection_id
          where r.gateway_id = $1 and r.round_id = $2 and r.answer is null and c.password_version = r.password_version and c.deleted_at is null`,
        [gatewayId, roundId],
      ),
    answer: async (gatewayId, roundId, { answer, isDirectoryAccount }) =>
      (
        await rowOf<{ id: ConnectionId }>(
          pool,
          `update preflight_result set answer = $3, is_directory_account = $4, answered_at = clock_timestamp()
            where gateway_id = $1 and round_id = $2 and answer is null returning connection_id as id`,
          [gatewayId, roundId, answer, isDirectoryAccount],
        )
      )?.id,
    end: async (connectionId, roundId) =>
      (
        await rowsOf(
          pool,
          `update preflight_round set ended_at = clock_timestamp()
            where connection_id = $1 and round_id = $2 and ended_at is null returning 1`,
          [connectionId, roundId],
        )
      ).length === 1,
    underWay: async (max) =>
      idsOf(
        await rowsOf(
          pool,
          `select r.connection_id as id from preflight_round r join connection c on c.id = r.connection_id
            where r.ended_at is null and c.deleted_at is null order by r.begun_at, r.connection_id limit $1`,
          [max],
        ),
      ),
    due: async (everyMs, max) => idsOf(await rowsOf(pool, dueText, [everyMs, max])),
  };
}

const idsOf = (rows: readonly { readonly id: ConnectionId }[]): readonly ConnectionId[] => rows.map(({ id }) => id);

const dueText = `select c.id from connection c left join preflight_round r on r.connection_id = c.id
  where c.deleted_at is null and c.sealed_password is not null and (r.connection_id is null or r.ended_at is not null)
    and greatest(r.begun_at, c.rotated_at, c.created_at) <= clock_timestamp() - make_interval(secs => $1::float8 / 1000)
    and exists (select 1 from gateway g where g.cluster_id = c.cluster_id and g.removed_at is null and g.linked_to is not null)
  order by greatest(r.begun_at, c.rotated_at, c.created_at), c.id limit $2`;

interface ConnectionRow extends Omit<PreflightRecord, 'round' | 'members' | 'results'> {
  readonly roundId: string | null;
  readonly begunBy: string;
  readonly begunAt: Date;
  readonly isOver: boolean;
}

async function read(pool: Pool, connectionId: string, waitMs: number): Promise<PreflightRecord | undefined> {
  const row = await rowOf<ConnectionRow>(
    pool,
    `select c.id as "connectionId", c.cluster_id as "clusterId", array_remove(array_prepend(c.owner_id, c.shared_with), null) as people,
        c.account_name as "accountName", c.sealed_password is not null as "hasPassword", c.password_version as "passwordVersion",
        r.round_id as "roundId", r.begun_by as "begunBy", r.begun_at as "begunAt", r.ended_at is not null as "isOver"
      from connection c left join preflight_round r on r.connection_id = c.id where c.id = $1 and c.deleted_at is null`,
    [connectionId],
  );
  if (row === undefined) return undefined;
  const members = await rowsOf<PreflightMemberRecord>(
    pool,
    `select id as "gatewayId", name, linked_to is not null as "isOnline", link_version as "linkVersion"
      from gateway where cluster_id = $1 and removed_at is null order by member_order, id`,
    [row.clusterId],
  );
  const results = await rowsOf<PreflightResultRecord>(
    pool,
    `select gateway_id as "gatewayId", round_id as "roundId", password_version as "passwordVersion", is_directory_account as "isDirectoryAccount",
        answered_at as "answeredAt", case when answer is not null then answer
          when asked_at <= clock_timestamp() - make_interval(secs => $2::float8 / 1000) then 'unanswered' else 'asked' end as answer
      from preflight_result where connection_id = $1 order by gateway_id`,
    [connectionId, waitMs],
  );
  const { roundId, begunBy, begunAt, isOver, ...connection } = row;
  const round: PreflightRound | null = roundId === null ? null : { id: roundId, begunBy, begunAt, isOver };
  return { ...connection, round, members, results };
}

async function begin(
  client: PoolClient,
  { connectionId, roundId, begunBy }: Parameters<PreflightStore['begin']>[0],
): Promise<'begun' | 'under-way' | 'not-found'> {
  const begun = await rowsOf(
    client,
    `insert into preflight_round as r (connection_id, round_id, begun_by, begun_at)
      select id, $2, $3, clock_timestamp() from connection where id = $1 and deleted_at is null
      on conflict (connection_id) do update set round_id = excluded.round_id, begun_by = excluded.begun_by,
        begun_at = excluded.begun_at, ended_at = null where r.ended_at is not null
      returning 1`,
    [connectionId, roundId, begunBy],
  );
  if (begun.length === 1) return 'begun';
  const known = await rowOf(client, 'select 1 from connection where id = $1 and deleted_at is null', [connectionId]);
  return known === undefined ? 'not-found' : 'under-way';
}

async function ask(
  client: PoolClient,
  { connectionId, roundId, gatewayId }: Parameters<PreflightStore['ask']>[0],
  waitMs: number,
): Promise<boolean> {
  // Whoever asks for this connection at the same moment waits here, and then finds that one is asked.
  const round = await rowOf(
    client,
    'select 1 from preflight_round where connection_id = $1 and round_id = $2 and ended_at is null for update',
    [connectionId, roundId],
  );
  if (round === undefined) return false;
  const asked = await rowsOf(
    client,
    `insert into preflight_result as r (connection_id, gateway_id, round_id, password_version, asked_at)
      select c.id, g.id, $2, c.password_version, clock_timestamp() from connection c join gateway g on g.cluster_id = c.cluster_id
        where c.id = $1 and c.deleted_at is null and g.id = $3 and g.removed_at is null and not exists (
          select 1 from preflight_result where connection_id = $1 and answer is null
            and asked_at > clock_timestamp() - make_interval(secs => $4::float8 / 1000))
      on conflict (connection_id, gateway_id) do update set round_id = excluded.round_id, password_version = excluded.password_version,
        asked_at = excluded.asked_at, answered_at = null, answer = null, is_directory_account = false
        where r.round_id <> excluded.round_id
          and not (r.password_version = excluded.password_version and r.answer is not distinct from 'password-wrong')
      returning 1`,
    [connectionId, roundId, gatewayId, waitMs],
  );
  return asked.length === 1;
}
