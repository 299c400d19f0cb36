import type { Pool } from 'pg';
import type { GatewayLinkStore, HeartbeatAnswer, HeartbeatSigns } from '../../ports/gateway-links.ts';
import { bumpClusters } from './bump-cluster.ts';
import { named } from './named.ts';
import { together } from './together.ts';

type Heartbeat = GatewayLinkStore['heartbeat'];
interface Said {
  readonly link: Parameters<Heartbeat>[0];
  readonly signs: HeartbeatSigns;
  readonly progress: Parameters<Heartbeat>[2];
}

const HEARTBEATS_PER_STATEMENT_MAX = 1_000;

/** Heartbeats of many gateways in one commit. */
export function heartbeatWriter(pool: Pool): Heartbeat {
  const add = together<Said, HeartbeatAnswer>({
    write: (said) => write(pool, said),
    keyOf: ({ link }) => link.gatewayId,
    weightOf: ({ progress }) => 1 + progress.length,
    weightMax: HEARTBEATS_PER_STATEMENT_MAX,
  });
  return (link, signs, progress) => add({ link, signs, progress });
}

/** Rows are locked in one order, so that two servers never wait for each other. */
const heartbeatsText = `
  with before as (
    select g.id, g.cluster_id, g.journal_fault, g.clock_skew_ms, s.fault, s.position, s.wall_clock_ms
    from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::float8[])
        as s(id, link_number, replica, fault, position, wall_clock_ms)
      join gateway g on g.id = s.id and g.link_number = s.link_number and g.linked_to = s.replica
    order by g.id for no key update of g
  ), bumped as (${bumpClusters('select cluster_id from before where journal_fault is distinct from fault')})
  update gateway g set last_seen_at = clock_timestamp(), unreachable_since = null, journal_fault = b.fault,
      journal_position = greatest(g.journal_position, b.position),
      clock_skew_ms = round(b.wall_clock_ms - extract(epoch from clock_timestamp()) * 1000)
    from before b where g.id = b.id
    returning g.id, b.journal_fault as before, g.journal_awaited_since is not null as awaited,
      b.clock_skew_ms as skew_before_ms, g.clock_skew_ms as skew_ms`;

/** A run whose row is being written at the moment is writing its log, which tells the same. */
const progressText = `
  with done as (
    select r.id, p.ago from unnest($1::text[], $2::int[], $3::text[], $4::bigint[]) as p(run_id, attempt, gateway_id, ago)
      join run r on r.id = p.run_id and r.attempt = p.attempt and r.gateway_id = p.gateway_id and r.ended_at is null
    for no key update of r skip locked
  )
  update run r set last_action_at = greatest(r.last_action_at, clock_timestamp() - make_interval(secs => d.ago::float8 / 1000))
    from done d where r.id = d.id`;

const closed: HeartbeatAnswer = {
  isOpen: false,
  journalFaultChanged: false,
  journalAwaited: false,
  clockSkew: { beforeMs: null, nowMs: null },
};

async function write(pool: Pool, said: readonly Said[]): Promise<readonly HeartbeatAnswer[]> {
  interface Row {
    readonly id: string;
    readonly before: string | null;
    readonly awaited: boolean;
    readonly skew_before_ms: number | null;
    readonly skew_ms: number | null;
  }
  const rows = await named<Row>(pool, 'heartbeats', heartbeatsText, [
    said.map(({ link }) => link.gatewayId),
    said.map(({ link }) => link.linkNumber),
    said.map(({ link }) => link.replica),
    said.map(({ signs }) => signs.journalFault),
    said.map(({ signs }) => signs.journalPosition),
    said.map(({ signs }) => signs.wallClockMs),
  ]);
  const open = new Map(rows.map((row) => [row.id, row]));
  await writeProgress(
    pool,
    said.filter(({ link }) => open.has(link.gatewayId)),
  );
  return said.map(({ link, signs }) => {
    const row = open.get(link.gatewayId);
    if (row === undefined) return closed;
    return {
      isOpen: true,
      journalFaultChanged: row.before !== signs.journalFault,
      journalAwaited: row.awaited,
      clockSkew: { beforeMs: row.skew_before_ms, nowMs: row.skew_ms },
    };
  });
}

async function writeProgress(pool: Pool, said: readonly Said[]): Promise<void> {
  const progress = said.flatMap((one) => one.progress.map((run) => ({ ...run, gatewayId: one.link.gatewayId })));
  if (progress.length === 0) return;
  await named(pool, 'progress', progressText, [
    progress.map(({ runId }) => runId),
    progress.map(({ attempt }) => attempt),
    progress.map(({ gatewayId }) => gatewayId),
    progress.map(({ lastActionAgoMs }) => lastActionAgoMs),
  ]);
}
