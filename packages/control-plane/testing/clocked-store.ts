import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { openAccountStore } from '../adapters/postgres/accounts.ts';
import { openAuditReader } from '../adapters/postgres/audit.ts';
import { openClusterStore } from '../adapters/postgres/clusters.ts';
import { openConnectionStore } from '../adapters/postgres/connections.ts';
import { type Database, openDatabase } from '../adapters/postgres/database.ts';
import { openDecisionStore } from '../adapters/postgres/decisions.ts';
import { openFlowStore } from '../adapters/postgres/flows.ts';
import { openGatewayLinkStore } from '../adapters/postgres/gateway-links.ts';
import { ensureInstallation, openInstallationStore } from '../adapters/postgres/installation.ts';
import { openJoinStore } from '../adapters/postgres/joining.ts';
import { openOverviewStore } from '../adapters/postgres/overview.ts';
import { openLiveViewStore } from '../adapters/postgres/live-view.ts';
import { openMachineCheckStore } from '../adapters/postgres/machine-checks.ts';
import { openPreflightStore } from '../adapters/postgres/preflights.ts';
import { openSickMemberStore } from '../adapters/postgres/sick-members.ts';
import { openRecoveryStore } from '../adapters/postgres/recovery.ts';
import { openReplicaStore, openTurnStore, type PostgresReplicaStore } from '../adapters/postgres/replicas.ts';
import { openRunQueueStore } from '../adapters/postgres/run-queue.ts';
import { openRunStore } from '../adapters/postgres/runs.ts';
import { openPredictionStore } from '../adapters/postgres/predictions.ts';
import { openRunHistoryStore } from '../adapters/postgres/run-history.ts';
import { openSessionQuestionStore } from '../adapters/postgres/session-questions.ts';
import { openDeadlineStore, openRetentionStore } from '../adapters/postgres/sweeps.ts';
import type { ReplicaStore } from '../ports/replicas.ts';
import type { RealStore } from '../ports/store.contract.ts';
import type { AllStores } from '../ports/store-contract/context.contract.ts';

const BLOCKED_POLL_MS = 1;
/** An act that has neither ended nor come to a held row by then is not waited for: it goes on beside the others. */
const BLOCKED_WAIT_MAX_MS = 2_000;

export interface ClockedStore extends RealStore {
  readonly database: Database;
  close(): Promise<void>;
}

/**
 * The store of an empty PostgreSQL database whose clock is set by hand: the functions that tell the time are found in a
 * schema of their own before PostgreSQL's, by statements and by the columns' defaults alike.
 */
export async function openClockedStore(url: string): Promise<ClockedStore> {
  await prepareClock(url);
  const database = await openDatabase({ url });
  const replicas = openReplicas(database);
  const stores = openAllStores(database, replicas);
  const hold = new pg.Client(database.connectionConfig);
  await hold.connect();
  const setClock = async (nowMs: number): Promise<void> => {
    await database.pool.query('update clock.hands set at = to_timestamp($1::float8 / 1000)', [nowMs]);
  };
  return {
    database,
    stores,
    setClock,
    begin: async (nowMs) => {
      await database.pool.query(await emptyText(database));
      await ensureInstallation(database.pool);
      await database.pool.query(`update installation set epoch = 'epoch'`);
      await setClock(nowMs);
    },
    save: () => save(database),
    together: (acts) => together(hold, acts),
    close: async () => {
      await replicas.close();
      await hold.end();
      await database.close();
    },
  };
}

async function prepareClock(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`
    do $$ begin
      execute format('alter database %I set search_path = public, clock, pg_catalog', current_database());
    end $$;
    create schema clock;
    create table clock.hands (at timestamptz not null);
    insert into clock.hands values (to_timestamp(0));
    create function clock.now() returns timestamptz language sql stable as 'select at from clock.hands';
    create function clock.clock_timestamp() returns timestamptz language sql volatile as 'select at from clock.hands'`);
  await client.end();
}

