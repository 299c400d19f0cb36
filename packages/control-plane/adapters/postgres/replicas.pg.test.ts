import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openReplicaStore, openTurnStore, type PostgresReplicaStore } from './replicas.ts';
import { type TestDatabase, withTestDatabase } from '../../testing/test-database.ts';

const gone = { goneAfterMs: 0, silentAfterMs: 3_600_000 };

let database: TestDatabase;
let here: PostgresReplicaStore;
let there: PostgresReplicaStore;
beforeEach(async () => {
  database = await withTestDatabase();
  [here, there] = [openReplicaStore(database), openReplicaStore(database)];
  await Promise.all([here.join('here'), there.join('there')]);
});
afterEach(async () => {
  await Promise.all([here.close(), there.close()]);
  await database.close();
});

const forgotten = async (limits: typeof gone): Promise<readonly string[]> =>
  (await here.forgetDead('here', limits)).map(({ replica }) => replica);

async function addGateways(): Promise<void> {
  await database.pool.query(`insert into gateway_cluster (id, name) values ('c', 'Cluster')`);
  for (const [id, linkedTo] of [
    ['g1', 'here'],
    ['g2', 'there'],
    ['g3', 'an older server that keeps no row'],
  ]) {
    await database.pool.query(
      `insert into gateway (id, cluster_id, name, public_key, session_host, version, member_order, linked_to)
        values ($1, 'c', $1, $1, 'linux', '1', 1, $2)`,
      [id, linkedTo],
    );
  }
}

test('a server that lives is not taken for dead while its connection is there, however long it thinks', async () => {
  expect(await forgotten(gone)).toEqual([]);
  expect(await there.beat('there')).toBe(true);
});

test('the links of a server whose connection is gone are closed, for one caller, and no other links', async () => {
  await addGateways();
  await there.close();
  const dead = await vi.waitFor(async () => {
    const found = await here.forgetDead('here', gone);
    expect(found).toHaveLength(1);
    return found;
  }, 20_000);
  expect(dead).toEqual([{ replica: 'there', links: [{ gatewayId: 'g2', clusterId: 'c' }] }]);
  expect(await forgotten(gone)).toEqual([]);
  const { rows } = await database.pool.query(
    `select id, linked_to, unreachable_since is not null as unreachable from gateway order by id`,
  );
  expect(rows).toEqual([
    { id: 'g1', linked_to: 'here', unreachable: false },
    { id: 'g2', linked_to: null, unreachable: true },
    { id: 'g3', linked_to: 'an older server that keeps no row', unreachable: false },
  ]);
});

test('a server that stands still with its connection open is taken for dead, is told so, and can join again', async () => {
  expect(await forgotten({ goneAfterMs: 0, silentAfterMs: 0 })).toEqual(['there']);
  expect(await there.beat('there')).toBe(false);
  await there.join('there');
  expect(await there.beat('there')).toBe(true);
  expect(await forgotten(gone)).toEqual([]);
});

test('a server that takes leave is nobody’s find', async () => {
  await there.leave('there');
  expect(await forgotten({ goneAfterMs: 0, silentAfterMs: 0 })).toEqual([]);
});

test('due work is taken by one of all servers, again when it is due again, and also when the clock was set back', async () => {
  const turns = openTurnStore(database);
  const HOUR_MS = 3_600_000;
  const taken = await Promise.all(Array.from({ length: 8 }, () => turns.takeTurn('retention', HOUR_MS)));
  expect(taken.filter(Boolean)).toHaveLength(1);
  expect(await turns.takeTurn('other work', HOUR_MS)).toBe(true);
  await database.pool.query(`update turn set next_at = now() where work = 'retention'`);
  expect(await turns.takeTurn('retention', HOUR_MS)).toBe(true);
  await database.pool.query(`update turn set next_at = now() + interval '1 day' where work = 'retention'`);
  expect(await turns.takeTurn('retention', HOUR_MS)).toBe(true);
  expect(await turns.takeTurn('retention', HOUR_MS)).toBe(false);
});
