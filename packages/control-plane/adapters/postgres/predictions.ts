import { AT_RISK, NO_LONGER_AT_RISK } from '@deskhand/domain/prediction/deadline-risk.ts';
import type { RunId } from '@deskhand/domain/brand.ts';
import type { Pool } from 'pg';
import type {
  FlowDigest,
  KeptPrediction,
  LineReading,
  PredictionStore,
  RunInLine,
  RunOnMachine,
} from '../../ports/predictions.ts';
import { fairLineText, nobody } from './fair-line.ts';
import { rowOf, rowsOf } from './query.ts';
import { inHandCondition, queueOrder } from './run-queue.ts';

/** Of the runs that ended lately no more are looked at, however many did. */
const ENDED_LOOKED_AT_MAX = 5_000;

const ms = (moment: string): string => `(extract(epoch from ${moment}) * 1000)::float8`;

export function openPredictionStore(pool: Pool): PredictionStore {
  return {
    readLine: (clusterId, limit) => readLine(pool, clusterId, limit),
    digestOf: async (flowId, mode) =>
      (await rowsOf<FlowDigest>(pool, digestsText, [[flowId]])).find((digest) => digest.mode === mode),
    newestDurations: ({ withinMs, flows, runsOfFlow }) =>
      rowsOf(pool, newestDurationsText, [withinMs, flows, runsOfFlow]),
    keepDigests: async (digests) => {
      await pool.query(keepDigestsText, [
        digests.map(({ flowId }) => flowId),
        digests.map(({ mode }) => mode),
        digests.map(({ count }) => count),
        digests.map(({ logMean }) => logMean),
        digests.map(({ logVariance }) => logVariance),
      ]);
    },
    keepPredictions: async (predictions) => {
      await pool.query(keepPredictionsText, [
        predictions.map(({ runId }) => runId),
        predictions.map(({ atSubmit }) => atSubmit),
        predictions.map(({ earliestMs }) => earliestMs),
        predictions.map(({ medianMs }) => medianMs),
        predictions.map(({ latestMs }) => latestMs),
      ]);
    },
    setAtRisk: async (runIds, isAtRisk) => {
      const event = isAtRisk ? AT_RISK : NO_LONGER_AT_RISK;
      const rows = await rowsOf<{ id: RunId }>(pool, setAtRiskText, [runIds, isAtRisk, event.event, event.detail]);
      return rows.map(({ id }) => id);
    },
    kept: (clusterId, limit) => rowsOf<KeptPrediction>(pool, keptText, [clusterId, limit]),
  };
}

async function readLine(pool: Pool, clusterId: string, limit: number): Promise<LineReading> {
  const [now, inQueueOrder, onMachines] = await Promise.all([
    rowOf<{ now: number; is_fair: boolean | null }>(
      pool,
      `select ${ms('clock_timestamp()')} as now, (select fairness is not null from gateway_cluster where id = $1) as is_fair`,
      [clusterId],
    ),
    rowsOf<RunInLine>(pool, lineText, [clusterId, limit]),
    rowsOf<RunOnMachine>(pool, onMachinesText, [clusterId]),
  ]);
  const isFair = now?.is_fair === true;
  const line = isFair ? await rowsOf<RunInLine>(pool, fairLine, [clusterId, ...nobody, limit]) : inQueueOrder;
  const flows = new Set([...line, ...onMachines].map(({ flowId }) => flowId));
  const digests = await rowsOf<FlowDigest>(pool, digestsText, [[...flows]]);
  return { nowMs: now?.now ?? 0, line, onMachines, digests };
}

const runInLine = `r.id, r.flow_id as "flowId", r.machine_user as "machineUser", r.mode,
    r.when_session_blocked as "whenSessionBlocked", r.priority, r.top_rank as "topRank",
    r.request_number as "requestNumber", r.submitted_by as "submittedById",
    ${ms('r.requested_at')} as "requestedAtMs", ${ms('r.start_deadline_at')} as "startDeadlineAtMs",
    p.run_id is not null as "isKept", p.at_risk_since is not null as "isAtRisk"`;

/** A canary is of one member and soon over: nobody asks when it starts. */
const lineText = `
  select ${runInLine}
  from (select * from run where cluster_id = $1 and state = 'queued' and canary_of is null order by ${queueOrder} limit $2) r
    left join run_prediction p on p.run_id = r.id
  order by ${queueOrder}`;

