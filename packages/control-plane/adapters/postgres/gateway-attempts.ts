import type { GatewayId, RunId } from '@deskhand/domain/brand.ts';
import type { JournalAt } from '@deskhand/domain/gateway/journal-position.ts';
import type { RunError, RunMode, RunState } from '@deskhand/domain/run/run.ts';
import { activeStates } from '@deskhand/domain/run/transitions.ts';
import { type RememberedDecline, rememberDecline } from '@deskhand/domain/placement/decline-memory.ts';
import type { StartOrder } from '@deskhand/protocol/link/messages.ts';
import type { Pool } from 'pg';
import type {
  AttemptOf,
  GatewayLinkStore,
  JournalStateTaken,
  Loss,
  StoredAttempt,
  WaitingClassOf,
} from '../../ports/gateway-links.ts';
import { bumpCluster } from './bump-cluster.ts';
import { isUniqueViolation } from './fault.ts';
import { json } from './json.ts';
import { type MemberRow, policyFromRow } from './member-policy.ts';
import { named } from './named.ts';
import { isPastExecution } from './past-execution.ts';
import { inTransaction, retried, rowOf, rowsOf } from './query.ts';
import { inHandCondition } from './run-queue.ts';
import { statesBefore } from './run-states.ts';

type AttemptMethods = Pick<
  GatewayLinkStore,
  | 'stored'
  | 'heldBy'
  | 'openOffers'
  | 'acquire'
  | 'returnOffer'
  | 'rememberDecline'
  | 'release'
  | 'lose'
  | 'settle'
  | 'takeJournalState'
>;

interface StoredRow {
  readonly id: RunId;
  readonly attempt: number;
  readonly gateway_id: GatewayId | null;
  readonly state: RunState;
  readonly journal_id: string | null;
  readonly journal_position: number | null;
  readonly journal_position_attempt: number | null;
  readonly started_at: Date | null;
  readonly holds_machine: boolean;
  readonly cancel_because: 'cancelled' | 'timedOut' | null;
}
const storedColumns = `id, attempt, gateway_id, state, journal_id, journal_position, journal_position_attempt, started_at,
  holds_machine, cancel_because`;

function storedFromRow(row: StoredRow): StoredAttempt {
  return {
    runId: row.id,
    attempt: row.attempt,
    gatewayId: row.gateway_id,
    state: row.state,
    journalId: row.journal_id,
    journalPosition: row.journal_position_attempt === row.attempt ? row.journal_position : null,
    hasRun: row.started_at !== null,
    holdsMachine: row.holds_machine,
    cancelBecause: row.cancel_because,
  };
}

/**
 * Holds back what an older link told. The row is locked against the confirmation of a newer link, so whatever that link's
 * server reads afterwards is there already; without a number nothing is asked and nothing locked.
 */
const fence = (place: number): { readonly text: string; readonly condition: string } => ({
  text: `fence as materialized (select 1 from gateway where id = $3 and link_number = $${String(place)}::bigint for share)`,
  condition: `($${String(place)}::bigint is null or exists (select 1 from fence))`,
});

/** Offers and the moves of attempts between queue and gateway. */
export function attemptMethods(pool: Pool): AttemptMethods {
  return {
    stored: async (runIds) =>
      (
        await named<StoredRow>(pool, 'stored-attempts', `select ${storedColumns} from run where id = any($1)`, [runIds])
      ).map(storedFromRow),
    heldBy: async (gatewayId) =>
      (
        await rowsOf<StoredRow>(pool, `select ${storedColumns} from run where gateway_id = $1 and ${inHandCondition}`, [
          gatewayId,
        ])
      ).map(storedFromRow),
    openOffers: async (gatewayId) =>
      await rowsOf<{ runId: RunId; attempt: number; mode: RunMode; accountName: string }>(
        pool,
        `select r.id as "runId", r.attempt, r.mode, c.account_name as "accountName" from run r join connection c on c.id = r.connection_id
          where r.gateway_id = $1 and r.state = 'offered' and ${inHandCondition}`,
        [gatewayId],
      ),
    acquire: (of, journalId) => acquire(pool, of, journalId),
    returnOffer: (of, event, detail) => backToQueue(pool, of, event, detail),
    rememberDecline: (gatewayId, decline) => remember(pool, gatewayId, decline),
    release: (of, because) => release(pool, of, because),
    lose: (of, error, loss) => lose(pool, of, error, loss),
    settle: async (of) => {
      await pool.query(
        `with ${fence(4).text}, settled as (
            update run set holds_machine = false where id = $1 and attempt = $2 and gateway_id = $3 and holds_machine and ${fence(4).condition}
            returning id, attempt),
          freed as (update add_on_slot set run_id = null where run_id in (select id from settled))
          insert into run_event (run_id, attempt, event, detail, actor)
            select id, attempt, 'settle', 'Its gateway has nothing of it left', 'Deskhand' from settled`,
        [of.runId, of.attempt, of.gatewayId, of.linkNumber],
      );
    },
    takeJournalState: (of, journalId, isRunning) => takeJournalState(pool, of, journalId, isRunning),
  };
}

