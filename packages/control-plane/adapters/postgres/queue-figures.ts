import type { Pool } from 'pg';
import { rowsOf } from './query.ts';

/** Clusters that are told apart; what a fleet has beyond them is one figure. */
export const CLUSTERS_MEASURED_MAX = 200;

export interface QueueFigures {
  readonly cluster: string;
  readonly waiting: number;
  readonly oldestWaitSeconds: number;
  readonly inHand: number;
  readonly gatewaysOnline: number;
  readonly gatewaysOffline: number;
  readonly journalsAwaited: number;
}

/** How each run queue stands now; the longest ones first. Read when somebody asks for metrics, over partial indexes only. */
export async function readQueueFigures(pool: Pool): Promise<readonly QueueFigures[]> {
  return await rowsOf<QueueFigures>(
    pool,
    `with figure as (
        select k.name, q.waiting, q.oldest, h.in_hand, m.online, m.offline, m.awaited,
          row_number() over (order by q.waiting desc, k.name) as place
        from gateway_cluster k
          left join lateral (select count(*)::int as waiting, min(requested_at) as oldest from run
            where cluster_id = k.id and state = 'queued') q on true
          left join lateral (select count(*) filter (where linked_to is not null)::int as online,
              count(*) filter (where linked_to is null)::int as offline,
              count(*) filter (where journal_awaited_since is not null)::int as awaited
            from gateway where cluster_id = k.id and removed_at is null) m on true
          left join lateral (select count(*)::int as in_hand from run r join gateway g on g.id = r.gateway_id
            where g.cluster_id = k.id and (r.state in ('offered', 'starting', 'running', 'cancelling') or r.holds_machine)) h on true
      )
      select case when place <= $1 then name else 'all others' end as cluster, sum(waiting)::int as waiting,
        coalesce(max(extract(epoch from clock_timestamp() - oldest)), 0)::float8 as "oldestWaitSeconds", sum(in_hand)::int as "inHand",
        sum(online)::int as "gatewaysOnline", sum(offline)::int as "gatewaysOffline", sum(awaited)::int as "journalsAwaited"
      from figure group by 1`,
    [CLUSTERS_MEASURED_MAX],
  );
}
