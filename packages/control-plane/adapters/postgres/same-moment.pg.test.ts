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

/** Whether an empty plan still commits that was made before the change. */
async function commitsAfter(change: () => Promise<unknown>): Promise<boolean> {
  const { queue } = world.stores;
  const reading = await queue.read('cluster');
  await change();
  const plan = { clusterId: 'cluster' as never, version: reading?.snapshot.version ?? 0, addOns: null };
  return (await queue.commit({ ...plan, offers: [], refusals: [] })).ok;
}

test('a plan does not commit after a member or a connection that it was made by has changed', async () => {
  await world.submit();
  const { pool } = world.database;
  expect(await commitsAfter(() => Promise.resolve())).toBe(true);
  expect(await commitsAfter(() => openClusterStore(pool).changeGateway('g1', { enabled: false }, audit))).toBe(false);
  const wait = { whenSessionBlocked: 'wait' } as const;
  expect(await commitsAfter(() => openConnectionStore(pool).change('to-user1', wait, audit))).toBe(false);
});

test('a plan does not commit after a run joined the queue that may stand before those it offers', async () => {
  await world.submit();
  expect(await commitsAfter(() => world.submit())).toBe(true);
  expect(await commitsAfter(() => world.submit({ priority: 'high' }))).toBe(false);
});

test('a plan does not commit after a run came back that stands before what was submitted since', async () => {
  const link = await world.linkUp('g1');
  const { id } = await world.submit();
  await world.settled();
  const of = { runId: id as RunId, attempt: 1, gatewayId: 'g1' as GatewayId, linkNumber: link.linkNumber };
  expect(await commitsAfter(() => world.stores.store.returnOffer(of, 'withdraw', 'Not taken'))).toBe(false);
  expect(await world.state(id)).toBe('queued');
});

test('a change of the order that comes while the queue is locked for a plan waits until that is committed', async () => {
  const run = await world.submit();
  await world.linkUp('g1');
  await world.settled();
  await world.database.pool.query(`update run set state = 'queued', attempt = 0, gateway_id = null`);
  const { queue } = world.stores;
  const changes: Promise<boolean>[] = [];
  const committed = await queue.commitLocked('cluster', ({ snapshot: { version } }) => {
    changes.push(queue.setPriority(run.id, 'high', 'alice', audit));
    const offers = [{ runId: run.id as RunId, gatewayId: 'g1' as GatewayId, attempt: 0 }];
    return { clusterId: 'cluster' as never, version, addOns: null, offers, refusals: [] };
  });
  expect(committed).toMatchObject({ ok: true, offered: [{ runId: run.id, attempt: 1 }] });
  expect(await Promise.all(changes)).toEqual([false]);
});

test('changes of the order that wait for their queue leave the connections to others', async () => {
  const run = await world.submit();
  await world.settled();
  const { queue } = world.stores;
  const holder = await world.database.pool.connect();
  await holder.query(`begin; select 1 from gateway_cluster where id = 'cluster' for update`);
  const changes = Array.from({ length: 30 }, () => queue.setPriority(run.id, 'high', 'alice', audit));
  await expect.poll(async () => await countWaiting(), { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
  expect((await queue.read('cluster'))?.snapshot.classes).toHaveLength(1);
  await holder.query('commit');
  holder.release();
  expect(new Set(await Promise.all(changes))).toEqual(new Set([true]));
});

test('a gateway takes no run of another cluster by its journal', async () => {
  const run = await world.submit();
  await world.database.pool.query(`insert into gateway_cluster (id, name) values ('other', 'Other')`);
  await world.database.pool.query(
    `insert into gateway (id, cluster_id, name, public_key, session_host, version, member_order)
      values ('stranger', 'other', 'stranger', 'its key', 'linux', '1', 0)`,
  );
  const of = { runId: run.id as RunId, attempt: 7, gatewayId: 'stranger' as GatewayId };
  expect(await world.stores.store.takeJournalState(of, 'journal', true)).toBe('not-taken');
  expect(await world.state(run.id)).toBe('queued');
});

test('what is kept of runs is what the settings say when nobody has changed them', async () => {
  const { runRetentionDays: days, decisionRetentionDays: decisionDays, ...bytes } = settingsDefaults;
  const { logBytesMax, screenshotBytesMax } = bytes;
  expect(await world.stores.retention.limits()).toEqual({ days, decisionDays, logBytesMax, screenshotBytesMax });
});

test('a journal state that waits for a plan which waits for it is taken after the plan', async () => {
  const run = await world.submit();
  await world.settled();
  const client = await world.database.pool.connect();
  try {
    await client.query(`begin; select 1 from gateway_cluster where id = 'cluster' for update`);
    const of = { runId: run.id as RunId, attempt: 0, gatewayId: 'g1' as GatewayId };
    const taking = world.stores.store.takeJournalState(of, 'journal', true);
    await expect.poll(async () => await countWaiting(), { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
    await client.query(`update run set priority = 'high' where id = $1`, [run.id]);
    await client.query('commit');
    expect(await taking).toBe('taken');
  } finally {
    client.release();
  }
});
