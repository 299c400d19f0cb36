import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Database } from '../database.ts';
import { type Queryable, rowOf, rowsOf } from '../query.ts';
import { BACKUP_MARK, type BackupHeader, type BackupManifest, type SchemaVersion, TABLE_END } from './backup-format.ts';

const LINE_FEED = 10;

export interface BackupWish {
  readonly connectionConfig: Database['connectionConfig'];
  /** Of this Deskhand. */
  readonly version: string;
  readonly out: NodeJS.WritableStream;
  readonly onTable: (name: string, rows: number) => void;
}

/** Everything of one moment, while the server goes on: one transaction that sees what was committed before it began. */
export async function writeBackup({ connectionConfig, version, out, onTable }: BackupWish): Promise<BackupManifest> {
  // A large table takes its time, and so may whoever reads the other end.
  const patient = { statement_timeout: 0, idle_in_transaction_session_timeout: 0, query_timeout: 0 };
  const client = new pg.Client({ ...connectionConfig, ...patient });
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const written = { manifest: undefined as BackupManifest | undefined };
    const text = textOf(client, version, onTable, (manifest) => {
      written.manifest = manifest;
    });
    await pipeline(Readable.from(text, { objectMode: false }), createGzip(), out);
    await client.query('commit');
    if (written.manifest === undefined) throw new Error('The backup has no manifest.');
    return written.manifest;
  } finally {
    await client.end();
  }
}

async function* textOf(
  client: pg.Client,
  version: string,
  onTable: BackupWish['onTable'],
  onManifest: (manifest: BackupManifest) => void,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const hashed = (piece: Buffer): Buffer => {
    hash.update(piece);
    return piece;
  };
  const line = (value: string): Buffer => hashed(Buffer.from(`${value}\n`));
  const header = await headerOf(client, version);
  yield line(BACKUP_MARK);
  yield line(JSON.stringify({ header }));
  const tables: Record<string, number> = {};
  for (const { name, columns } of await tablesOf(client)) {
    yield line(JSON.stringify({ table: name, columns }));
    let rows = 0;
    for await (const piece of copied(client, name, columns)) {
      rows += countOf(piece);
      yield hashed(piece);
    }
    yield line(TABLE_END);
    tables[name] = rows;
    onTable(name, rows);
  }
  const manifest = await manifestOf(client, header, tables);
  yield line(JSON.stringify({ manifest }));
  onManifest(manifest);
  yield Buffer.from(`sha256 ${hash.digest('hex')}\n`);
}

async function headerOf(client: Queryable, deskhand: string): Promise<BackupHeader> {
  const row = await rowOf<{ epoch: string; at: Date; postgres: string }>(
    client,
    `select epoch, now() as at, current_setting('server_version') as postgres from installation`,
  );
  if (row === undefined) throw new Error('This database was never used by Deskhand.');
  const schema = await rowsOf<SchemaVersion>(
    client,
    'select version, name, checksum from schema_migrations order by version',
  );
  return { deskhand, postgres: row.postgres, takenAt: row.at.toISOString(), epoch: row.epoch, schema };
}

/** Sequences are not part of what a transaction sees; read last, they are never below a number that was used. */
async function manifestOf(
  client: Queryable,
  { schema: _schema, ...header }: BackupHeader,
  tables: BackupManifest['tables'],
): Promise<BackupManifest> {
  const found = await rowsOf<{ name: string; value: number | null }>(
    client,
    'select sequencename as name, last_value as value from pg_sequences where schemaname = current_schema()',
  );
  const sequences = Object.fromEntries(found.flatMap(({ name, value }) => (value === null ? [] : [[name, value]])));
  return { ...header, commit: sequences['commit_counter'] ?? 0, tables, sequences };
}

interface TableToCopy {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Every table, those before it that it refers to. Unlogged ones hold nothing that outlives a crash, so none are kept. */
async function tablesOf(client: Queryable): Promise<readonly TableToCopy[]> {
  const tables = await rowsOf<TableToCopy>(
    client,
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relpersistence = 'p'
        and c.relname <> 'schema_migrations' group by c.relname order by c.relname`,
  );
  const references = await rowsOf<{ name: string; refers: string }>(
    client,
    `select t.relname as name, r.relname as refers from pg_constraint k join pg_class t on t.oid = k.conrelid
      join pg_class r on r.oid = k.confrelid
      where k.contype = 'f' and t.relnamespace = current_schema()::regnamespace and t.oid <> r.oid`,
  );
  return inOrder(
    tables,
    Map.groupBy(references, ({ name }) => name),
  );
}

function inOrder(
  tables: readonly TableToCopy[],
  references: ReadonlyMap<string, readonly { readonly refers: string }[]>,
): readonly TableToCopy[] {
  const ordered = new Map<string, TableToCopy>();
  let left = tables;
  while (left.length > 0) {
    const ready = left.filter(({ name }) => (references.get(name) ?? []).every(({ refers }) => ordered.has(refers)));
    if (ready.length === 0) throw new Error(`Tables refer to each other in a circle: ${left[0]?.name ?? ''}`);
    for (const table of ready) ordered.set(table.name, table);
    left = left.filter(({ name }) => !ordered.has(name));
  }
  return [...ordered.values()];
}

function copied(client: pg.Client, table: string, columns: readonly string[]): AsyncIterable<Buffer> {
  const list = columns.map((column) => client.escapeIdentifier(column)).join(', ');
  return client.query(copyTo(`copy ${client.escapeIdentifier(table)} (${list}) to stdout`));
}

function countOf(piece: Buffer): number {
  let count = 0;
  for (let at = piece.indexOf(LINE_FEED); at >= 0; at = piece.indexOf(LINE_FEED, at + 1)) count += 1;
  return count;
}
