import type { AccountId, ClusterId, RunId } from '@deskhand/domain/brand.ts';
import {
  HEADS_PER_CLASS_MAX,
  HEADS_PER_CLASS_MIN,
  headsPerClass,
} from '@deskhand/domain/run-queue/plan-assignments.ts';
import type { ClusterMember, RunClass, RunInHand } from '@deskhand/domain/run-queue/snapshot.ts';
import type { Pool, PoolClient } from 'pg';
import type { Fairness } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import type { Priority } from '@deskhand/domain/run/run.ts';
import { classKeyIn, classKeyOf } from '../../ports/class-key.ts';
import type {
  CommittedOffer,
  PlanCommit,
  PlanOf,
  PlanToCommit,
  QueuePlace,
  QueueReading,
  RunQueueStore,
} from '../../ports/run-queue.ts';
import { isRetryable, isUniqueViolation } from './fault.ts';
import { type FairClassRow, fairReading, type FairRow, factsFromRow } from './fair-reading.ts';
import { fairPlaces, fairPosition, fairPositionIfSubmitted, inHandCondition } from './fair-line.ts';
import { json } from './json.ts';
import { named } from './named.ts';
import { openOrderChanges } from './order-changes.ts';
import { inTransaction, type Queryable, rowOf, rowsOf } from './query.ts';

/** Classes that one reading holds, so that a plan stays bounded whatever people submit. */
export const CLASSES_PER_READING_MAX = 5_000;

/** Asked after every run that ends, so it is prepared like what every run goes through. */
const hasWaitingText = `select from run where cluster_id = $1 and state = 'queued' limit 1`;

/** One for each member at most. */
const CANARIES_PER_READING_MAX = 1_000;

export { inHandCondition };
export const queueOrder = `(coalesce(top_rank, 0)) desc, (case priority when 'high' then 0 else 1 end), request_number`;

export function openRunQueueStore(pool: Pool): RunQueueStore {
  const read = createRead();
  return {
    read: (clusterId) => read(pool, clusterId),
    commit: (plan) => orChanged(() => commit(pool, plan)),
    commitLocked: (clusterId, planOf) =>
      orChanged(() => inTransaction(pool, (client) => commitLocked(client, { read, clusterId, planOf }))),
    hasWaitingRuns: async (clusterId) =>
      (await named(pool, 'has-waiting-runs', hasWaitingText, [clusterId])).length > 0,
    firstPlaces: async (clusterId, limit) => {
      const places = await rowsOf<{ id: RunId; is_fair: boolean }>(
        pool,
        `select id, (select fairness is not null from gateway_cluster where id = $1) as is_fair
          from run where cluster_id = $1 and state = 'queued' order by ${queueOrder} limit $2`,
        [clusterId, limit],
      );
      if (places[0]?.is_fair === true) return await fairPlaces(pool, clusterId, limit);
      return places.map(({ id }, index): QueuePlace => ({ id, position: index + 1 }));
    },
    positionIfSubmitted: (clusterId, run) => fairPositionIfSubmitted(pool, clusterId, run),
    position: (runId) => position(pool, runId),
    countUrgent: async (clusterId) =>
      (
        await rowOf<{ count: number }>(
          pool,
          `select count(*)::int as count from run
            where cluster_id = $1 and state = 'queued' and (priority = 'high' or top_rank is not null)`,
          [clusterId],
        )
      )?.count ?? 0,
    inHand: async (clusterId) =>
      (
        await rowsOf<{ id: RunId }>(
          pool,
          `select id from run where gateway_id in (select id from gateway where cluster_id = $1) and ${inHandCondition} order by acquired_at nulls last, request_number`,
          [clusterId],
        )
      ).map(({ id }) => id),
    // Submits and ends leave the cluster's own version alone, but each of them writes an event.
    viewVersion: async (clusterId) =>
      (
        await rowOf<{ version: number }>(
          pool,
          `select queue_version + (select last_value from run_event_id_seq) as version from gateway_cluster where id = $1`,
          [clusterId],
        )
      )?.version ?? 0,
    ...openOrderChanges(pool),
    fairnessOf: async (clusterId) =>
      (
        await rowOf<{ fairness: Fairness | null }>(pool, 'select fairness from gateway_cluster where id = $1', [
          clusterId,
        ])
      )?.fairness ?? null,
    ownerOf: async (clusterId) =>
      (
        await rowOf<{ owner: AccountId | null }>(pool, 'select owner_id as owner from gateway_cluster where id = $1', [
          clusterId,
        ])
      )?.owner,
    clustersWithWaitingRuns: async () =>
      (
        await rowsOf<{ id: ClusterId }>(
          pool,
          `select id from gateway_cluster k where exists (select 1 from run where cluster_id = k.id and state = 'queued')`,
        )
      ).map(({ id }) => id),
  };
}