function openAllStores(database: Database, replicas: ReplicaStore): AllStores {
  const { pool } = database;
  return {
    accounts: openAccountStore(pool),
    installation: openInstallationStore(pool),
    audit: openAuditReader(pool),
    overview: openOverviewStore(pool),
    clusters: openClusterStore(pool),
    connections: openConnectionStore(pool),
    flows: openFlowStore(pool),
    runs: openRunStore(pool),
    queue: openRunQueueStore(pool),
    predictions: openPredictionStore(pool),
    decisions: openDecisionStore(pool),
    history: openRunHistoryStore(pool),
    links: openGatewayLinkStore(pool),
    deadlines: openDeadlineStore(pool),
    retention: openRetentionStore(pool),
    joins: openJoinStore(pool),
    checks: openMachineCheckStore(pool),
    liveView: openLiveViewStore(pool),
    preflights: openPreflightStore(pool),
    sickMembers: openSickMemberStore(pool),
    questions: openSessionQuestionStore(pool),
    recovery: openRecoveryStore(pool),
    turns: openTurnStore(database),
    replicas,
  };
}

/** Each server has a store of its own, with the connection that stands for its life. */
function openReplicas(database: Database): PostgresReplicaStore {
  const stores = new Map<string, PostgresReplicaStore>();
  const of = (replica: string): PostgresReplicaStore => {
    const store = stores.get(replica) ?? openReplicaStore(database);
    stores.set(replica, store);
    return store;
  };
  return {
    join: (replica) => of(replica).join(replica),
    beat: (replica) => of(replica).beat(replica),
    forgetDead: (replica, limits) => of(replica).forgetDead(replica, limits),
    leave: (replica) => of(replica).leave(replica),
    close: async () => void (await Promise.all([...stores.values()].map((store) => store.close()))),
  };
}

/** Every table but the list of migrations, those first that others refer to. */
async function tablesOf({ pool }: Database): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'schema_migrations' order by oid`,
  );
  return rows.map(({ name }) => pg.escapeIdentifier(name));
}

async function sequencesOf({ pool }: Database) {
  const { rows } = await pool.query<{ name: string; last: number | null }>(
    `select sequencename as name, last_value as last from pg_sequences where schemaname = 'public'`,
  );
  return rows;
}

async function emptyText(database: Database): Promise<string> {
  const sequences = (await sequencesOf(database)).map(({ name }) => `alter sequence ${name} restart`);
  return [`truncate ${(await tablesOf(database)).join(', ')}`, ...sequences].join('; ');
}

/** Keeps a copy of every table beside it. */
async function save(database: Database): Promise<() => Promise<void>> {
  const tables = await tablesOf(database);
  const copies = tables.map((table) => `create table saved.${table} as table public.${table}`);
  await database.pool.query(['drop schema if exists saved cascade', 'create schema saved', ...copies].join('; '));
  const inserts = tables.map(
    (table) => `insert into public.${table} overriding system value select * from saved.${table}`,
  );
  const sequences = (await sequencesOf(database)).map(({ name, last }) =>
    last === null ? `alter sequence ${name} restart` : `select setval('${name}', ${String(last)})`,
  );
  const text = [`truncate ${tables.join(', ')}`, ...inserts, ...sequences].join('; ');
  return async () => void (await database.pool.query(text));
}

/**
 * Holds back the rows that changes of the queue, of runs and of gateways lock, until each act has ended or waits for one:
 * then all of them have read what was there before, and go on at the same moment.
 */
async function together(hold: pg.Client, acts: readonly (() => Promise<unknown>)[]): Promise<readonly unknown[]> {
  await hold.query(`begin;
    select 1 from gateway_cluster for update; select 1 from run for update; select 1 from gateway for update`);
  let ended = 0;
  const begun: Promise<unknown>[] = [];
  for (const act of acts) {
    begun.push(act().finally(() => (ended += 1)));
    await untilBlocked(hold, () => begun.length - ended);
  }
  await hold.query('rollback');
  return await Promise.all(begun);
}

async function untilBlocked(hold: pg.Client, countOpen: () => number): Promise<void> {
  const giveUpAt = performance.now() + BLOCKED_WAIT_MAX_MS;
  while (countOpen() > 0 && performance.now() < giveUpAt) {
    const { rows } = await hold.query<{ blocked: number }>(
      `select count(distinct pid)::int as blocked from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if ((rows[0]?.blocked ?? 0) >= countOpen()) return;
    await pause(BLOCKED_POLL_MS);
  }
}
