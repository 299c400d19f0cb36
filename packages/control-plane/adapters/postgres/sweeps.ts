import type { GatewayId, RunId } from '@deskhand/domain/brand.ts';
import type { RunMode, RunState } from '@deskhand/domain/run/run.ts';
import type { Pool } from 'pg';
import { type SettingsRecord, settingsDefaults } from '../../ports/accounts.ts';
import type { AttemptOf } from '../../ports/gateway-links.ts';
import type { DeadlineStore, OverdueRun, RetentionStore } from '../../ports/sweeps.ts';
import { json } from './json.ts';
import { isPastExecution } from './past-execution.ts';
import { rowOf, rowsOf } from './query.ts';
import { statesBefore } from './run-states.ts';

interface OverdueRow {
  readonly id: RunId;
  readonly state: RunState;
  readonly attempt: number;
  readonly cluster_id: OverdueRun['clusterId'];
  readonly gateway_id: OverdueRun['gatewayId'];
  readonly machine_user: string;
  readonly mode: RunMode;
  readonly when_session_blocked: 'fail' | 'wait';
  readonly canary_of: GatewayId | null;
  readonly priority: OverdueRun['of']['priority'];
  readonly submitted_by: OverdueRun['of']['submittedById'];
  readonly flow_id: OverdueRun['of']['flowId'];
  readonly start_deadline_at: Date;
  readonly execution_timeout_ms: number;
  readonly acquired_at: Date | null;
  readonly started_at: Date | null;
}
const overdueColumns =
  'id, state, attempt, cluster_id, gateway_id, machine_user, mode, when_session_blocked, priority, submitted_by, flow_id, canary_of, start_deadline_at, execution_timeout_ms, acquired_at, started_at';

function overdueFromRow(row: OverdueRow): OverdueRun {
  return {
    id: row.id,
    state: row.state,
    attempt: row.attempt,
    clusterId: row.cluster_id,
    gatewayId: row.gateway_id,
    of: {
      machineUser: row.machine_user,
      mode: row.mode,
      whenSessionBlocked: row.when_session_blocked,
      canaryOf: row.canary_of,
      priority: row.priority,
      submittedById: row.submitted_by,
      flowId: row.flow_id,
    },
    startDeadlineAtMs: row.start_deadline_at.getTime(),
    executionTimeoutMs: row.execution_timeout_ms,
    acquiredAtMs: row.acquired_at?.getTime() ?? null,
    runningAtMs: row.started_at?.getTime() ?? null,
  };
}

/** A clock that may tick within the statement finds nothing by an index: every waiting run would be read each second. */
const now = 'select clock_timestamp()';

export function openDeadlineStore(pool: Pool): DeadlineStore {
  return {
    nowMs: async () =>
      Number((await rowOf<{ now: string }>(pool, 'select extract(epoch from clock_timestamp()) * 1000 as now'))?.now),
    pastStartDeadline: async (limit) =>
      (
        await rowsOf<OverdueRow>(
          pool,
          `select ${overdueColumns} from run where state in ('queued', 'offered') and start_deadline_at <= (${now})
            and not exists (select 1 from gateway g where g.cluster_id = run.cluster_id and g.journal_awaited_since is not null and g.removed_at is null)
            order by start_deadline_at limit $1`,
          [limit],
        )
      ).map(overdueFromRow),
    pastExecution: async (limit) =>
      (
        await rowsOf<OverdueRow>(
          pool,
          `select ${overdueColumns} from run where state in ('starting', 'running', 'cancelling') and ${isPastExecution}
            and not exists (select 1 from gateway g where g.id = run.gateway_id and g.journal_awaited_since is not null and g.removed_at is null)
            limit $1`,
          [limit],
        )
      ).map(overdueFromRow),
    unanswered: (olderThanMs, limit) =>
      rowsOf<AttemptOf>(
        pool,
        `select id as "runId", attempt, gateway_id as "gatewayId" from run
          where state = 'offered' and gateway_id is not null and offered_at <= clock_timestamp() - make_interval(secs => $1::float8 / 1000) limit $2`,
        [olderThanMs, limit],
      ),
    expire: async (run, error, answers) => {
      const rows = await rowsOf(
        pool,
        `with moved as (
            update run set state = 'timedOut', error = $4, last_reasons = $5, ended_at = clock_timestamp()
            where id = $1 and attempt = $2 and state = any($3) and acquired_at is null and start_deadline_at <= clock_timestamp()
            returning id, attempt
          ), freed as (update add_on_slot set run_id = null where run_id in (select id from moved))
          insert into run_event (run_id, attempt, event, detail, actor)
            select id, attempt, 'expire', $6, 'Deskhand' from moved returning id`,
        [
          run.runId,
          run.attempt,
          statesBefore('expire', 'timedOut').filter((state) => state === 'queued' || state === 'offered'),
          json(error),
          json(answers),
          error.message,
        ],
      );
      return rows.length === 1;
    },
    closeSilentLinks: (silenceMs) =>
      rowsOf(
        pool,
        `with closed as (
            update gateway set linked_to = null, unreachable_since = coalesce(unreachable_since, last_seen_at)
            where linked_to is not null and last_seen_at < clock_timestamp() - make_interval(secs => $1::float8 / 1000)
            returning id, cluster_id
          ), bumped as (update gateway_cluster set queue_version = queue_version + 1 where id in (select cluster_id from closed))
          select id as "gatewayId", cluster_id as "clusterId" from closed`,
        [silenceMs],
      ),
  };
}

