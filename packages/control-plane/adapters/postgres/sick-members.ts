import type { ClusterId, ConnectionId, GatewayId, RunId } from '@deskhand/domain/brand.ts';
import type { CanaryState } from '@deskhand/domain/gateway/canary.ts';
import { outcomeOf, OUTCOMES_PER_MEMBER_MAX } from '@deskhand/domain/gateway/sickness.ts';
import type { PreflightAnswer } from '@deskhand/domain/preflight/preflight.ts';
import type { RunState } from '@deskhand/domain/run/run.ts';
import type { Pool } from 'pg';
import type { GatewayEventRecord, MemberSetAside, SickMemberStore, SicknessNote } from '../../ports/sick-members.ts';
import { writeAudit } from './audit.ts';
import { beginCanary } from './begin-canary.ts';
import { bumpCluster } from './bump-cluster.ts';
import { inTransaction, type Queryable, rowOf, rowsOf } from './query.ts';

/** Some of them say nothing about the machine, so a few more are read than count. */
const RUNS_READ_PER_MEMBER_MAX = 3 * OUTCOMES_PER_MEMBER_MAX;

const seconds = (place: number): string => `make_interval(secs => $${String(place)}::float8 / 1000)`;

export function openSickMemberStore(pool: Pool): SickMemberStore {
  return {
    clustersToJudge: async (windowMs, limit) =>
      (
        await rowsOf<{ id: ClusterId }>(
          pool,
          `select distinct cluster_id as id from run where mode = 'unattended' and state = 'failed' and acquired_at is not null
              and started_at is null and canary_of is null and ended_at > (select clock_timestamp()) - ${seconds(1)}
            order by id limit $2`,
          [windowMs, limit],
        )
      ).map(({ id }) => id),
    board: (clusterId, windowMs) => board(pool, clusterId, windowMs),
    setAside: (gatewayId, state, note, by) =>
      inTransaction(pool, async (client) => {
        const row = await locked(client, gatewayId);
        if (row === undefined) return 'not-found';
        if (row.is_set_aside) return 'is-already';
        if ('version' in by && by.version !== row.version) return 'changed-meanwhile';
        await client.query(
          `update gateway set set_aside_since = clock_timestamp(), canary_run_id = null, canaries_passed = $2, canary_pause_ms = $3::float8,
            canary_due_at = clock_timestamp() + ${seconds(3)} where id = $1`,
          [gatewayId, state.passed, state.pauseMs],
        );
        await addNote(client, gatewayId, note, null);
        await client.query(bumpCluster, [gatewayId]);
        if ('audit' in by) await writeAudit(client, by.audit);
        return 'set-aside';
      }),
    note: (gatewayId, note, againAfterMs) =>
      inTransaction(pool, async (client) => {
        if ((await locked(client, gatewayId)) === undefined) return false;
        const newest = await rowOf<{ event: string; is_recent: boolean }>(
          client,
          `select event, at > clock_timestamp() - ${seconds(2)} as is_recent from gateway_event where gateway_id = $1 order by id desc limit 1`,
          [gatewayId, againAfterMs],
        );
        if (newest?.event === note.event && newest.is_recent) return false;
        await addNote(client, gatewayId, note, null);
        return true;
      }),
    putBack: (gatewayId, note, audit) =>
      inTransaction(pool, async (client) => {
        const row = await locked(client, gatewayId);
        if (row === undefined) return 'not-found';
        if (!row.is_set_aside) return 'is-not';
        await client.query(putBackText, [gatewayId]);
        await addNote(client, gatewayId, note, null);
        await client.query(bumpCluster, [gatewayId]);
        await writeAudit(client, audit);
        return 'put-back';
      }),
    hurry: (gatewayId, audit) =>
      inTransaction(pool, async (client) => {
        const row = await locked(client, gatewayId);
        if (row === undefined) return 'not-found';
        if (!row.is_set_aside) return 'is-not';
        await client.query('update gateway set canary_due_at = clock_timestamp() where id = $1', [gatewayId]);
        await client.query(bumpCluster, [gatewayId]);
        await writeAudit(client, audit);
        return 'hurried';
      }),
    membersSetAside: async (limit) => (await rowsOf<AsideRow>(pool, asideText, [limit])).map(asideFromRow),
    canaryAccounts: async (gatewayId, windowMs, limit) =>
      (await rowsOf<AccountRow>(pool, accountsText, [gatewayId, windowMs, limit])).map((row) => ({
        connectionId: row.id,
        lastFineAtMs: row.last_fine_at_ms,
        preflight: row.preflight,
        wasRefused: row.was_refused,
      })),
    beginCanary: (canary, note, audit) =>
      inTransaction(pool, async (client) => {
        const row = await locked(client, canary.gatewayId);
        if (row?.is_set_aside !== true || row.canary_run_id !== null) return false;
        if (!(await beginCanary(client, canary))) return false;
        await addNote(client, canary.gatewayId, note, canary.runId);
        await client.query(bumpCluster, [canary.gatewayId]);
        await writeAudit(client, audit);
        return true;
      }),
    settleCanary: (of, next, notes) =>
      inTransaction(pool, async (client) => {
        const row = await locked(client, of.gatewayId);
        if (row?.is_set_aside !== true || row.canary_run_id !== of.runId) return false;
        await settle(client, of.gatewayId, next);
        for (const note of notes) await addNote(client, of.gatewayId, note, of.runId);
        await client.query(bumpCluster, [of.gatewayId]);
        return true;
      }),
    history: async ({ clusterId, gatewayId, before, limit }) =>
      await rowsOf<GatewayEventRecord>(pool, historyText, [clusterId, gatewayId, before, limit]),
  };
}