/**
 * The queue as classes, in one statement and hence of one moment. The recursion hops from class to class along the index,
 * and each class reads its first runs only, so a long queue costs what its classes cost.
 */
const readText = readingOf({
  named: `with recursive bound as (
    select least(${String(HEADS_PER_CLASS_MAX)}, greatest(${String(HEADS_PER_CLASS_MIN)}, 1 + count(*))) as heads
    from gateway where cluster_id = $1 and removed_at is null
  ), class as (
    (select machine_user, mode, when_session_blocked from run where cluster_id = $1 and state = 'queued' and canary_of is null
      order by machine_user, mode, when_session_blocked limit 1)
    union all
    select n.machine_user, n.mode, n.when_session_blocked from class c cross join lateral (
      select machine_user, mode, when_session_blocked from run where cluster_id = $1 and state = 'queued' and canary_of is null
        and (machine_user, mode, when_session_blocked) > (c.machine_user, c.mode, c.when_session_blocked)
      order by machine_user, mode, when_session_blocked limit 1) n
  )`,
  inHand: `jsonb_build_object('id', r.id, 'gatewayId', r.gateway_id, 'user', r.machine_user, 'mode', r.mode)`,
  classes: `
    select jsonb_agg(jsonb_build_object('user', c.machine_user, 'mode', c.mode,
        'whenSessionBlocked', c.when_session_blocked, 'heads', h.heads))
      from (select * from class limit ${String(CLASSES_PER_READING_MAX)}) c cross join lateral (
        select jsonb_agg(jsonb_build_array(r.id, r.request_number, r.priority, r.top_rank, r.attempt)) as heads from (
          select * from run where cluster_id = $1 and machine_user = c.machine_user and mode = c.mode
            and when_session_blocked = c.when_session_blocked and state = 'queued' and canary_of is null
          order by ${queueOrder} limit (select heads + 1 from bound)) r) h
      where h.heads is not null`,
});

/** What all readings of a queue have in common: the cluster, its members and its runs in hand. */
function readingOf({
  named: queries,
  inHand,
  classes,
}: Readonly<Record<'named' | 'inHand' | 'classes', string>>): string {
  return `${queries}
  select k.queue_version as version, k.name, k.run_on_all_gateways, k.selection, k.fairness,
    extract(epoch from clock_timestamp()) * 1000 as now_ms,
    (select (i.settings->>'unattendedAddOns')::int from installation i) as add_ons,
    case when (select i.settings->>'unattendedAddOns' from installation i) is null then 0 else
      (select count(*)::int from run where mode = 'unattended' and ${inHandCondition}) end as add_ons_used,
    coalesce((select jsonb_agg(jsonb_build_object('gatewayId', g.id, 'name', g.name, 'order', g.member_order,
        'online', g.linked_to is not null, 'enabled', g.enabled, 'quarantined', g.quarantined, 'facts', g.facts,
        'maintenance', case when g.maintenance_since is not null then jsonb_build_object('note', g.maintenance_note) end,
        'journalFault', g.journal_fault, 'journalAwaited', g.journal_awaited_since is not null,
        'setAside', case when g.set_aside_since is not null then jsonb_build_object('nextCanaryAtMs',
          case when g.canary_run_id is null then extract(epoch from g.canary_due_at) * 1000 end) end, 'policyOverride', g.policy_override, 'capacityOverride', g.capacity_override,
        'declines', coalesce((select jsonb_agg(jsonb_build_object('classKey', d.class_key, 'because', d.because,
            'factsVersion', d.facts_version, 'untilMs', extract(epoch from d.until) * 1000))
          from decline d where d.gateway_id = g.id and d.until > now()), '[]')) order by g.member_order, g.id)
      from gateway g where g.cluster_id = k.id and g.removed_at is null), '[]') as members,
    coalesce((select jsonb_agg(${inHand})
      from run r where r.gateway_id in (select id from gateway where cluster_id = k.id) and ${inHandCondition}), '[]') as in_hand,
    coalesce((${classes}), '[]') as classes,
    coalesce((select jsonb_agg(jsonb_build_object('user', r.machine_user, 'mode', r.mode, 'whenSessionBlocked', r.when_session_blocked,
        'canaryOf', r.canary_of, 'heads', jsonb_build_array(jsonb_build_array(r.id, r.request_number, r.priority, r.top_rank, r.attempt)))
        order by r.canary_of collate "C")
      from (select * from run where cluster_id = $1 and state = 'queued' and canary_of is not null
        order by canary_of collate "C" limit ${String(CANARIES_PER_READING_MAX)}) r), '[]') as canaries
  from gateway_cluster k where k.id = $1`;
}