const fairLine = `${fairLineText}
  select ${runInLine}
  from (select id, position from line order by position limit $5) l join run r on r.id = l.id
    left join run_prediction p on p.run_id = r.id
  order by l.position`;

const onMachinesText = `
  select id, flow_id as "flowId", gateway_id as "gatewayId", machine_user as "machineUser", mode, priority,
    submitted_by as "submittedById",
    ${ms('coalesce(acquired_at, offered_at, requested_at)')} as "sinceMs"
  from run where gateway_id in (select id from gateway where cluster_id = $1) and ${inHandCondition} order by request_number`;

const digestsText = `
  select flow_id as "flowId", mode, count, log_mean as "logMean", log_variance as "logVariance" from flow_duration
  where flow_id = any($1) order by flow_id collate "C", mode`;

/** A run holds its slot from the acquire until it is signed out. */
const newestDurationsText = `
  with recent as (
    select distinct flow_id, mode from (
      select flow_id, mode from run where ended_at > clock_timestamp() - make_interval(secs => $1::float8 / 1000)
      order by ended_at desc limit ${String(ENDED_LOOKED_AT_MAX)}) ended
    order by flow_id, mode limit $2
  )
  select f.flow_id as "flowId", f.mode, d.durations as "durationsMs" from recent f cross join lateral (
    select jsonb_agg(held order by ended_at desc, request_number desc) as durations from (
      select ended_at, request_number,
        greatest(0, round(extract(epoch from coalesce(signed_out_at, ended_at) - acquired_at) * 1000))::bigint as held
      from run where flow_id = f.flow_id and mode = f.mode and acquired_at is not null and ended_at is not null
        and state in ('succeeded', 'failed', 'timedOut')
      order by ended_at desc, request_number desc limit $3) newest) d
  where d.durations is not null order by f.flow_id collate "C", f.mode`;

const keepDigestsText = `
  insert into flow_duration (flow_id, mode, count, log_mean, log_variance, measured_at)
  select flow_id, mode, count, log_mean, log_variance, clock_timestamp()
  from unnest($1::text[], $2::text[], $3::int[], $4::float8[], $5::float8[]) as d(flow_id, mode, count, log_mean, log_variance)
  on conflict (flow_id, mode) do update set count = excluded.count, log_mean = excluded.log_mean,
    log_variance = excluded.log_variance, measured_at = excluded.measured_at`;

const keepPredictionsText = `
  insert into run_prediction (run_id, cluster_id, predicted_at, at_submit, earliest_at, median_at, latest_at)
  select r.id, r.cluster_id, clock_timestamp(), p.at_submit, to_timestamp(p.earliest / 1000), to_timestamp(p.median / 1000),
    to_timestamp(p.latest / 1000)
  from unnest($1::text[], $2::boolean[], $3::float8[], $4::float8[], $5::float8[]) as p(run_id, at_submit, earliest, median, latest)
    join run r on r.id = p.run_id and r.state = 'queued'
  on conflict (run_id) do nothing`;

const setAtRiskText = `
  with changed as (
    update run_prediction p set at_risk_since = case when $2 then clock_timestamp() end
    from run r where p.run_id = any($1) and r.id = p.run_id and r.state = 'queued' and (p.at_risk_since is null) = $2
    returning p.run_id, r.attempt
  ), event as (
    insert into run_event (run_id, attempt, event, detail, actor) select run_id, attempt, $3, $4, 'Deskhand' from changed
  ) select run_id as id from changed order by run_id collate "C"`;

const keptText = `
  select ${ms('p.predicted_at')} as "predictedAtMs", ${ms('p.earliest_at')} as "earliestMs", ${ms('p.median_at')} as "medianMs",
    ${ms('p.latest_at')} as "latestMs", ${ms('r.acquired_at')} as "startedAtMs", r.top_rank is not null as "wasMoved",
    r.state = 'cancelled' and r.acquired_at is null as "wasCancelled"
  from (select * from run_prediction where cluster_id = $1 and at_submit order by predicted_at desc, run_id collate "C" limit $2) p
    join run r on r.id = p.run_id
  order by p.predicted_at desc, p.run_id collate "C"`;