/**
 * The commit after which a gateway may start: state, journal and event in one statement, with everything that the start
 * needs. A repeated acquire finds nothing to move and gets the same order.
 */
const acquireText = `
  with moved as (
    update run set state = 'starting', phase = 'signingIn', journal_id = $4, acquired_at = clock_timestamp(), signing_in_at = clock_timestamp(),
      journal_position = $7, journal_position_attempt = $2
    where id = $1 and attempt = $2 and gateway_id = $3 and state = any($5)
      and exists (select 1 from gateway where id = $3 and link_number = $6) returning id, attempt
  ), event as (
    insert into run_event (run_id, attempt, event, detail, actor)
    select m.id, m.attempt, 'acquire', 'Acquired by ' || g.name, 'gateway ' || g.name from moved m, gateway g where g.id = $3
  )
  select exists (select 1 from moved) as moved, r.id, r.attempt, r.gateway_id, r.state, r.journal_id, r.journal_position, r.journal_position_attempt, r.started_at, r.holds_machine,
    r.cancel_because, r.mode, r.inputs, r.execution_timeout_ms, r.flow_version, r.flow_id, f.name as flow_name, v.script, c.id as connection_id,
    c.account_name, c.sealed_password, c.seal_context, c.password_version, c.notifications, r.cluster_id, a.email as requested_by, g.facts,
    g.policy_override, g.capacity_override
  from run r join desktop_flow f on f.id = r.flow_id
    join desktop_flow_version v on v.flow_id = r.flow_id and v.version = r.flow_version
    join connection c on c.id = r.connection_id join account a on a.id = r.submitted_by left join gateway g on g.id = $3
  where r.id = $1`;

interface AcquireRow extends StoredRow, MemberRow {
  readonly moved: boolean;
  readonly mode: RunMode;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly execution_timeout_ms: number;
  readonly flow_version: number;
  readonly flow_id: string;
  readonly flow_name: string;
  readonly script: string;
  readonly connection_id: string;
  readonly account_name: string;
  readonly sealed_password: string | null;
  readonly seal_context: 'connection' | 'try';
  readonly password_version: number;
  readonly notifications: boolean;
  readonly cluster_id: string;
  readonly requested_by: string;
}

async function acquire(
  pool: Pool,
  of: AttemptOf & { readonly linkNumber: number },
  { journalId, position }: JournalAt,
): Promise<Awaited<ReturnType<GatewayLinkStore['acquire']>>> {
  const before = statesBefore('acquire', 'starting');
  const values = [of.runId, of.attempt, of.gatewayId, journalId, before, of.linkNumber, position];
  const once = (): Promise<readonly AcquireRow[]> => named<AcquireRow>(pool, 'acquire', acquireText, values);
  const [first] = await once();
  // A statement that waited for another change still answers what was there before it; asked again, it answers what is there.
  const [row] = first?.moved === false ? await once() : [first];
  if (row === undefined) return { moved: false, stored: null, order: null };
  return { moved: row.moved, stored: storedFromRow(row), order: orderFromRow(row, of) };
}

