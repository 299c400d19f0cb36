import type { RunState } from '@deskhand/domain/run/run.ts';
import type { Pool } from 'pg';
import type { LiveViewStore } from '../../ports/live-view.ts';
import { writeAudit } from './audit.ts';
import { rowOf } from './query.ts';

interface ScreenRow {
  attempt: number;
  state: RunState;
  submitted_by: string;
  cluster_name: string;
  live_view: boolean;
  gateway_id: string | null;
  gateway_name: string;
  is_online: boolean;
  link_version: number;
}

export function openLiveViewStore(pool: Pool): LiveViewStore {
  return {
    screenOf: async (runId) => {
      const row = await rowOf<ScreenRow>(
        pool,
        `select r.attempt, r.state, r.submitted_by, c.name as cluster_name, c.live_view, g.id as gateway_id, g.name as gateway_name,
            g.linked_to is not null and g.unreachable_since is null as is_online, g.link_version
          from run r join gateway_cluster c on c.id = r.cluster_id
          left join gateway g on g.id = r.gateway_id and g.removed_at is null
          where r.id = $1`,
        [runId],
      );
      return row && screenFromRow(row);
    },
    note: (audit) => writeAudit(pool, audit),
  };
}

function screenFromRow(row: ScreenRow): NonNullable<Awaited<ReturnType<LiveViewStore['screenOf']>>> {
  return {
    attempt: row.attempt,
    state: row.state,
    submittedBy: row.submitted_by,
    clusterName: row.cluster_name,
    isAllowedByCluster: row.live_view,
    gateway:
      row.gateway_id === null
        ? null
        : { id: row.gateway_id, name: row.gateway_name, isOnline: row.is_online, linkVersion: row.link_version },
  };
}
