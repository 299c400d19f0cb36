import { readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../adapters/postgres/database.ts';
import { type EmbeddedPostgres, startEmbedded } from '../adapters/postgres/embedded.ts';
import { guardPostgres } from './guard-postgres.ts';
import { administer, testDataFolder } from './test-database.ts';

const TEMPLATE = 'deskhand_template';
const MEMORY_FOLDER = '/dev/shm';
const MEMORY_FREE_BYTES_MIN = 2_000_000_000;

/** Syncing to disk guards against power loss, which no test has; one cluster serves several files at a time. */
const settings = { max_connections: '200', fsync: 'off', full_page_writes: 'off', autovacuum: 'off' };

/**
 * One PostgreSQL for all files of a test run, with a migrated database to copy. It ends with the run, also with one
 * that is interrupted or killed.
 */
export default async function startSharedPostgres(project: TestProject): Promise<() => Promise<void>> {
  const options = testDataFolder(testFolder());
  const guard = guardPostgres(options.dataFolder);
  const postgres = await startEmbedded({ ...options, settings });
  await makeTemplate(postgres);
  project.provide('testServer', { ...postgres.connection, template: TEMPLATE });
  return async () => {
    await postgres.stop();
    await guard.end();
  };
}

/** Memory where there is enough of it and programs may run from it, because a disk makes each copy several times slower. */
function testFolder(): string {
  try {
    const mount = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .find(([, place]) => place === MEMORY_FOLDER);
    const { bavail, bsize } = statfsSync(MEMORY_FOLDER);
    const fits = mount?.[2] === 'tmpfs' && !mount[3]?.split(',').includes('noexec');
    return fits && bavail * bsize >= MEMORY_FREE_BYTES_MIN ? MEMORY_FOLDER : tmpdir();
  } catch {
    return tmpdir();
  }
}

async function makeTemplate({ connection }: EmbeddedPostgres): Promise<void> {
  await administer(connection, `create database ${TEMPLATE}`);
  const { host, user } = connection;
  const template = await openDatabase({ url: `postgres://${user}@/${TEMPLATE}?host=${encodeURIComponent(host)}` });
  await template.close();
}
