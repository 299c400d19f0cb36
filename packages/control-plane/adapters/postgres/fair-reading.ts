import type { AccountId, DesktopFlowId } from '@deskhand/domain/brand.ts';
import { type DurationDigest, usualDurationMs } from '@deskhand/domain/prediction/durations.ts';
import type { FairFacts, Fairness, Sharer } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import type { Priority } from '@deskhand/domain/run/run.ts';

/**
 * What the fairness of cluster $1 looks at, in the words of `toldApartBy`. It is read in the statement that needs it, so what
 * is told apart always fits the fairness that is answered.
 */
export const fairRules = `
  select coalesce(fairness->'ageing' <> 'null' or fairness->'lanes' @> '[{"for": "high"}]', false) as by_priority,
    coalesce(fairness->'share'->>'by' = 'user', false) as by_user,
    coalesce(fairness->'share'->>'by' = 'flow', false) as shares_flows,
    coalesce(fairness->'lanes' @> '[{"for": "short"}]', false) as asks_durations,
    (fairness->'ageing'->>'afterMinutes')::int * interval '1 minute' as ages_after
  from gateway_cluster where id = $1`;

export interface FairRow {
  readonly priority: Priority;
  readonly sharer: Sharer | null;
  readonly digest: DurationDigest | null;
}
export interface FairClassRow extends Pick<FairRow, 'sharer' | 'digest'> {
  readonly flowId: DesktopFlowId;
  readonly submittedById: AccountId;
}

/** Of a run `r`, or of what is called so: who shares, and what is measured of its flow. */
const factsOf = `
  'sharer', case when r.canary_of is not null then null
    when f.by_user then (select jsonb_build_object('id', a.id, 'name', a.name) from account a where a.id = r.submitted_by)
    when f.shares_flows then (select jsonb_build_object('id', d.id, 'name', d.name) from desktop_flow d where d.id = r.flow_id) end,
  'digest', case when f.asks_durations then (
    select jsonb_build_object('count', d.count, 'logMean', d.log_mean, 'logVariance', d.log_variance)
    from flow_duration d where d.flow_id = r.flow_id and d.mode = r.mode) end`;

/**
 * The parts of a reading where fairness is on. No index knows who shares, so it goes through the whole queue once and costs
 * what the queue is long; classes beyond the limit are those whose first run stands furthest back.
 */
export function fairReading(bounds: {
  readonly queueOrder: string;
  readonly classesMax: number;
  readonly headsMin: number;
  readonly headsMax: number;
}): Readonly<Record<'named' | 'inHand' | 'classes', string>> {
  const { queueOrder } = bounds;
  const toldApart = `machine_user, mode, when_session_blocked, case when f.by_priority then priority end,
      case when f.by_user then submitted_by end, case when f.shares_flows or f.asks_durations then flow_id end`;
  return {
    named: `
  with f as materialized (${fairRules}), bound as (
    select least(${String(bounds.headsMax)}, greatest(${String(bounds.headsMin)}, 1 + count(*))) as heads
    from gateway where cluster_id = $1 and removed_at is null
  ), queued as (
    select r.*, row_number() over (order by ${queueOrder}) as position,
      row_number() over (partition by ${toldApart} order by ${queueOrder}) as place,
      dense_rank() over (order by ${toldApart}) as class
    from (select id, request_number, requested_at, priority, top_rank, attempt, machine_user, mode, when_session_blocked,
        submitted_by, flow_id, canary_of from run where cluster_id = $1 and state = 'queued' and canary_of is null) r cross join f
  ), class as (
    select min(position) as first, array_agg(id order by place) as ids, jsonb_agg(jsonb_build_array(id, request_number,
        priority, top_rank, attempt, extract(epoch from requested_at) * 1000) order by place) as heads
    from queued where place <= (select heads + 1 from bound)
    group by class order by min(position) limit ${String(bounds.classesMax)}
  )`,
    inHand: `(select jsonb_build_object('id', r.id, 'gatewayId', r.gateway_id, 'user', r.machine_user, 'mode', r.mode,
        'priority', r.priority, ${factsOf}) from f)`,
    classes: `
    select jsonb_agg(jsonb_build_object('user', r.machine_user, 'mode', r.mode, 'whenSessionBlocked', r.when_session_blocked,
        'flowId', r.flow_id, 'submittedById', r.submitted_by, 'heads', c.heads, ${factsOf}) order by c.first)
      from class c join queued r on r.id = c.ids[1] cross join f`,
  };
}

export function factsFromRow({ priority, sharer, digest }: FairRow, { lanes }: Fairness): FairFacts {
  const isAsked = lanes.some((lane) => lane.for === 'short');
  return { priority, sharer, usuallyMs: isAsked ? usualDurationMs(digest ?? undefined) : null };
}
