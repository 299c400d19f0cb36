import type { Pool } from 'pg';
import type { OverviewStore } from '../../ports/overview.ts';
import { rowOf } from './query.ts';

type Counts = Awaited<ReturnType<OverviewStore['counts']>>;
type FirstSteps = Awaited<ReturnType<OverviewStore['firstSteps']>>;

/** Name of the ready example's flow. */
const EXAMPLE = 'Hello desktop';

export function openOverviewStore(pool: Pool): OverviewStore {
  return {
    counts: async (visibleTo) =>
      (await rowOf<Counts>(
        pool,
        `with visible as (
           select r.state, r.ended_at from run r join desktop_flow f on f.id = r.flow_id
            where (r.state in ('queued', 'offered', 'starting', 'running', 'cancelling') or r.ended_at > now() - interval '24 hours')
              and ($1::text is null or r.submitted_by = $1 or f.owner_id = $1 or $1 = any(f.co_owners)))
         select (select count(*)::int from visible where state in ('offered', 'starting', 'running', 'cancelling')) as running,
                (select count(*)::int from visible where state = 'queued') as waiting,
                (select count(*)::int from visible where state in ('failed', 'timedOut', 'uncertain')) as "failed24h",
                (select count(*)::int from gateway where removed_at is null and linked_to is not null and unreachable_since is null) as "gatewaysOnline",
                (select count(*)::int from gateway where removed_at is null) as "gatewaysAll"`,
        [visibleTo],
      )) as Counts,
    firstSteps: async (account) =>
      (await rowOf<FirstSteps>(
        pool,
        `select exists (select 1 from run r join desktop_flow f on f.id = r.flow_id where r.submitted_by = $1 and f.name = $2 and r.state = 'succeeded') as "ranExample",
                exists (select 1 from desktop_flow where owner_id = $1 and name <> $2 and deleted_at is null) as "hasOwnFlow",
                exists (select 1 from gateway where removed_at is null and session_host <> 'virtual') as "hasSignInGateway"`,
        [account, EXAMPLE],
      )) as FirstSteps,
  };
}
