import type { GatewayId, RunId } from '@deskhand/domain/brand.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { settingsDefaults } from '../../ports/accounts.ts';
import { createRunWorld, type RunWorld } from '../../testing/run-world.ts';
import { openClusterStore } from './clusters.ts';
import { openConnectionStore } from './connections.ts';

let world: RunWorld;
beforeEach(async () => {
  world = await createRunWorld();
});
afterEach(() => world.close());

const audit = { actor: 'alice', verb: 'change', object: 'connection', detail: {}, origin: 'test' };

/** Begins `act` while a change of the connection is not committed yet, and commits once the act waits for it. */
async function during<T>(change: string, act: () => Promise<T>): Promise<T> {
  const client = await world.database.pool.connect();
  try {
    await client.query(`begin; select 1 from connection where id = 'to-user1' for update; ${change}`);
    const acting = act();
    await expect.poll(async () => await countWaiting(), { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
    await client.query('commit');
    return await acting;
  } finally {
    client.release();
  }
}

async function countWaiting(): Promise<number> {
  const { rows } = await world.database.pool.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]?.count ?? 0;
}

test('a run that is submitted while its connection changes follows the change', async () => {
  const change = `update connection set when_session_blocked = 'wait' where id = 'to-user1'`;
  const run = await during(change, () => world.submit());
  expect((await world.stores.runs.byId(run.id))?.whenSessionBlocked).toBe('wait');
});

test('a run that is submitted while its connection is removed is refused', async () => {
  const change = `update connection set deleted_at = now() where id = 'to-user1'`;
  await expect(during(change, () => world.submit())).rejects.toThrow('Refused');
});

test('a plan does not commit after a member or a connection that it was made by has changed', async () => {
  const { queue } = world.stores;
  await world.submit();
  const commitAfter = async (change: () => Promise<unknown>) => {
    const reading = await queue.read('cluster');
    await change();
    const plan = { clusterId: 'cluster' as never, version: reading?.snapshot.version ?? 0, addOns: null };
    return (await queue.commit({ ...plan, offers: [], refusals: [] })).ok;
  };
  const { pool } = world.database;
  expect(await commitAfter(() => Promise.resolve())).toBe(true);
  expect(await commitAfter(() => openClusterStore(pool).changeGateway('g1', { enabled: false }, audit))).toBe(false);
  const wait = { whenSessionBlocked: 'wait' } as const;
  expect(await commitAfter(() => openConnectionStore(pool).change('to-user1', wait, audit))).toBe(false);
});

test('a gateway takes no run of another cluster by its journal', async () => {
  const run = await world.submit();
  await world.database.pool.query(`insert into gateway_cluster (id, name) values ('other', 'Other')`);
  await world.database.pool.query(
    `insert into gateway (id, cluster_id, name, public_key, session_host, version, member_order)
      values ('stranger', 'other', 'stranger', 'its key', 'linux', '1', 0)`,
  );
  const of = { runId: run.id as RunId, attempt: 7, gatewayId: 'stranger' as GatewayId };
  expect(await world.stores.store.takeJournalState(of, 'journal', true)).toBe(false);
  expect(await world.state(run.id)).toBe('queued');
});

test('what is kept of runs is what the settings say when nobody has changed them', async () => {
  const { runRetentionDays: days, logBytesMax, screenshotBytesMax } = settingsDefaults;
  expect(await world.stores.retention.limits()).toEqual({ days, logBytesMax, screenshotBytesMax });
});
