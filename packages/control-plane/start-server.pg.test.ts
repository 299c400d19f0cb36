import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { ServerConfig } from './config.ts';
import type { Prepared } from './prepare-start.ts';
import { startServer } from './start-server.ts';
import { withTestDatabase } from './testing/test-database.ts';

const prepared: Prepared = { portal: new Map(), helloDesktop: '', statusPage: '', version: '1', tls: undefined };

async function configOver(database: Awaited<ReturnType<typeof withTestDatabase>>, port = 0): Promise<ServerConfig> {
  const { rows } = await database.pool.query<{ name: string }>('select current_database() as name');
  const { host, user } = database.server;
  return {
    command: 'serve',
    host: '127.0.0.1',
    port,
    dataFolder: '/nonexistent',
    databaseUrl: `postgres://${user}@/${rows[0]?.name}?host=${encodeURIComponent(host)}`,
    certificate: undefined,
    isControlled: false,
    email: undefined,
    checksOnly: false,
    replaces: false,
    summaryTo: undefined,
    trustedProxies: [],
  };
}

/** Connections of the server under test: all but the test's own pool, which is one here. */
const others = async ({ pool }: Awaited<ReturnType<typeof withTestDatabase>>): Promise<number> => {
  const { rows } = await pool.query<{ count: number }>(
    'select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  return rows[0]?.count ?? 0;
};

test('a start that fails after the database was opened leaves no connection to it', async () => {
  const database = await withTestDatabase(1);
  const broken = {
    ...prepared,
    get portal(): never {
      throw new Error('The portal cannot be read.');
    },
  };
  await expect(startServer(await configOver(database), broken, undefined)).rejects.toThrow(
    'The portal cannot be read.',
  );
  await expect.poll(() => others(database)).toBe(0);
  await database.close();
});

test('a start that finds its port taken leaves no connection and is no living server', async () => {
  const database = await withTestDatabase(1);
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const config = await configOver(database, (taken.address() as AddressInfo).port);
  await expect(startServer(config, prepared, undefined)).rejects.toMatchObject({ code: 'port-taken' });
  await expect.poll(() => others(database)).toBe(0);
  expect((await database.pool.query('select 1 from replica')).rowCount).toBe(0);
  taken.close();
  await database.close();
});
