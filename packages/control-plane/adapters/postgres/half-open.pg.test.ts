import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import type { Change } from '../../ports/changes.ts';
import { withTestDatabase } from '../../testing/test-database.ts';
import { openChangeFeed } from './change-feed.ts';
import { openDatabase } from './database.ts';
import { isUnreachable } from './fault.ts';
import { inTransaction } from './query.ts';

const QUERY_TIMEOUT_MS = 500;

/** A way to PostgreSQL on which nothing arrives any more, although no end of it knows: a cable that was pulled. */
async function stallingWay(socketPath: string) {
  let isStalled = false;
  const sockets = new Set<Socket>();
  const relay = (from: Socket, to: Socket): void => {
    from.on('data', (bytes) => {
      if (!isStalled) to.write(bytes);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      if (!isStalled) to.destroy();
    });
    sockets.add(from);
  };
  const server: Server = createServer({ allowHalfOpen: true }, (near) => {
    const far = createConnection({ path: socketPath, allowHalfOpen: true });
    relay(near, far);
    relay(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stall: () => {
      isStalled = true;
    },
    /** New connections get through; what was stalled stays lost. */
    mend: () => {
      isStalled = false;
      for (const socket of sockets) socket.removeAllListeners('data');
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

async function overStallingWay() {
  const direct = await withTestDatabase(2);
  const way = await stallingWay(`${direct.server.host}/.s.PGSQL.5432`);
  const { rows } = await direct.pool.query<{ name: string }>('select current_database() as name');
  const url = `postgres://${direct.server.user}@127.0.0.1:${way.port}/${rows[0]?.name}`;
  const database = await openDatabase({ url, queryTimeoutMs: QUERY_TIMEOUT_MS });
  const close = async (): Promise<void> => {
    await database.close();
    way.close();
    await direct.close();
  };
  return { direct, way, database, close };
}

test('a statement on a half-open link ends with the database told as away, and the next one takes another link', async () => {
  const { way, database, close } = await overStallingWay();
  await database.pool.query('select 1');
  way.stall();
  const fault: unknown = await database.pool.query('select 1').catch((error: unknown) => error);
  expect(isUnreachable(fault)).toBe(true);
  way.mend();
  expect((await database.pool.query('select 1')).rowCount).toBe(1);
  await close();
});

test('a transaction on a half-open link does not wait a second time to be rolled back', async () => {
  const { way, database, close } = await overStallingWay();
  let statements = (): unknown[] => [];
  const fault: unknown = await inTransaction(database.pool, async (client) => {
    const asked = vi.spyOn(client, 'query');
    statements = () => asked.mock.calls.map(([text]) => text);
    way.stall();
    await client.query('select 2');
  }).catch((error: unknown) => error);
  expect(isUnreachable(fault)).toBe(true);
  expect(statements()).toEqual(['select 2']);
  way.mend();
  expect((await database.pool.query('select 1')).rowCount).toBe(1);
  await close();
});

test('whoever listens for changes finds out that its link is half open, listens anew and says that it missed something', async () => {
  const { way, direct, database, close } = await overStallingWay();
  const heard: Change[] = [];
  const feed = await openChangeFeed(database, 100);
  feed.subscribe((change) => heard.push(change));
  way.stall();
  const other = await openChangeFeed(direct);
  other.publish({ kind: 'changed', what: 'settings', id: 'lost' });
  way.mend();
  await expect.poll(() => heard).toContainEqual({ kind: 'reload' });
  other.publish({ kind: 'changed', what: 'settings', id: 'heard' });
  await expect.poll(() => heard).toContainEqual({ kind: 'changed', what: 'settings', id: 'heard' });
  await feed.close();
  await other.close();
  await close();
});

test('a stop does not wait for the end of half-open links for ever', async () => {
  const { way, database, close } = await overStallingWay();
  await database.pool.query('select 1');
  way.stall();
  await close();
});