const fairReadText = readingOf(
  fairReading({
    queueOrder,
    classesMax: CLASSES_PER_READING_MAX,
    headsMin: HEADS_PER_CLASS_MIN,
    headsMax: HEADS_PER_CLASS_MAX,
  }),
);

type HeadRow = readonly [RunId, number, 'high' | 'normal', number | null, number, number?];
interface ReadRow {
  readonly version: number;
  readonly name: string;
  readonly run_on_all_gateways: boolean;
  readonly selection: 'random' | 'leastBusy';
  readonly fairness: Fairness | null;
  readonly now_ms: string;
  readonly add_ons: number | null;
  readonly add_ons_used: number;
  readonly members: readonly (ClusterMember & { readonly journalFault: string | null })[];
  readonly in_hand: readonly (RunInHand & Partial<FairRow>)[];
  readonly classes: readonly ClassRow[];
  readonly canaries: readonly ClassRow[];
}
type ClassRow = Pick<RunClass, 'user' | 'mode' | 'whenSessionBlocked' | 'canaryOf'> & {
  readonly heads: readonly HeadRow[];
} & Partial<FairClassRow>;

type Read = (client: Queryable, clusterId: string) => Promise<QueueReading | undefined>;

const FAIR_CLUSTERS_KEPT_MAX = 1_000;

/**
 * Remembers which clusters had fairness at their last reading, and tries the statement for that first. Which one is right
 * the row itself says, so a cluster that was changed meanwhile costs a second reading and nothing else.
 */
function createRead(): Read {
  const fair = new Set<string>();
  return async (client, clusterId) => {
    const isFair = fair.has(clusterId);
    const row = await readRow(client, clusterId, isFair);
    if (row === undefined || (row.fairness !== null) === isFair) return row && readingFromRow(row);
    if (fair.size >= FAIR_CLUSTERS_KEPT_MAX) fair.clear();
    if (isFair) fair.delete(clusterId);
    else fair.add(clusterId);
    const again = await readRow(client, clusterId, !isFair);
    return again && readingFromRow(again);
  };
}

async function readRow(client: Queryable, clusterId: string, isFair: boolean): Promise<ReadRow | undefined> {
  const [name, text] = isFair ? ['read-fair-queue', fairReadText] : ['read-queue', readText];
  return (await named<ReadRow>(client, name, text, [clusterId]))[0];
}

function readingFromRow(row: ReadRow): QueueReading {
  const classes = [...row.classes, ...row.canaries];
  const attempts = new Map(classes.flatMap(({ heads }) => heads.map((head) => [head[0], head[4]] as const)));
  return {
    nowMs: Number(row.now_ms),
    clusterName: row.name,
    addOns: row.add_ons,
    attempts,
    snapshot: {
      version: row.version,
      runOnAllGateways: row.run_on_all_gateways,
      selection: row.selection,
      members: row.members.map(withJournalFault),
      classes: classes.map((one) => classFromRow(one, headsPerClass(row.members.length), row.fairness)),
      inHand: row.in_hand.map((run) => inHandFromRow(run, row.fairness)),
      addOnsFree: row.add_ons === null ? null : Math.max(0, row.add_ons - row.add_ons_used),
      ...(row.fairness === null ? {} : { fairness: row.fairness }),
    },
  };
}