/** Each step takes a bounded bite, oldest runs first, and answers how many it took. */
export function openRetentionStore(pool: Pool): RetentionStore {
  const count = async (text: string, values: readonly unknown[]): Promise<number> =>
    (await pool.query(text, [...values])).rowCount ?? 0;
  return {
    limits: async () => {
      const row = await rowOf<{ settings: Partial<SettingsRecord> }>(pool, 'select settings from installation');
      const settings = { ...settingsDefaults, ...row?.settings };
      const { runRetentionDays: days, decisionRetentionDays: decisionDays, logBytesMax, screenshotBytesMax } = settings;
      return { days, decisionDays, logBytesMax, screenshotBytesMax };
    },
    removeRunsOlderThan: (days, limit) =>
      count(
        `with old as (
            select id from run where ended_at < now() - make_interval(days => $1) and not holds_machine order by ended_at, request_number limit $2
          ), unlinked as (update run set resubmit_of = null where resubmit_of in (select id from old) and id not in (select id from old))
          delete from run where id in (select id from old)`,
        [days, limit],
      ),
    removeLogsAbove: async (bytesMax, limit) => await removeAbove(pool, 'run_log', bytesMax, limit),
    removeScreenshotsAbove: async (bytesMax, limit) => await removeAbove(pool, 'run_screenshot', bytesMax, limit),
    removeDecisionsOlderThan: (days, limit) =>
      count(
        `delete from planning_decisions where id in (
            select id from planning_decisions where last_at < now() - make_interval(days => $1) order by last_at, id limit $2)`,
        [days, limit],
      ),
    removeGatewayEventsOlderThan: (days, limit) =>
      count(
        `delete from gateway_event where id in (
            select id from gateway_event where at < now() - make_interval(days => $1) order by at, id limit $2)`,
        [days, limit],
      ),
    removeOldIdempotencyKeys: () =>
      count(`delete from idempotency_key where created_at < now() - interval '24 hours'`, []),
  };
}

/** The table's size on disk comes down only later, so the bytes of living rows are what is compared. */
async function removeAbove(
  pool: Pool,
  table: 'run_log' | 'run_screenshot',
  bytesMax: number,
  limit: number,
): Promise<number> {
  const size = table === 'run_log' ? 'pg_column_size(t.line)' : 'octet_length(t.png)';
  const { rowCount } = await pool.query(
    `with sized as (
        select t.run_id, r.ended_at, sum(${size})::bigint as bytes from ${table} t join run r on r.id = t.run_id group by t.run_id, r.ended_at
      ), kept as (
        select run_id, ended_at, sum(bytes) over (order by ended_at desc nulls first, run_id) as bytes_so_far from sized
      ), doomed as (
        select run_id from kept where bytes_so_far > $1 and ended_at is not null order by ended_at limit $2
      ) delete from ${table} where run_id in (select run_id from doomed)`,
    [bytesMax, limit],
  );
  return rowCount ?? 0;
}
