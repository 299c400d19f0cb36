import type { QueueSnapshot } from '@deskhand/domain/run-queue/snapshot.ts';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import pg from 'pg';
import type { ChangeFeed } from '../../packages/control-plane/ports/changes.ts';
import type { PlanCommit } from '../../packages/control-plane/ports/run-queue.ts';
import { openDatabase } from '../../packages/control-plane/adapters/postgres/database.ts';
import { openDecisionStore } from '../../packages/control-plane/adapters/postgres/decisions.ts';
import { openRunQueueStore } from '../../packages/control-plane/adapters/postgres/run-queue.ts';
import { assignRuns } from '../../packages/control-plane/use-cases/run-queue/assign-runs.ts';
import { createPlanRecord } from '../../packages/control-plane/use-cases/run-queue/plan-record.ts';
import { createQueueMemory } from '../../packages/control-plane/use-cases/run-queue/queue-memory.ts';
import { benchData } from './bench-data.ts';
import { cleanLater } from './leftovers.ts';
import { factsOf } from './stub-gateway.ts';

export interface FleetSize {
  readonly clusters: number;
  readonly gatewaysEach: number;
  readonly sessionsEach: number;
  readonly accountsEach: number;
  readonly runsEach: number;
}

export type Fleet = Awaited<ReturnType<typeof openFleet>>;

/** Clusters with linked gateways and waiting runs in a real PostgreSQL, without the gateways themselves. */
export async function openFleet(size: FleetSize) {
  const database = await openDatabase(benchData());
  cleanLater(() => database.close());
  const { pool, connectionConfig } = database;
  // Filling takes longer than a statement of the server may.
  const filling = new pg.Client({ ...connectionConfig, statement_timeout: 0, query_timeout: 0 });
  await filling.connect();
  cleanLater(() => filling.end());
  const facts = JSON.stringify(factsOf({ sessionLimit: size.sessionsEach }));
  for (const [text, values] of fleetStatements(size, facts)) await filling.query(text, [...values]);
  await filling.query('vacuum analyze');
  const queue = openRunQueueStore(pool);
  const clusterIds = await queue.clustersWithWaitingRuns();
  let placed = 0;
  const count = <Answer extends PlanCommit | undefined>(answer: Answer): Answer => {
    if (answer?.ok === true) placed += answer.offered.length;
    return answer;
  };
  const counted: typeof queue = {
    ...queue,
    commit: async (plan) => count(await queue.commit(plan)),
    commitLocked: async (clusterId, planOf) => count(await queue.commitLocked(clusterId, planOf)),
  };
  const record = createPlanRecord({
    ...{ decisions: openDecisionStore(pool), changes: unheard, timers: systemTimers, program: 'bench' },
    onRecordFault: (error) => console.error(error),
  });
  // Stopped before the database that it writes to.
  cleanLater(() => record.close());
  const ports = {
    ...{ queue: counted, changes: unheard, random: Math.random, memory: createQueueMemory() },
    links: { send: () => true },
    record,
  };
  return {
    snapshots: async (): Promise<QueueSnapshot[]> => {
      const snapshots: QueueSnapshot[] = [];
      for (const id of clusterIds) {
        const reading = await queue.read(id);
        if (reading !== undefined) snapshots.push(reading.snapshot);
      }
      return snapshots;
    },
    /** The planner of the server, for every cluster; answers how many offers were committed. */
    placeAll: async (atOnce: number): Promise<number> => {
      placed = 0;
      const left = [...clusterIds];
      const lane = async (): Promise<void> => {
        for (let id = left.pop(); id !== undefined; id = left.pop()) await assignRuns(ports, id);
      };
      await Promise.all(Array.from({ length: atOnce }, lane));
      return placed;
    },
    endAll: async (): Promise<void> => {
      await filling.query(`update run set state = 'succeeded', ended_at = now() where state = 'offered'`);
    },
  };
}

const unheard: ChangeFeed = {
  publish: () => undefined,
  subscribe: () => () => undefined,
  nudge: () => undefined,
  onNudge: () => () => undefined,
};

function fleetStatements(size: FleetSize, facts: string): readonly (readonly [string, readonly unknown[]])[] {
  return [
    [`insert into account (id, name, email, roles) values ('bench', 'Bench', 'bench@corp.example', '{admin}')`, []],
    [`insert into desktop_flow (id, name, owner_id) values ('flow', 'Bench', 'bench')`, []],
    [
      `insert into gateway_cluster (id, name, run_on_all_gateways)
        select 'k' || k, 'Cluster ' || k, true from generate_series(1, $1::int) k`,
      [size.clusters],
    ],
    [
      `insert into gateway (id, cluster_id, name, public_key, session_host, version, member_order, linked_to, last_seen_at, facts)
        select 'k' || k || 'g' || g, 'k' || k, 'Machine ' || g, 'k' || k || 'g' || g, 'linux', '1', g, 'bench', now(), $3::jsonb
        from generate_series(1, $1::int) k, generate_series(1, $2::int) g`,
      [size.clusters, size.gatewaysEach, facts],
    ],
    [
      `insert into connection (id, name, cluster_id, account_name, machine_user)
        select 'k' || k || 'c' || c, 'c' || c, 'k' || k, 'account' || c, 'account' || c
        from generate_series(1, $1::int) k, generate_series(0, $2::int - 1) c`,
      [size.clusters, size.accountsEach],
    ],
    [
      `insert into run (id, flow_id, flow_version, connection_id, cluster_id, submitted_by, mode, priority, state, machine_user,
          when_session_blocked, inputs, start_deadline_at, execution_timeout_ms)
        select 'k' || k || 'r' || n, 'flow', 1, 'k' || k || 'c' || n % $3::int, 'k' || k, 'bench', 'unattended',
          case when (n * 104729) % 10 = 0 then 'high' else 'normal' end, 'queued', 'account' || n % $3::int, 'fail', '{}',
          now() + interval '1 day', 86400000
        from generate_series(1, $2::int) n, generate_series(1, $1::int) k order by n`,
      [size.clusters, size.runsEach, size.accountsEach],
    ],
  ];
}
