import type { RunId } from '@deskhand/domain/brand.ts';
import type { Pool } from 'pg';
import type {
  AddedRun,
  IdempotencyKey,
  JudgedBy,
  NewRun,
  OfferAtOnce,
  RunEventRecord,
  RunRecord,
  RunStore,
  ScreenshotRecord,
  SubmitFacts,
} from '../../ports/runs.ts';
import type { AuditFact } from '../../ports/outcome.ts';
import { cancelRun, cancelRuns } from './cancel-runs.ts';
import { countRuns, findRuns, listRuns } from './find-runs.ts';
import { isRetryable, isUniqueViolation } from './fault.ts';
import { json } from './json.ts';
import { named } from './named.ts';
import { rowOf, rowsOf } from './query.ts';
import { readLog } from './run-log.ts';
import { type RunRow, runFromRow, selectRuns } from './run-row.ts';

const IDEMPOTENCY_KEY_HOURS = 24;

export function openRunStore(pool: Pool): RunStore {
  return {
    submitFacts: (question) => submitFacts(pool, question),
    add: (...given) => add(pool, ...given),
    byId: async (id) => first(await named<RunRow>(pool, 'run-by-id', `${selectRuns('run')} where r.id = $1`, [id])),
    byIds: async (ids) =>
      (await named<RunRow>(pool, 'runs-by-ids', `${selectRuns('run', 'listed')} where r.id = any($1)`, [ids])).map(
        runFromRow,
      ),
    list: (filter) => listRuns(pool, filter),
    find: (stretch) => findRuns(pool, stretch),
    count: (conditions) => countRuns(pool, conditions),
    log: (runId, window) => readLog(pool, runId, window),
    events: (runId) =>
      rowsOf<RunEventRecord>(
        pool,
        'select at, attempt, event, detail, actor from run_event where run_id = $1 order by id',
        [runId],
      ),
    screenshots: (runId) =>
      rowsOf<ScreenshotRecord>(
        pool,
        'select number, at, attempt, caption, octet_length(png) as bytes from run_screenshot where run_id = $1 order by number',
        [runId],
      ),
    screenshot: async (runId, number) =>
      (
        await rowOf<{ png: Buffer }>(pool, 'select png from run_screenshot where run_id = $1 and number = $2', [
          runId,
          number,
        ])
      )?.png,
    cancel: (runId, actor, audit) => cancelRun(pool, runId, actor, audit),
    cancelMany: (runIds, actor, audit) => cancelRuns(pool, runIds, actor, audit),
    countQueued: async (clusterId, limit) =>
      (
        await rowOf<{ count: number }>(
          pool,
          `select count(*)::int as count from (select 1 from run where cluster_id = $1 and state = 'queued' limit $2) waiting`,
          [clusterId, limit],
        )
      )?.count ?? 0,
  };
}

function first(rows: readonly RunRow[]): RunRecord | undefined {
  return rows[0] && runFromRow(rows[0]);
}

/** Everything but the key; both statements build it from the same text, so that what one read the other recognises. */
const factsOf = ({
  flow,
  version,
  connection,
}: {
  readonly flow: string;
  readonly version: string;
  readonly connection: string;
}): string => `
  select jsonb_build_object(
    'flow', (select jsonb_build_object('id', f.id, 'name', f.name, 'currentVersion', f.version, 'ownerId', f.owner_id,
        'coOwners', f.co_owners, 'users', f.users, 'version', v.version, 'inputs', v.inputs, 'problems', v.problems)
      from desktop_flow f join desktop_flow_version v on v.flow_id = f.id and v.version = coalesce(${version}, f.version)
      where f.id = ${flow} and f.deleted_at is null),
    'connection', (select jsonb_build_object('id', c.id, 'name', c.name, 'accountName', c.account_name, 'ownerId', c.owner_id,
        'sharedWith', c.shared_with, 'hasPassword', c.sealed_password is not null, 'machineUser', c.machine_user,
        'whenSessionBlocked', c.when_session_blocked)
      from connection c where c.id = ${connection} and c.deleted_at is null),
    'cluster', (select jsonb_build_object('id', k.id, 'name', k.name, 'ownerId', k.owner_id, 'ownerName', o.name,
        'sharedWith', k.shared_with, 'accountRule', k.account_rule, 'serviceAccounts', k.service_accounts,
        'startDeadlineMs', k.start_deadline_ms,
        'needsNoPassword', not exists (select 1 from gateway g
          where g.cluster_id = k.id and g.removed_at is null and g.session_host <> 'virtual'))
      from connection c join gateway_cluster k on k.id = c.cluster_id left join account o on o.id = k.owner_id
      where c.id = ${connection} and c.deleted_at is null)) as facts`;