function orderFromRow(row: AcquireRow, of: AttemptOf): StartOrder {
  return {
    ...policyFromRow(row),
    runId: of.runId,
    attempt: of.attempt,
    flowId: row.flow_id,
    flowName: row.flow_name,
    flowVersion: row.flow_version,
    script: row.script,
    mode: row.mode,
    accountName: row.account_name,
    sealedPassword: row.sealed_password,
    sealContext: row.seal_context,
    connectionId: row.connection_id,
    clusterId: row.cluster_id,
    passwordVersion: row.password_version,
    inputs: row.inputs,
    executionTimeoutMs: row.execution_timeout_ms,
    notifications: row.notifications,
    requestedBy: row.requested_by,
  };
}

type ReturnEvent = 'decline' | 'withdraw' | 'release';

/** What comes back stands before what was submitted since, so the queue's version rises: a plan without it is out of date. */
async function backToQueue(
  client: Pick<Pool, 'query'>,
  of: AttemptOf,
  event: ReturnEvent,
  detail: string,
): Promise<WaitingClassOf | undefined> {
  const [row] = await named<WaitingClassOf>(
    client,
    'back-to-queue',
    `with ${fence(7).text}, bumped as (
        update gateway_cluster set queue_version = queue_version + 1 where id = (select cluster_id from gateway where id = $3)
        returning id
      ), moved as (
        update run set state = 'queued', phase = null, gateway_id = null, journal_id = null, offered_at = null, acquired_at = null,
          signing_in_at = null, downloading_at = null
        where id = $1 and attempt = $2 and gateway_id = $3 and state = any($4) and ${fence(7).condition}
          and cluster_id in (select id from bumped)
        returning id, attempt, machine_user, mode, when_session_blocked, canary_of
      ), freed as (
        update add_on_slot set run_id = null where run_id in (select id from moved)
      ), event as (
        insert into run_event (run_id, attempt, event, detail, actor)
        select m.id, m.attempt, $5, $6, 'gateway ' || g.name from moved m join gateway g on g.id = $3
      ) select machine_user as "machineUser", mode, when_session_blocked as "whenSessionBlocked", canary_of as "canaryOf" from moved`,
    [of.runId, of.attempt, of.gatewayId, statesBefore(event, 'queued'), event, detail, of.linkNumber],
  );
  return row;
}

async function release(pool: Pool, of: AttemptOf, because: string): Promise<WaitingClassOf | undefined> {
  const returned = await backToQueue(pool, of, 'release', because);
  if (returned !== undefined) return returned;
  await pool.query(
    `with ${fence(5).text}, moved as (
        update run set state = 'cancelled', phase = null, ended_at = clock_timestamp()
        where id = $1 and attempt = $2 and gateway_id = $3 and state = any($4) and started_at is null and ${fence(5).condition}
        returning id, attempt
      ), freed as (update add_on_slot set run_id = null where run_id in (select id from moved))
      insert into run_event (run_id, attempt, event, detail, actor)
        select id, attempt, 'confirmCancel', 'Cancelled before it started', 'Deskhand' from moved`,
    [of.runId, of.attempt, of.gatewayId, statesBefore('confirmCancel', 'cancelled'), of.linkNumber],
  );
  return undefined;
}

interface DeclineRow {
  readonly facts_version: number | null;
  readonly backoff_ms: number;
  readonly until_ms: string | null;
  readonly now_ms: string;
  readonly current_version: number;
}