interface LockedRow {
  readonly version: number;
  readonly is_set_aside: boolean;
  readonly canary_run_id: RunId | null;
}

/** The cluster's row first, as everything does that raises the queue's version. */
async function locked(client: Queryable, gatewayId: string): Promise<LockedRow | undefined> {
  await client.query(
    'select 1 from gateway_cluster where id = (select cluster_id from gateway where id = $1) for no key update',
    [gatewayId],
  );
  return await rowOf<LockedRow>(
    client,
    `select k.queue_version as version, g.set_aside_since is not null as is_set_aside, g.canary_run_id
      from gateway g join gateway_cluster k on k.id = g.cluster_id where g.id = $1 and g.removed_at is null for no key update of g`,
    [gatewayId],
  );
}

const putBackText = `
  update gateway set set_aside_since = null, canary_run_id = null, canary_due_at = null, canaries_passed = 0, canary_pause_ms = 0,
    put_back_at = clock_timestamp() where id = $1`;

async function settle(
  client: Queryable,
  gatewayId: string,
  next: { readonly state: CanaryState; readonly nextInMs: number } | 'put-back',
): Promise<void> {
  if (next === 'put-back') {
    await client.query(putBackText, [gatewayId]);
    return;
  }
  await client.query(
    `update gateway set canary_run_id = null, canaries_passed = $2, canary_pause_ms = $3, canary_due_at = clock_timestamp() + ${seconds(4)}
      where id = $1`,
    [gatewayId, next.state.passed, next.state.pauseMs, next.nextInMs],
  );
}

async function addNote(client: Queryable, gatewayId: string, note: SicknessNote, runId: string | null): Promise<void> {
  await client.query(
    'insert into gateway_event (gateway_id, event, detail, actor, run_id) values ($1, $2, $3, $4, $5)',
    [gatewayId, note.event, note.detail, note.actor, runId],
  );
}

interface BoardRow {
  readonly gateway_id: GatewayId;
  readonly version: number;
  readonly is_available: boolean;
  readonly is_set_aside: boolean;
  readonly runs: readonly (readonly [RunState, string, string | null, boolean, number])[];
}

const boardText = `
  select g.id as gateway_id, k.queue_version as version, g.set_aside_since is not null as is_set_aside,
    g.linked_to is not null and g.enabled and not g.quarantined and g.maintenance_since is null as is_available,
    coalesce((select jsonb_agg(jsonb_build_array(r.state, r.machine_user, r.error->>'code', r.started_at is not null,
        extract(epoch from r.ended_at) * 1000) order by r.ended_at desc, r.request_number desc) from (
      select state, machine_user, error, started_at, ended_at, request_number from run
      where gateway_id = g.id and mode = 'unattended' and acquired_at is not null and ended_at is not null and canary_of is null
        and ended_at > clock_timestamp() - ${seconds(2)} and (g.put_back_at is null or acquired_at > g.put_back_at)
      order by ended_at desc, request_number desc limit ${String(RUNS_READ_PER_MEMBER_MAX)}) r), '[]') as runs
  from gateway_cluster k join gateway g on g.cluster_id = k.id and g.removed_at is null
  where k.id = $1 order by g.member_order, g.id`;

