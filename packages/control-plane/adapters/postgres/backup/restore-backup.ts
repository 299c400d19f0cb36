import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { writeAudit } from '../audit.ts';
import type { ConnectedDatabase } from '../database.ts';
import { DatabaseFault } from '../fault.ts';
import { newEpoch } from '../installation.ts';
import { applyMigration, createMigrationTable, MIGRATION_LOCK, migrations } from '../migrate.ts';
import { rowOf, rowsOf } from '../query.ts';
import { beginRecovery } from '../recovery.ts';
import { type BackupHeader, type BackupManifest, type BackupPart, readBackup } from './backup-format.ts';

/** Rows that go to PostgreSQL in one piece. */
const PIECE_BYTES = 65_536;
const OTHERS_LEAVE_MAX_MS = 3_000;
const LOOK_INTERVAL_MS = 50;

/** Reads the file to its end and believes nothing before its checksum; touches no database. */
export async function checkBackup(source: NodeJS.ReadableStream): Promise<BackupManifest> {
  let manifest: BackupManifest | undefined;
  for await (const part of readBackup(source)) {
    if (part.kind === 'header') assertKnown(part.header);
    if (part.kind === 'manifest') manifest = part.manifest;
  }
  if (manifest === undefined) throw new DatabaseFault('backup-damaged', { detail: 'its end is missing' });
  return manifest;
}

export interface RestoreWish {
  readonly database: ConnectedDatabase;
  /** Opens the file from its beginning. */
  readonly open: () => NodeJS.ReadableStream;
  /** What the database holds now may go. */
  readonly replaces: boolean;
  readonly onTable: (name: string) => void;
}

/**
 * The database becomes what it was, in one transaction: until its commit everything is as before. Afterwards it has a new
 * epoch, and every gateway's journal is awaited before anything is offered again (DESIGN §7.6).
 */
export async function restoreBackup({ database, open, replaces, onTable }: RestoreWish): Promise<BackupManifest> {
  const client = await database.pool.connect();
  try {
    await client.query('set statement_timeout = 0');
    await client.query('set idle_in_transaction_session_timeout = 0');
    // Held against a server that starts meanwhile: it waits here before it looks at any table.
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await assertUnused(client);
    if (!replaces) await assertEmpty(client);
    // The whole file is read before anything is touched.
    await checkBackup(open());
    await client.query('begin');
    const manifest = await rebuild(client, open(), onTable);
    await client.query('commit');
    return manifest;
  } finally {
    // Rolls back what was not committed, and lets go of the lock.
    client.release(true);
  }
}

/** A server that is at work would go on with what it remembers of the old database; one that was just ended is leaving. */
async function assertUnused(client: pg.PoolClient): Promise<void> {
  const deadline = performance.now() + OTHERS_LEAVE_MAX_MS;
  for (;;) {
    const row = await rowOf<{ others: number }>(
      client,
      `select count(*)::int as others from pg_stat_activity
        where datname = current_database() and application_name like 'deskhand%' and pid <> pg_backend_pid()`,
    );
    if ((row?.others ?? 0) === 0) return;
    if (performance.now() > deadline) throw new DatabaseFault('restore-server-running', {});
    await wait(LOOK_INTERVAL_MS);
  }
}

async function assertEmpty(client: pg.PoolClient): Promise<void> {
  const tables = await rowsOf<{ name: string }>(client, ours('r'));
  if (!tables.some(({ name }) => name === 'account' || name === 'run')) return;
  const row = await rowOf<{ accounts: number; runs: number }>(
    client,
    'select (select count(*) from account) as accounts, (select count(*) from run) as runs',
  );
  const { accounts = 0, runs = 0 } = row ?? {};
  if (accounts + runs > 0) throw new DatabaseFault('restore-not-empty', { accounts, runs });
}