const digestOfFacts = `encode(sha256(convert_to(facts::text, 'UTF8')), 'hex')`;

const submitFactsText = `
  select facts->'flow' as flow, facts->'connection' as connection, facts->'cluster' as cluster, ${digestOfFacts} as digest,
    (select jsonb_build_object('runId', i.run_id, 'bodyHash', encode(i.body_hash, 'hex')) from idempotency_key i
      where i.account_id = $4 and i.key = $5 and i.created_at > now() - make_interval(hours => ${String(IDEMPOTENCY_KEY_HOURS)})) as earlier
  from (${factsOf({ flow: '$1', version: '$2::int', connection: '$3' })}) now`;

async function submitFacts(pool: Pool, question: Parameters<RunStore['submitFacts']>[0]): Promise<SubmitFacts> {
  const { flowId, flowVersion, connectionId, accountId, key } = question;
  type Row = Omit<SubmitFacts, 'earlier'> & {
    readonly earlier: { readonly runId: RunId; readonly bodyHash: string } | null;
  };
  const [row] = await named<Row>(pool, 'submit-facts', submitFactsText, [
    flowId,
    flowVersion,
    connectionId,
    accountId,
    key,
  ]);
  if (row === undefined) throw new Error('A select without a table answers one row.');
  const earlier = row.earlier && { runId: row.earlier.runId, bodyHash: Buffer.from(row.earlier.bodyHash, 'hex') };
  return { ...row, earlier };
}

/**
 * One statement: the key decides between two submits of the same moment, and nothing is added for the later one, nor when
 * flow, connection or cluster are no longer what the submission was judged by. `$20` is the version that was asked for.
 * Flow and connection are locked as foreign keys lock them, only sooner: whoever removes one or changes what its waiting
 * runs follow locks it fully first, so a run of the same moment is either seen there or sees the change. A run that
 * overtakes others raises the queue's version, so that no plan made without it is committed after it was acknowledged.
 */
const addText = (offer: 'queued' | 'offered-at-once'): string => `
  with judged as (
    select 1 from (${factsOf({ flow: '$2', version: '$20::int', connection: '$4' })}) now where ${digestOfFacts} = $19
  ), locked as (
    select c.* from connection c, desktop_flow f, judged
    where c.id = $4 and f.id = $2 and c.deleted_at is null and f.deleted_at is null for key share of c, f
  ), key as (
    insert into idempotency_key as i (account_id, key, body_hash, run_id)
    select $6, $11::text, $12::bytea, $1 from locked where $11::text is not null
    on conflict (account_id, key) do update set body_hash = excluded.body_hash, run_id = excluded.run_id, created_at = now()
      where i.created_at <= now() - make_interval(hours => ${String(IDEMPOTENCY_KEY_HOURS)})
    returning 1
  ), fit as (
    select 1 from locked where $11::text is null or exists (select 1 from key)
  ), ${offer === 'queued' ? queuedAtFirst : offeredAtOnce}, added as (
    insert into run (id, flow_id, flow_version, connection_id, cluster_id, submitted_by, mode, priority, state, machine_user,
      when_session_blocked, inputs, requested_at, start_deadline_at, execution_timeout_ms, resubmit_of, attempt, gateway_id, offered_at)
    select $1, $2, $3, c.id, c.cluster_id, $6, $5, $7, coalesce(o.state, 'queued'), c.machine_user, c.when_session_blocked, $8::jsonb,
      now(), now() + make_interval(secs => $9::float8 / 1000), $10, $13, coalesce(o.attempt, 0), o.gateway_id, o.offered_at
    from fit, locked c left join offer o on true
    returning id, request_number, requested_at, start_deadline_at, offered_at, attempt, gateway_id
  ), overtaking as (
    update gateway_cluster set queue_version = queue_version + 1
    where $7::text = 'high' and id in (select l.cluster_id from locked l, fit) and not exists (select 1 from offer)
  ), event as (
    insert into run_event (run_id, attempt, event, detail, actor)
    select id, 0, 'submit', 'Submitted', $14 from added
    union all
    select a.id, a.attempt, 'offer', 'Offered to ' || g.name, 'Deskhand' from added a join gateway g on g.id = a.gateway_id
  ), audit as (
    insert into audit_log (actor, verb, object, detail, origin) select $14, $15, $16, $17::jsonb, $18 from added
  )
  select request_number, requested_at, start_deadline_at, offered_at from added`;