async function remember(
  pool: Pool,
  gatewayId: string,
  given: Parameters<GatewayLinkStore['rememberDecline']>[1],
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(bumpCluster, [gatewayId]);
    const row = await rowOf<DeclineRow>(
      client,
      `select d.facts_version, d.backoff_ms, extract(epoch from d.until) * 1000 as until_ms,
          extract(epoch from clock_timestamp()) * 1000 as now_ms, coalesce((g.facts->>'version')::int, 0) as current_version
        from gateway g left join decline d on d.gateway_id = g.id and d.class_key = $2 where g.id = $1`,
      [gatewayId, given.classKey],
    );
    if (row === undefined) return;
    const decline = { ...given, factsVersion: given.factsVersion ?? row.current_version };
    const { facts_version: factsVersion, backoff_ms: backoffMs, until_ms: untilMs } = row;
    const previous: RememberedDecline | null =
      factsVersion === null ? null : { ...decline, factsVersion, untilMs: Number(untilMs), backoffMs };
    const next = rememberDecline(previous, decline, Number(row.now_ms));
    await client.query(
      `insert into decline (gateway_id, class_key, because, facts_version, backoff_ms, until)
        values ($1, $2, $3, $4, $5, to_timestamp($6::float8 / 1000))
        on conflict (gateway_id, class_key) do update set because = excluded.because, facts_version = excluded.facts_version,
          backoff_ms = excluded.backoff_ms, until = excluded.until`,
      [gatewayId, next.classKey, json(next.because), next.factsVersion, next.backoffMs, next.untilMs],
    );
  });
}

async function lose(pool: Pool, of: AttemptOf, error: RunError, loss: Loss): Promise<boolean> {
  const rows = await rowsOf(
    pool,
    `with ${fence(8).text}, moved as (
        update run set state = 'uncertain', phase = null, error = $5, ended_at = clock_timestamp(), holds_machine = $6
        where id = $1 and attempt = $2 and gateway_id = $3 and state = any($4) and ${fence(8).condition}
          and (not $9::boolean or ${isPastExecution})
        returning id, attempt
      ), freed as (update add_on_slot set run_id = null where not $6 and run_id in (select id from moved))
      insert into run_event (run_id, attempt, event, detail, actor)
        select id, attempt, 'lose', $7, 'Deskhand' from moved returning id`,
    [
      of.runId,
      of.attempt,
      of.gatewayId,
      statesBefore('lose', 'uncertain'),
      json(error),
      loss.holdsMachine,
      error.message,
      of.linkNumber,
      loss.onlyPastExecution ?? false,
    ],
  );
  return rows.length === 1;
}

/**
 * Offer, acquire and start in one, as the journal says they happened. A higher attempt than the stored one proves that
 * the stored one was given back without having started, whatever state the backup shows it in; any other one does where
 * nothing shows that the stored one was started (`mayBeWaiting`). A gateway speaks for runs of its own cluster only.
 */
async function takeJournalState(
  pool: Pool,
  of: AttemptOf,
  journalId: string,
  isRunning: boolean,
): Promise<JournalStateTaken> {
  try {
    // It takes the run and then its cluster, a plan the other way round: where both wait for one another, one is tried again.
    return (await retried(() => moveToJournalState(pool, of, journalId, isRunning))) ? 'taken' : 'not-taken';
  } catch (error) {
    if (isUniqueViolation(error, 'run_one_per_user')) return 'in-the-way';
    throw error;
  }
}

async function moveToJournalState(pool: Pool, of: AttemptOf, journalId: string, isRunning: boolean): Promise<boolean> {
  const rows = await rowsOf(
    pool,
    `with ${fence(7).text}, moved as (
        update run set state = $6, phase = case when $6 = 'starting' then 'signingIn' end, attempt = $2, gateway_id = $3, journal_id = $4,
          offered_at = coalesce(offered_at, clock_timestamp()), acquired_at = clock_timestamp(), signing_in_at = clock_timestamp(),
          started_at = case when $6 = 'running' then clock_timestamp() end
        where id = $1 and (state = any($5) or (attempt < $2 and state = any($8))
            or (state = 'starting' and started_at is null and (attempt > $2 or gateway_id <> $3)))
          and cluster_id = (select cluster_id from gateway where id = $3) and ${fence(7).condition} returning id, attempt, cluster_id
      ), bumped as (
        update gateway_cluster k set queue_version = k.queue_version + 1 from moved where k.id = moved.cluster_id
      ) insert into run_event (run_id, attempt, event, detail, actor)
        select id, attempt, 'take-journal-state', 'The journal of its gateway was ahead of the database', 'Deskhand' from moved returning id`,
    [
      of.runId,
      of.attempt,
      of.gatewayId,
      journalId,
      ['queued', 'offered'],
      isRunning ? 'running' : 'starting',
      of.linkNumber,
      activeStates,
    ],
  );
  return rows.length === 1;
}