/** Tables, or sequences that stand for themselves; what belongs to an extension is none of ours. */
const ours = (kind: 'r' | 'S'): string => `select c.relname as name from pg_class c
  where c.relnamespace = current_schema()::regnamespace and c.relkind = '${kind}' and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')`;

async function rebuild(
  client: pg.PoolClient,
  source: NodeJS.ReadableStream,
  onTable: RestoreWish['onTable'],
): Promise<BackupManifest> {
  for (const { name } of await rowsOf<{ name: string }>(client, ours('r')))
    await client.query(`drop table ${client.escapeIdentifier(name)} cascade`);
  for (const { name } of await rowsOf<{ name: string }>(client, ours('S')))
    await client.query(`drop sequence ${client.escapeIdentifier(name)} cascade`);
  const parts = readBackup(source);
  let header: BackupHeader | undefined;
  let manifest: BackupManifest | undefined;
  for await (const part of parts) {
    if (part.kind === 'header') {
      header = part.header;
      await migrateTo(client, part.header.schema.at(-1)?.version ?? 0);
    } else if (part.kind === 'table') {
      await fill(client, part, parts);
      onTable(part.name);
    } else if (part.kind === 'manifest') manifest = part.manifest;
  }
  if (header === undefined || manifest === undefined) throw new Error('A checked backup has changed meanwhile.');
  for (const [name, value] of Object.entries(manifest.sequences))
    await client.query('select setval($1::regclass, $2)', [client.escapeIdentifier(name), value]);
  await migrateTo(client, Number.POSITIVE_INFINITY);
  await afterRestore(client, manifest);
  return manifest;
}

/** A backup of an older Deskhand is filled into the schema of its time, and then brought up to date. */
async function migrateTo(client: pg.PoolClient, version: number): Promise<void> {
  await createMigrationTable(client);
  const row = await rowOf<{ done: number | null }>(client, 'select max(version) as done from schema_migrations');
  for (const migration of migrations)
    if (migration.version > (row?.done ?? 0) && migration.version <= version) await applyMigration(client, migration);
}

async function fill(
  client: pg.PoolClient,
  { name, columns }: Extract<BackupPart, { kind: 'table' }>,
  parts: AsyncGenerator<BackupPart>,
): Promise<void> {
  const list = columns.map((column) => client.escapeIdentifier(column)).join(', ');
  await client.query(`delete from ${client.escapeIdentifier(name)}`);
  const into = client.query(copyFrom(`copy ${client.escapeIdentifier(name)} (${list}) from stdin`));
  const done = finished(into);
  // It is awaited below; a fault before that must not end the program.
  done.catch(() => undefined);
  let piece: Buffer[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    if (bytes > 0 && !into.write(Buffer.concat(piece))) await Promise.race([once(into, 'drain'), done]);
    [piece, bytes] = [[], 0];
  };
  for (let next = await parts.next(); !next.done && next.value.kind === 'row'; next = await parts.next()) {
    piece.push(next.value.line);
    bytes += next.value.line.length;
    if (bytes >= PIECE_BYTES) await flush();
  }
  await flush();
  into.end();
  await done;
}

async function afterRestore(client: pg.PoolClient, { takenAt, deskhand }: BackupManifest): Promise<void> {
  // Sign-ins that were ended since the backup must not live again, and no server holds a link.
  await client.query('delete from sign_in');
  await client.query('update gateway set linked_to = null');
  await beginRecovery(client, { because: 'restored', backupTakenAt: takenAt, shownBy: null }, newEpoch());
  const detail = { backupTakenAt: takenAt, madeBy: deskhand };
  await writeAudit(client, {
    actor: 'at the machine',
    verb: 'restore',
    object: 'installation',
    detail,
    origin: 'machine',
  });
}

function assertKnown({ schema, deskhand }: BackupHeader): void {
  for (const { version, name, checksum } of schema) {
    const known = migrations.find((one) => one.version === version);
    if (known?.checksum !== checksum) throw new DatabaseFault('backup-newer', { deskhand, name });
  }
}
