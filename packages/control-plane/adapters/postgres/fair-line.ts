import type { RunId } from '@deskhand/domain/brand.ts';
import type { QueuePlace, SubmittedToFairQueue } from '../../ports/run-queue.ts';
import { fairRules } from './fair-reading.ts';
import { type Queryable, rowOf, rowsOf } from './query.ts';

/** Runs that hold a machine: on their way, running, or of a machine that was given up. */
export const inHandCondition = `(state in ('offered', 'starting', 'running', 'cancelling') or holds_machine)`;

/** The name of a run that nobody has submitted. */
const UNSUBMITTED = 'a run that nobody has submitted';

/**
 * The waiting runs of cluster $1 in the order of their turns, as `inFairOrder` of the domain has it. $2 to $4 are a run that
 * is counted among them although nobody has submitted it, or null.
 */
export const fairLineText = `
  with f as materialized (${fairRules}), queued as (
    select id, request_number, requested_at, priority, top_rank, submitted_by, flow_id, canary_of from run
      where cluster_id = $1 and state = 'queued'
    union all select '${UNSUBMITTED}', ${String(Number.MAX_SAFE_INTEGER)}, clock_timestamp(), $2::text, null, $3::text, $4::text, null
      where $2::text is not null
  ), placed as (
    select q.id, q.request_number, coalesce(q.top_rank, 0) as top,
      case when q.canary_of is not null then null when f.by_user then q.submitted_by when f.shares_flows then q.flow_id end as sharer,
      case when q.top_rank is not null then 0 when q.priority = 'high' or q.requested_at <= clock_timestamp() - f.ages_after
        then 1 else 2 end as tier
    from queued q cross join f
  ), held as (
    select case when f.by_user then r.submitted_by when f.shares_flows then r.flow_id end as sharer, count(*) as runs
    from run r cross join f where r.gateway_id in (select id from gateway where cluster_id = $1) and ${inHandCondition}
      and canary_of is null group by 1
  ), turned as (
    select p.*, case when p.tier > 0 and p.sharer is not null then coalesce(h.runs, 0)
      + row_number() over (partition by p.sharer order by p.tier, p.top desc, p.request_number) else 0 end as before
    from placed p left join held h on h.sharer = p.sharer
  ), line as (
    select id, row_number() over (order by tier, before, top desc, request_number)::int as position from turned
  )`;

export const nobody = [null, null, null];

export async function fairPlaces(client: Queryable, clusterId: string, limit: number): Promise<readonly QueuePlace[]> {
  const text = `${fairLineText} select id, position from line order by position limit $5`;
  return await rowsOf<{ id: RunId; position: number }>(client, text, [clusterId, ...nobody, limit]);
}

export async function fairPosition(client: Queryable, clusterId: string, runId: string): Promise<number | undefined> {
  const text = `${fairLineText} select position from line where id = $5`;
  return (await rowOf<{ position: number }>(client, text, [clusterId, ...nobody, runId]))?.position;
}

export async function fairPositionIfSubmitted(
  client: Queryable,
  clusterId: string,
  { priority, submittedById, flowId }: SubmittedToFairQueue,
): Promise<number> {
  const text = `${fairLineText} select position from line where id = '${UNSUBMITTED}'`;
  const row = await rowOf<{ position: number }>(client, text, [clusterId, priority, submittedById, flowId]);
  return row?.position ?? 1;
}
