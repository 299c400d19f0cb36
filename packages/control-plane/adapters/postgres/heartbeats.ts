import type { Pool } from 'pg';
import type { GatewayLinkStore } from '../../ports/gateway-links.ts';
import { bumpClusters } from './bump-cluster.ts';
import { named } from './named.ts';
import { together } from './together.ts';

type Heartbeat = GatewayLinkStore['heartbeat'];
type Answer = Awaited<ReturnType<Heartbeat>>;
interface Said {
  readonly link: Parameters<Heartbeat>[0];
  readonly journal: Parameters<Heartbeat>[1];
  readonly progress: Parameters<Heartbeat>[2];
}

const HEARTBEATS_PER_STATEMENT_MAX = 1_000;

/** Heartbeats of many gateways in one commit. */
export function heartbeatWriter(pool: Pool): Heartbeat {
  const add = together<Said, Answer>({
    write: (said) => write(pool, said),
    keyOf: ({ link }) => link.gatewayId,
    weightOf: ({ progress }) => 1 + progress.length,
    weightMax: HEARTBEATS_PER_STATEMENT_MAX,
  });
  return (link, journal, progress) => add({ link, journal, progress });
}

/** Rows are locked in one order, so that two servers never wait for each other. */
const heartbeatsText = `
  with before as (
    select g.id, g.cluster_id, g.journal_fault, s.fault, s.position
    from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[]) as s(id, link_number, replica, fault, position)
      join gateway g on g.id = s.id and g.link_number = s.link_number and g.linked_to = s.replica
    order by g.id for no key update of g
  ), bumped as (${bumpClusters('select cluster_id from before where journal_fault is distinct from fault')})
  update gateway g set last_seen_at = clock_timestamp(), unreachable_since = null, journal_fault = b.fault,
      journal_position = greatest(g.journal_position, b.position)
    from before b where g.id = b.id
    returning g.id, b.journal_fault as before, g.journal_awaited_since is not null as awaited`;

/** A run whose row is being written at the moment is writing its log, which tells the same. */
const progressText = `
  with done as (
    select r.id, p.ago from unnest($1::text[], $2::int[], $3::text[], $4::bigint[]) as p(run_id, attempt, gateway_id, ago)
      join run r on r.id = p.run_id and r.attempt = p.attempt and r.gateway_id = p.gateway_id and r.ended_at is null
    for no key update of r skip locked
  )
  update run r set last_action_at = greatest(r.last_action_at, clock_timestamp() - make_interval(secs => d.ago::float8 / 1000))
    from done d where r.id = d.id`;

const closed: Answer = { isOpen: false, journalFaultChanged: false, journalAwaited: false };

async function write(pool: Pool, said: readonly Said[]): Promise<readonly Answer[]> {
  interface Row {
    readonly id: string;
    readonly before: string | null;
    readonly awaited: boolean;
  }
  const rows = await named<Row>(pool, 'heartbeats', heartbeatsText, [
    said.map(({ link }) => link.gatewayId),
    said.map(({ link }) => link.linkNumber),
    said.map(({ link }) => link.replica),
    said.map(({ journal }) => journal.fault),
    said.map(({ journal }) => journal.position),
  ]);
  const open = new Map(rows.map((row) => [row.id, row]));
  await writeProgress(
    pool,
    said.filter(({ link }) => open.has(link.gatewayId)),
  );
  return said.map(({ link, journal }) => {
    const row = open.get(link.gatewayId);
    if (row === undefined) return closed;
    return { isOpen: true, journalFaultChanged: row.before !== journal.fault, journalAwaited: row.awaited };
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