/** Counts no further than the heads go: nobody needs the length of a class to plan. */
function classFromRow({ heads, ...row }: ClassRow, headsMax: number, fairness: Fairness | null): RunClass {
  const { user, mode, whenSessionBlocked, canaryOf } = row;
  return {
    ...{ user, mode, whenSessionBlocked },
    ...(canaryOf === undefined ? {} : { canaryOf }),
    ...classNames(row, heads[0]?.[2] ?? 'normal', fairness),
    count: heads.length,
    heads: heads.slice(0, headsMax).map(([id, requestNumber, priority, topRank, , requestedAtMs]) => ({
      ...{ id, requestNumber, priority, topRank },
      ...(requestedAtMs === undefined ? {} : { requestedAtMs }),
    })),
  };
}

/** What a class is called, and where fairness is on what that looks at in its runs. */
function classNames(
  { user: machineUser, mode, whenSessionBlocked, canaryOf, ...row }: Omit<ClassRow, 'heads'>,
  priority: Priority,
  fairness: Fairness | null,
): Pick<RunClass, 'key' | 'declineKey' | 'fair'> {
  const of = { machineUser, mode, whenSessionBlocked, ...(canaryOf === undefined ? {} : { canaryOf }) };
  const { flowId, submittedById, sharer, digest } = row;
  if (fairness === null || flowId === undefined || submittedById === undefined) return { key: classKeyOf(of) };
  return {
    key: classKeyIn(fairness, { ...of, priority, flowId, submittedById }),
    declineKey: classKeyOf(of),
    fair: factsFromRow({ priority, sharer: sharer ?? null, digest: digest ?? null }, fairness),
  };
}

function inHandFromRow(
  { id, gatewayId, user, mode, ...row }: ReadRow['in_hand'][number],
  fairness: Fairness | null,
): RunInHand {
  const { priority, sharer, digest } = row;
  if (fairness === null || priority === undefined) return { id, gatewayId, user, mode };
  const fair = factsFromRow({ priority, sharer: sharer ?? null, digest: digest ?? null }, fairness);
  return { id, gatewayId, user, mode, fair };
}

/** A gateway that cannot write its journal acquires nothing, so it is asked for nothing. */
function withJournalFault({ journalFault, ...member }: ReadRow['members'][number]): ClusterMember {
  if (journalFault === null || member.facts === null) return member;
  const missing = [`The gateway cannot write its journal: ${journalFault}`];
  return { ...member, facts: { ...member.facts, canAttended: false, canUnattended: false, missing } };
}

/**
 * The whole plan in one statement. It takes the cluster's row first, so two planners never commit against the same
 * version, and each run moves only if it is still queued with the attempt that was planned with.
 *
 * A run may hold a slot beyond a pool that was made smaller; for each of those a free one stays free. Which ones may be taken is
 * settled by number before any is locked: two clusters in the same moment want the same ones, and neither takes the next instead.
 */
const commitText = `
  with bumped as (
    update gateway_cluster set queue_version = queue_version + 1 where id = $1 and queue_version = $2 returning id
  ), slot as (
    select number, row_number() over (order by number) as place from (
      select number from add_on_slot where run_id is null and number in (
        select number from add_on_slot where run_id is null and number <= $9::int order by number
          limit greatest(0, $9::int - (select count(*) from add_on_slot where run_id is not null)))
        order by number limit coalesce(array_length($3::text[], 1), 0) for update skip locked) free
  ), offer as (
    select o.*, row_number() over (partition by r.mode = 'unattended' order by o.nr) as place
    from unnest($3::text[], $4::text[], $5::int[]) with ordinality as o(run_id, gateway_id, attempt, nr)
      join run r on r.id = o.run_id
  ), offered as (
    update run r set state = 'offered', attempt = r.attempt + 1, gateway_id = o.gateway_id, journal_id = null,
      offered_at = clock_timestamp(), acquired_at = null, signing_in_at = null, downloading_at = null, phase = null,
      log_seq = 0, log_lines_lost = 0, log_lines_unnumbered = 0, last_action_at = null
    from offer o, bumped b
    where r.id = o.run_id and r.cluster_id = b.id and r.state = 'queued' and r.attempt = o.attempt
      and ($9::int is null or r.mode = 'attended' or o.place <= (select count(*) from slot))
    returning r.id, r.attempt, r.gateway_id, r.connection_id, r.mode, o.place
  ), held as (
    update add_on_slot s set run_id = o.id from offered o join slot on slot.place = o.place
    where s.number = slot.number and o.mode = 'unattended'
  ), refused as (
    update run r set state = 'failed', error = f.error, ended_at = clock_timestamp()
    from unnest($6::text[], $7::int[], $8::jsonb[]) as f(run_id, attempt, error), bumped b
    where r.id = f.run_id and r.cluster_id = b.id and r.state = 'queued' and r.attempt = f.attempt
    returning r.id, r.attempt, f.error->>'message' as message
  ), event as (
    insert into run_event (run_id, attempt, event, detail, actor)
    select o.id, o.attempt, 'offer', 'Offered to ' || g.name, 'Deskhand' from offered o join gateway g on g.id = o.gateway_id
    union all select id, attempt, 'refuse', message, 'Deskhand' from refused
  )
  select exists (select 1 from bumped) as committed,
    coalesce((select jsonb_agg(jsonb_build_object('runId', o.id, 'attempt', o.attempt, 'gatewayId', o.gateway_id,
        'mode', o.mode, 'accountName', c.account_name)) from offered o join connection c on c.id = o.connection_id), '[]') as offered,
    coalesce((select jsonb_agg(id) from refused), '[]') as refused`;

