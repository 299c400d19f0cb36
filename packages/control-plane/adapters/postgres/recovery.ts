import type { GatewayId } from '@deskhand/domain/brand.ts';
import type { Pool } from 'pg';
import type {
  AwaitedGateway,
  JournalOnlyRun,
  NamedAttempt,
  Recovery,
  RecoveryCause,
  RecoveryStore,
} from '../../ports/recovery.ts';
import { writeAudit } from './audit.ts';
import { json } from './json.ts';
import { inTransaction, type Queryable, rowOf, rowsOf } from './query.ts';

/** More than the journals of any fleet hold; what is above it is still on the machines. */
export const JOURNAL_ONLY_RUNS_MAX = 100_000;

/** Before everything that a clock tells, so that those of an unknown start come last. */
const STARTED_UNKNOWN_MS = -1;

export function openRecoveryStore(pool: Pool): RecoveryStore {
  return {
    begin: (cause, newEpoch, audit) =>
      inTransaction(pool, async (client) => {
        await beginRecovery(client, cause, newEpoch);
        await writeAudit(client, audit);
      }),
    journalReported: async (gatewayId) => {
      const { rowCount } = await pool.query(
        `with reported as (
            update gateway set journal_awaited_since = null where id = $1 and journal_awaited_since is not null returning cluster_id)
          update gateway_cluster set queue_version = queue_version + 1 where id in (select cluster_id from reported)`,
        [gatewayId],
      );
      return rowCount === 1;
    },
    noteJournalOnly: (gatewayId, attempts) => noteJournalOnly(pool, gatewayId, attempts),
    noteEnd: async (gatewayId, { runId, attempt, outcome, errorCode }) => {
      await pool.query(
        `update journal_only_run set phase = 'ended', outcome = $4, error_code = $5
          where gateway_id = $1 and run_id = $2 and attempt = $3`,
        [gatewayId, runId, attempt, outcome, errorCode],
      );
    },
    acceptRisk: (gatewayIds, audit) =>
      inTransaction(pool, async (client) => {
        const clusters = await rowsOf<{ id: string }>(
          client,
          `with accepted as (
              update gateway set journal_awaited_since = null
              where id = any($1) and journal_awaited_since is not null returning cluster_id)
            update gateway_cluster set queue_version = queue_version + 1 where id in (select cluster_id from accepted) returning id`,
          [gatewayIds],
        );
        if (clusters.length > 0) await writeAudit(client, audit);
        return clusters.map(({ id }) => id);
      }),
    read: () => read(pool),
    journalOnlyRuns: (filter) => journalOnlyRuns(pool, filter),
  };
}

/** The restore does this in its own transaction, so that no server ever sees the old epoch over restored rows. */
export async function beginRecovery(client: Queryable, cause: RecoveryCause, newEpoch: string): Promise<void> {
  await client.query(
    `update installation set epoch = $1, former_epochs = former_epochs || epoch,
      recovery = $2::jsonb || jsonb_build_object('since', clock_timestamp())`,
    [newEpoch, json(cause)],
  );
  await client.query(`update gateway set journal_awaited_since = clock_timestamp() where removed_at is null`);
  // What people were promised or asked since the backup is not known any more.
  await client.query(
    `update session_question set state = 'withdrawn', ended_at = clock_timestamp() where ended_at is null`,
  );
  await client.query('update gateway_cluster set queue_version = queue_version + 1');
}

async function noteJournalOnly(pool: Pool, gatewayId: string, attempts: readonly NamedAttempt[]): Promise<void> {
  if (attempts.length === 0) return;
  const rows = attempts.map(({ startedAtMs, ...one }) => ({
    ...one,
    startedAt: startedAtMs === undefined ? null : new Date(startedAtMs).toISOString(),
  }));
  await pool.query(
    `insert into journal_only_run (gateway_id, run_id, attempt, flow_name, mode, account_name, requested_by, started_at, phase, outcome, error_code)
      select $1, "runId", attempt, "flowName", mode, "accountName", "requestedBy", "startedAt", phase, outcome, "errorCode"
      from jsonb_to_recordset($2::jsonb) as one("runId" text, attempt int, "flowName" text, mode text, "accountName" text,
        "requestedBy" text, "startedAt" timestamptz, phase text, outcome text, "errorCode" text)
      where (select count(*) from journal_only_run) < $3
      on conflict (gateway_id, run_id, attempt) do update set phase = excluded.phase,
        outcome = excluded.outcome, error_code = excluded.error_code, flow_name = coalesce(excluded.flow_name, journal_only_run.flow_name)`,
    [gatewayId, json(rows), JOURNAL_ONLY_RUNS_MAX],
  );
}

async function read(pool: Pool): Promise<Recovery> {
  const row = await rowOf<{ recovery: (RecoveryCause & { since: string }) | null; runs: number }>(
    pool,
    'select recovery, (select count(*) from journal_only_run) as runs from installation',
  );
  const awaited = await rowsOf<AwaitedGateway>(
    pool,
    `select g.id as "gatewayId", g.name, k.id as "clusterId", k.name as "clusterName", g.linked_to is not null as "isOnline",
        g.last_seen_at as "lastSeenAt"
      from gateway g join gateway_cluster k on k.id = g.cluster_id
      where g.journal_awaited_since is not null and g.removed_at is null order by k.name, g.member_order`,
  );
  const cause = row?.recovery ? { ...row.recovery, since: new Date(row.recovery.since) } : null;
  return { cause, awaited, journalOnlyRuns: row?.runs ?? 0 };
}

async function journalOnlyRuns(
  pool: Pool,
  { requestedBy, after, limit }: Parameters<RecoveryStore['journalOnlyRuns']>[0],
): Promise<readonly JournalOnlyRun[]> {
  return await rowsOf<JournalOnlyRun & { gatewayId: GatewayId }>(
    pool,
    `with named as (
        select *, coalesce((extract(epoch from started_at) * 1000)::bigint, $3::bigint) as started_ms from journal_only_run
        where $1::text is null or lower(requested_by) = lower($1))
      select j.run_id as "runId", j.attempt, j.gateway_id as "gatewayId", g.name as "gatewayName", j.flow_name as "flowName", j.mode,
        j.account_name as "accountName", j.requested_by as "requestedBy", j.started_at as "startedAt", j.phase, j.outcome,
        j.error_code as "errorCode"
      from named j join gateway g on g.id = j.gateway_id
      where $4::text is null or j.started_ms < $7::bigint
        or (j.started_ms = $7 and (j.run_id collate "C", j.attempt, j.gateway_id collate "C") > ($4, $5::integer, $6::text))
      order by j.started_ms desc, j.run_id collate "C", j.attempt, j.gateway_id collate "C" limit $2`,
    [
      requestedBy,
      limit,
      STARTED_UNKNOWN_MS,
      after?.runId ?? null,
      after?.attempt ?? null,
      after?.gatewayId ?? null,
      after?.startedAtMs ?? STARTED_UNKNOWN_MS,
    ],
  );
}
