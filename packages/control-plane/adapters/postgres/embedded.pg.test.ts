import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import { testDataFolder } from '../../testing/test-database.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function open(options = testDataFolder()): Promise<{ database: Database; options: typeof options }> {
  const database = await openDatabase(options);
  return { database, options };
}

function removedAfterwards(options: ReturnType<typeof testDataFolder>): void {
  cleanUps.push(() => rmSync(options.dataFolder, { recursive: true, force: true }));
}

test('the first start makes the cluster and the schema; the second one finds what was written', async () => {
  const { database, options } = await open();
  removedAfterwards(options);
  await database.pool.query(`insert into installation (epoch) values ('e1')`);
  await database.close();
  const second = await openDatabase(options);
  cleanUps.push(() => second.close());
  expect((await second.pool.query('select epoch from installation')).rows).toEqual([{ epoch: 'e1' }]);
  expect(second.description).toMatch(/^PostgreSQL \d+\.\d+, embedded$/);
});

test('it listens on no network address, in a folder that only its user can enter', async () => {
  const { database, options } = await open();
  removedAfterwards(options);
  cleanUps.push(() => database.close());
  expect((await database.pool.query('show listen_addresses')).rows).toEqual([{ listen_addresses: '' }]);
  expect((await database.pool.query('show data_checksums')).rows).toEqual([{ data_checksums: 'on' }]);
  expect((await database.pool.query('show fsync')).rows).toEqual([{ fsync: 'on' }]);
  const socketFolder = database.embedded?.connection.host ?? '';
  expect(statSync(socketFolder).mode & 0o777).toBe(0o700);
});

test('a start attaches to a PostgreSQL that outlived its Deskhand', async () => {
  const options = testDataFolder();
  removedAfterwards(options);
  const pid = orphanedPostmaster(options);
  const attached = await openDatabase(options);
  expect(attached.embedded?.postmasterPid()).toBe(pid);
  await attached.close();
  expect(attached.embedded?.postmasterPid()).toBeUndefined();
});

/** Of a program that ended without a word to its PostgreSQL. */
function orphanedPostmaster(options: ReturnType<typeof testDataFolder>): number {
  const program = `import { openDatabase } from ${JSON.stringify(import.meta.resolve('./database.ts'))};
    const { embedded } = await openDatabase(${JSON.stringify(options)});
    process.stdout.write(String(embedded.postmasterPid()), () => process.exit());`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

test('a killed postmaster is started again and loses nothing that was acknowledged', async () => {
  const { database, options } = await open();
  removedAfterwards(options);
  cleanUps.push(() => database.close());
  await database.pool.query(`insert into installation (epoch) values ('kept')`);
  process.kill(Number(database.embedded?.postmasterPid()), 'SIGKILL');
  const rows = await vi.waitFor(async () => (await database.pool.query('select epoch from installation')).rows, {
    timeout: 20_000,
    interval: 50,
  });
  expect(rows).toEqual([{ epoch: 'kept' }]);
});

test('a database that cannot be reached is named in one sentence with its code', async () => {
  const url = 'postgres://nobody@127.0.0.1:1/none';
  await expect(openDatabase({ url, reachTimeoutMs: 0 })).rejects.toMatchObject({ code: 'postgres-unreachable' });
});

test('a folder that cannot be written is named in one sentence with its code', async () => {
  const options = testDataFolder();
  removedAfterwards(options);
  await expect(openDatabase({ ...options, dataFolder: '/proc/nowhere' })).rejects.toMatchObject({
    code: 'data-folder-not-writable',
  });
});

test('a migration that was changed after it was applied stops the start', async () => {
  const { database, options } = await open();
  removedAfterwards(options);
  await database.pool.query(`update schema_migrations set checksum = 'other' where version = 1`);
  await database.close();
  await expect(openDatabase(options)).rejects.toThrow(/0001-founding.sql was changed/);
  expect(readFileSync(join(options.dataFolder, 'postgres/postgres.log'), 'utf8')).toContain('shut down');
});
