import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { POSTGRES_MAJOR_MIN } from './binaries.ts';
import { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from './embedded.ts';
import { ended } from './ending.ts';
import { DatabaseFault, isUnreachable } from './fault.ts';
import { migrate } from './migrate.ts';

export const POOL_CONNECTIONS_DEFAULT = 10;
const STATEMENT_TIMEOUT_MS = 20_000;
/** PostgreSQL ends a statement itself; after that much longer the link to it is taken for dead. */
const QUERY_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
/** One migration, or the wait for another replica that migrates. */
const MIGRATION_TIMEOUT_MS = 3_600_000;
/** The operating system asks after a silent PostgreSQL, too. */
const KEEP_ALIVE_AFTER_MS = 10_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** How long a start waits for a database that is not there yet. */
export const REACH_TIMEOUT_MS = 10_000;
const RETRY_INTERVAL_MS = 200;

export type DatabaseSource = (EmbeddedOptions | { readonly url: string }) & {
  readonly connections?: number;
  readonly reachTimeoutMs?: number;
  readonly queryTimeoutMs?: number;
};

/** A database that answers, whatever its schema. */
export interface ConnectedDatabase {
  readonly pool: pg.Pool;
  /** For connections outside the pool, such as the one that listens. */
  readonly connectionConfig: pg.ClientConfig;
  /** `PostgreSQL 18.4, embedded` */
  readonly description: string;
  readonly embedded: EmbeddedPostgres | undefined;
  /** Closes every connection, and ends PostgreSQL when it is embedded. */
  close(): Promise<void>;
}

/** The one store of the control plane, migrated and ready. */
export type Database = ConnectedDatabase;

export async function openDatabase(source: DatabaseSource): Promise<Database> {
  const database = await connectDatabase(source);
  try {
    await migrate({ ...database.connectionConfig, query_timeout: MIGRATION_TIMEOUT_MS });
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Leaves the schema as it is: for a backup beside a server of another version, and for a restore. */
export async function connectDatabase(source: DatabaseSource): Promise<ConnectedDatabase> {
  const embedded = 'url' in source ? undefined : await startEmbedded(source);
  const target = 'url' in source ? { connectionString: source.url } : embedded?.connection;
  const connectionConfig: pg.ClientConfig = {
    ...target,
    types: { getTypeParser },
    application_name: 'deskhand',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    query_timeout: source.queryTimeoutMs ?? QUERY_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
  };
  const pool = new pg.Pool({ ...connectionConfig, max: source.connections ?? POOL_CONNECTIONS_DEFAULT });
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the program.
  pool.on('error', () => undefined);
  const close = async (): Promise<void> => {
    await ended(pool);
    await embedded?.stop();
  };
  try {
    const version = await reach(pool, source.reachTimeoutMs ?? REACH_TIMEOUT_MS);
    return {
      pool,
      connectionConfig,
      embedded,
      close,
      description: `PostgreSQL ${version}${embedded ? ', embedded' : ''}`,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Answers the version; refuses one that is too old. */
async function reach(pool: pg.Pool, timeoutMs: number): Promise<string> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      const { rows } = await pool.query<{ version: string; number: string }>(
        `select current_setting('server_version') as version, current_setting('server_version_num') as number`,
      );
      const { version = '', number = '0' } = rows[0] ?? {};
      if (Number(number) < POSTGRES_MAJOR_MIN * 10_000) throw new DatabaseFault('postgres-version', { found: version });
      return version.split(' ')[0] ?? version;
    } catch (error) {
      if (error instanceof DatabaseFault) throw error;
      if (!isUnreachable(error) || performance.now() > deadline) {
        const detail = error instanceof Error ? error.message : String(error);
        throw new DatabaseFault('postgres-unreachable', { detail }, error);
      }
      await wait(RETRY_INTERVAL_MS);
    }
  }
}

/** Counters and durations of this product stay far below 2^53, so a bigint is read as a number. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === pg.types.builtins.INT8) return Number;
  return pg.types.getTypeParser(oid, format) as (value: string) => unknown;
}