async function commit(client: Queryable, plan: PlanToCommit): Promise<PlanCommit> {
  if (plan.addOns !== null) await makeSlots(client, plan.addOns);
  type Row = {
    readonly committed: boolean;
    readonly offered: readonly CommittedOffer[];
    readonly refused: readonly RunId[];
  };
  const [row] = await named<Row>(client, 'commit-plan', commitText, [
    plan.clusterId,
    plan.version,
    plan.offers.map((offer) => offer.runId),
    plan.offers.map((offer) => offer.gatewayId),
    plan.offers.map((offer) => offer.attempt),
    plan.refusals.map((refusal) => refusal.runId),
    plan.refusals.map((refusal) => refusal.attempt),
    plan.refusals.map((refusal) => json(refusal.error)),
    plan.addOns,
  ]);
  if (row?.committed !== true) return { ok: false, because: 'changed-meanwhile' };
  return { ok: true, offered: row.offered, refused: row.refused };
}

/** Everything that raises the queue's version takes the cluster's row first, so it comes before this reading or after the commit. */
async function commitLocked(
  client: PoolClient,
  { read, clusterId, planOf }: { readonly read: Read; readonly clusterId: string; readonly planOf: PlanOf },
): Promise<PlanCommit | undefined> {
  await client.query('select 1 from gateway_cluster where id = $1 for no key update', [clusterId]);
  const reading = await read(client, clusterId);
  const plan = reading && planOf(reading);
  return plan && (await commit(client, plan));
}

/** The constraints hold where a plan was made from something that is no longer so. */
async function orChanged<T>(work: () => Promise<T>): Promise<T | PlanCommit> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error) || isRetryable(error)) return { ok: false, because: 'changed-meanwhile' };
    throw error;
  }
}

/** The pool as rows: a slot has one holder, whichever clusters plan at the same moment. */
async function makeSlots(client: Queryable, count: number): Promise<void> {
  await client.query(
    `insert into add_on_slot (number) select generate_series(1, $1::int)
      where (select count(*) from add_on_slot where number <= $1) < $1 on conflict do nothing`,
    [count],
  );
}

async function position(pool: Pool, runId: string): Promise<number | undefined> {
  const row = await rowOf<{ position: number | null; cluster: string; is_fair: boolean }>(
    pool,
    `select r.cluster_id as cluster, (select fairness is not null from gateway_cluster where id = r.cluster_id) as is_fair,
      case when r.state = 'queued' then 1 + (select count(*)::int from run w
        where w.cluster_id = r.cluster_id and w.state = 'queued'
          and (-coalesce(w.top_rank, 0), (case w.priority when 'high' then 0 else 1 end), w.request_number)
            < (-coalesce(r.top_rank, 0), (case r.priority when 'high' then 0 else 1 end), r.request_number)) end as position
      from run r where r.id = $1`,
    [runId],
  );
  if (row?.position != null && row.is_fair) return await fairPosition(pool, row.cluster, runId);
  return row?.position ?? undefined;
}