const queuedAtFirst = `offer as (
    select null::text as state, null::int as attempt, null::text as gateway_id, null::timestamptz as offered_at where false
  )`;

/** The cluster's row and its version decide, as in every plan; `$21` is the cluster, `$22` the version and `$23` the gateway. */
const offeredAtOnce = `offer as (
    update gateway_cluster set queue_version = queue_version + 1
    where id = $21 and queue_version = $22 and exists (select 1 from fit)
      and not exists (select 1 from run where cluster_id = $21 and state = 'queued')
      and not exists (select 1 from installation where settings->>'unattendedAddOns' is not null)
    returning 'offered' as state, 1 as attempt, $23::text as gateway_id, clock_timestamp() as offered_at
  )`;

const addQueuedText = addText('queued');
const addOfferedText = addText('offered-at-once');

interface AddedRow {
  readonly request_number: number;
  readonly requested_at: Date;
  readonly start_deadline_at: Date;
  readonly offered_at: Date | null;
}

async function add(
  pool: Pool,
  run: NewRun,
  judgedBy: JudgedBy,
  key: IdempotencyKey | null,
  actor: string,
  audit: AuditFact,
  offer: OfferAtOnce | null,
): Promise<AddedRun | 'judge-again'> {
  const values = [
    run.id,
    run.flowId,
    run.flowVersion,
    run.connectionId,
    run.mode,
    run.submittedBy,
    run.priority,
    json(run.inputs),
    run.startDeadlineMs,
    run.executionTimeoutMs,
    key?.key ?? null,
    key?.bodyHash ?? null,
    run.resubmitOf,
    actor,
    audit.verb,
    audit.object,
    JSON.stringify(audit.detail),
    audit.origin,
    judgedBy.digest,
    judgedBy.flowVersion,
  ];
  const rows =
    (offer && (await addOffered(pool, values, offer))) ?? (await named(pool, 'add-run', addQueuedText, values));
  const [row] = rows as readonly AddedRow[];
  return row === undefined ? 'judge-again' : addedFromRow(row);
}

/** Undefined when a constraint held where the plan was made from something that is no longer so. */
async function addOffered(
  pool: Pool,
  values: readonly unknown[],
  { clusterId, version, gatewayId }: OfferAtOnce,
): Promise<readonly AddedRow[] | undefined> {
  try {
    return await named<AddedRow>(pool, 'add-offered-run', addOfferedText, [...values, clusterId, version, gatewayId]);
  } catch (error) {
    if (isUniqueViolation(error, 'run_one_per_user') || isRetryable(error)) return undefined;
    throw error;
  }
}

function addedFromRow(row: AddedRow): AddedRun {
  return {
    requestNumber: row.request_number,
    requestedAt: row.requested_at,
    startDeadlineAt: row.start_deadline_at,
    offeredAt: row.offered_at,
  };
}
