import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { prepareEmbedded } from '../adapters/postgres/binaries.ts';
import { type Database, openDatabase } from '../adapters/postgres/database.ts';
import type { EmbeddedPostgres } from '../adapters/postgres/embedded.ts';

/** The system's `nobody`: PostgreSQL never runs as root, so tests that do lend it this user. */
const NOBODY = { uid: 65_534, gid: 65_534 };

type Entrance = Pick<EmbeddedPostgres['connection'], 'host' | 'user'>;

/** Of the one PostgreSQL that `shared-postgres.ts` starts for all files of a test run. */
export interface TestServer extends Entrance {
  /** The migrated, empty database that every test's own one is copied from. */
  readonly template: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    testServer: TestServer;
  }
}

export interface TestDatabase extends Database {
  /** The folder of the socket, and who may enter by it. */
  readonly server: Entrance;
}

/** A migrated, empty database of its own, copied from a template within milliseconds and dropped when it is closed. */
export async function withTestDatabase(connections?: number): Promise<TestDatabase> {
  const server = inject('testServer');
  const name = `test_${randomBytes(6).toString('hex')}`;
  // Files are copied faster than pages are logged, because the template is small and nothing is synced to disk.
  await administer(server, `create database ${name} template ${server.template} strategy file_copy`);
  const opened = await openDatabase({
    url: `postgres://${server.user}@/${name}?host=${encodeURIComponent(server.host)}`,
    ...(connections === undefined ? {} : { connections }),
  });
  const close = async (): Promise<void> => {
    await opened.close();
    await administer(server, `drop database ${name} with (force)`);
  };
  return { ...opened, close, server };
}

/** For tests that stop PostgreSQL or ask what survives: one of their own, as safe and as slow as a real one. */
export async function withOwnPostgres(): Promise<TestDatabase & { readonly postmasterPid: () => number | undefined }> {
  const options = testDataFolder();
  const database = await openDatabase(options);
  const { embedded } = database;
  if (embedded === undefined) throw new Error('The database is not embedded.');
  const close = async (): Promise<void> => {
    await database.close();
    rmSync(options.dataFolder, { recursive: true, force: true });
  };
  return { ...database, close, server: embedded.connection, postmasterPid: embedded.postmasterPid };
}

/** A data folder in a place that PostgreSQL's user can enter, and the options to start it with as whoever runs the test. */
export function testDataFolder(parent = tmpdir()): {
  readonly dataFolder: string;
  readonly runAs?: { uid: number; gid: number };
  readonly authentication: 'trust';
} {
  const dataFolder = mkdtempSync(join(parent, 'dh-pg-'));
  if (process.getuid?.() !== 0) return { dataFolder, authentication: 'trust' };
  chownSync(dataFolder, NOBODY.uid, NOBODY.gid);
  mkdirSync(join(dataFolder, 'postgres'), { mode: 0o700 });
  prepareEmbedded(dataFolder, NOBODY.uid, NOBODY.gid);
  return { dataFolder, runAs: NOBODY, authentication: 'trust' };
}

export async function administer(server: Entrance, sql: string): Promise<void> {
  const client = new pg.Client({ host: server.host, user: server.user, database: 'postgres' });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