async function board(pool: Pool, clusterId: string, windowMs: number): ReturnType<SickMemberStore['board']> {
  const rows = await rowsOf<BoardRow>(pool, boardText, [clusterId, windowMs]);
  const [first] = rows;
  if (first === undefined) return undefined;
  const members = rows.map((row) => ({
    gatewayId: row.gateway_id,
    isAvailable: row.is_available,
    isSetAside: row.is_set_aside,
    outcomes: row.runs.flatMap(
      ([state, user, code, flowBegan, endedAtMs]) =>
        outcomeOf({ mode: 'unattended', state, user, errorCode: code ?? undefined, flowBegan, endedAtMs }) ?? [],
    ),
  }));
  return { version: first.version, members };
}

interface AsideRow {
  readonly gateway_id: GatewayId;
  readonly cluster_id: ClusterId;
  readonly canaries_passed: number;
  readonly canary_pause_ms: number;
  readonly is_due: boolean;
  readonly canary_run_id: RunId | null;
  readonly run_state: RunState | null;
  readonly run_gateway_id: GatewayId | null;
  readonly error_code: string | null;
}

const asideText = `
  select g.id as gateway_id, g.cluster_id, g.canaries_passed, g.canary_pause_ms, g.canary_run_id,
    g.canary_due_at <= clock_timestamp() as is_due, r.state as run_state, r.gateway_id as run_gateway_id, r.error->>'code' as error_code
  from gateway g left join run r on r.id = g.canary_run_id
  where g.set_aside_since is not null and g.removed_at is null order by g.canary_due_at, g.id limit $1`;

function asideFromRow(row: AsideRow): MemberSetAside {
  const run = row.run_state && {
    state: row.run_state,
    gatewayId: row.run_gateway_id,
    errorCode: row.error_code ?? undefined,
  };
  return {
    gatewayId: row.gateway_id,
    clusterId: row.cluster_id,
    state: { passed: row.canaries_passed, pauseMs: Number(row.canary_pause_ms) },
    isDue: row.is_due,
    canary: row.canary_run_id === null ? null : { runId: row.canary_run_id, run },
  };
}

interface AccountRow {
  readonly id: ConnectionId;
  readonly last_fine_at_ms: number;
  readonly preflight: PreflightAnswer | null;
  readonly was_refused: boolean;
}

/**
 * What the newest runs of the other members were signed in with. A password counts as refused here for as long as it is the
 * same one, whether a run, a canary or a preflight tried it; for an account of a directory, wherever it was tried.
 */
const accountsText = `
  with own as (select id, cluster_id from gateway where id = $1), fine as (
    select n.connection_id, max(n.ended_at) as last_fine_at
    from own join gateway peer on peer.cluster_id = own.cluster_id and peer.id <> own.id and peer.removed_at is null
      cross join lateral (
        select connection_id, ended_at from run where gateway_id = peer.id and mode = 'unattended' and acquired_at is not null
          and ended_at is not null and canary_of is null and started_at is not null and state <> 'uncertain'
          and ended_at > clock_timestamp() - ${seconds(2)}
        order by ended_at desc, request_number desc limit ${String(RUNS_READ_PER_MEMBER_MAX)}) n
    group by n.connection_id
  )
  select c.id, (extract(epoch from f.last_fine_at) * 1000)::float8 as last_fine_at_ms,
    case when exists (select 1 from preflight_result p where p.connection_id = c.id and p.answer = 'password-wrong'
        and p.is_directory_account and p.password_version = c.password_version) then 'password-wrong'
      else (select p.answer from preflight_result p
        where p.connection_id = c.id and p.gateway_id = $1 and p.password_version = c.password_version) end as preflight,
    exists (select 1 from run r where r.gateway_id = $1 and r.connection_id = c.id and r.mode = 'unattended' and r.state = 'failed'
      and r.acquired_at is not null and r.started_at is null and r.error->>'code' in ('account-unknown', 'account-refused', 'account-expired', 'account-locked', 'password-wrong', 'password-expired')
      and r.acquired_at > coalesce(c.rotated_at, c.created_at)) as was_refused
  from fine f join connection c on c.id = f.connection_id join account a on a.id = c.owner_id
  where c.deleted_at is null and c.sealed_password is not null and not a.disabled
  order by f.last_fine_at desc, c.id collate "C" limit $3`;

const historyText = `
  select e.id as number, e.gateway_id as "gatewayId", g.name as "gatewayName", e.event, e.detail, e.actor, e.run_id as "runId", e.at
  from gateway_event e join gateway g on g.id = e.gateway_id
  where ($1::text is null or g.cluster_id = $1) and ($2::text is null or e.gateway_id = $2) and ($3::bigint is null or e.id < $3)
  order by e.id desc limit $4`;
