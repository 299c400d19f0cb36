import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { ended } from './ending.ts';
import type { Queryable } from './query.ts';

export const MIGRATION_LOCK = 7_301_120_318;
const folder = join(import.meta.dirname, 'migrations');

/**
 * Brings the schema up to date: each numbered file once, in a transaction, under a lock that makes replicas wait for one
 * another. A file that was changed after it was applied stops the start, because nobody knows then what the schema is.
 */
export async function migrate(config: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(config);
  // What breaks it is told by the statement under way.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('set statement_timeout = 0');
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await createMigrationTable(client);
    const { rows } = await client.query<{ version: number; checksum: string }>(
      'select version, checksum from schema_migrations',
    );
    const applied = new Map(rows.map((row) => [row.version, row.checksum]));
    for (const migration of migrations) await apply(client, migration, applied.get(migration.version));
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  } finally {
    // The session's settings and, after an error, its lock end with the connection.
    await ended(client);
  }
}

export async function createMigrationTable(client: Queryable): Promise<void> {
  await client.query(
    'create table if not exists schema_migrations (version integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())',
  );
}

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

// Read when the program loads: started as root it soon gives up the right to read its own folder.
export const migrations = readMigrations();

function readMigrations(): readonly Migration[] {
  const names = readdirSync(folder).filter((name) => /^\d{4}-.*\.sql$/.test(name));
  const numbers = new Set(names.map((name) => name.slice(0, 4)));
  if (numbers.size !== names.length) throw new Error(`Two migrations have one number: ${names.join(', ')}`);
  return names.sort().map((name) => {
    const sql = readFileSync(join(folder, name), 'utf8');
    return { version: Number(name.slice(0, 4)), name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

async function apply(client: pg.Client, migration: Migration, checksum: string | undefined): Promise<void> {
  if (checksum === migration.checksum) return;
  if (checksum !== undefined) {
    throw new Error(`The migration ${migration.name} was changed after it had been applied to this database.`);
  }
  await client.query('begin');
  try {
    await applyMigration(client, migration);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** Within the caller's transaction. */
export async function applyMigration(client: Queryable, { version, name, sql, checksum }: Migration): Promise<void> {
  await client.query(sql);
  await client.query('insert into schema_migrations (version, name, checksum) values ($1, $2, $3)', [
    version,
    name,
    checksum,
  ]);
}
