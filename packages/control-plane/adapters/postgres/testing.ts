import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { prepareEmbedded } from './binaries.ts';
import { type Database, openDatabase } from './database.ts';
import { startEmbedded, type EmbeddedPostgres } from './embedded.ts';

/** The system's `nobody`: PostgreSQL never runs as root, so tests that do lend it this user. */
const NOBODY = { uid: 65_534, gid: 65_534 };
const TEMPLATE = 'deskhand_template';

interface TestServer {
  readonly folder: string;
  readonly postgres: EmbeddedPostgres;
}

let server: Promise<TestServer> | undefined;
let copies = 0;

export interface TestDatabase extends Database {
  readonly server: EmbeddedPostgres;
}

/**
 * A migrated, empty database of its own, copied from a template within milliseconds. One PostgreSQL serves a test file;
 * call `stopTestServer` in its `afterAll`.
 */
export async function withTestDatabase(connections?: number): Promise<TestDatabase> {
  server ??= startServer();
  const { postgres } = await server;
  copies += 1;
  const database = `test_${String(copies)}`;
  await administer(postgres, `create database ${database} template ${TEMPLATE}`);
  const opened = await openDatabase({
    url: urlOf(postgres, database),
    ...(connections === undefined ? {} : { connections }),
  });
  return { ...opened, server: postgres };
}

/** A data folder in a place that PostgreSQL's user can enter, and the options to start it with as whoever runs the test. */
export function testDataFolder(): {
  readonly dataFolder: string;
  readonly runAs?: { uid: number; gid: number };
  readonly authentication: 'trust';
} {
  const dataFolder = mkdtempSync(join(tmpdir(), 'dh-pg-'));
  if (process.getuid?.() !== 0) return { dataFolder, authentication: 'trust' };
  chownSync(dataFolder, NOBODY.uid, NOBODY.gid);
  mkdirSync(join(dataFolder, 'postgres'), { mode: 0o700 });
  prepareEmbedded(dataFolder, NOBODY.uid, NOBODY.gid);
  return { dataFolder, runAs: NOBODY, authentication: 'trust' };
}

async function startServer(): Promise<TestServer> {
  const options = testDataFolder();
  // Syncing to disk guards against power loss, which no test has; the copies of a file's databases cost much of it.
  const postgres = await startEmbedded({ ...options, settings: { max_connections: '100', fsync: 'off' } });
  await administer(postgres, `create database ${TEMPLATE}`);
  const template = await openDatabase({ url: urlOf(postgres, TEMPLATE) });
  await template.pool.end();
  return { folder: options.dataFolder, postgres };
}

export async function stopTestServer(): Promise<void> {
  if (server === undefined) return;
  const { folder, postgres } = await server;
  server = undefined;
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function administer(postgres: EmbeddedPostgres, sql: string): Promise<void> {
  const client = new pg.Client({ ...postgres.connection, database: 'postgres' });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function urlOf(postgres: EmbeddedPostgres, database: string): string {
  const { host, user } = postgres.connection;
  return `postgres://${user}@/${database}?host=${encodeURIComponent(host)}`;
}
