import { headsPerClass } from '@deskhand/domain/run-queue/plan-assignments.ts';
import type { GatewayId, RunId } from '@deskhand/domain/brand.ts';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { openInstallationStore } from '../../adapters/postgres/installation.ts';
import { openRunQueueStore } from '../../adapters/postgres/run-queue.ts';
import {
  alice,
  CLUSTER,
  createRunWorld,
  linuxFacts,
  type RunWorld,
  succeeded,
  value,
  type WorldOptions,
} from '../../testing/run-world.ts';
import { auditBy } from '../../ports/outcome.ts';
import type { PlanToCommit, RunQueueStore } from '../../ports/run-queue.ts';
import { assignRuns, type PlannerPorts } from './assign-runs.ts';
import { createPlanRecord } from './plan-record.ts';
import { createQueueMemory } from './queue-memory.ts';

let world: RunWorld;
const open = async (options: WorldOptions = {}): Promise<RunWorld> => {
  world = await createRunWorld(options);
  return world;
};
afterEach(() => world.close());
const positions = async (): Promise<readonly string[]> =>
  value(await world.runs.viewQueue(alice, CLUSTER)).queued.map((entry) => entry.run.id);
/** The order that the database holds at this moment. */
const orderOf = async (): Promise<readonly string[]> =>
  (await world.stores.queue.firstPlaces(CLUSTER, 10)).map((place) => place.id);

describe('the order of a run queue', () => {
  test('is: moved to top, then priority, then request; undo gives the old place back', async () => {
    await open();
    const [a, b, c] = [await world.submit(), await world.submit(), await world.submit({ priority: 'high' })];
    expect(await positions()).toEqual([c.id, a.id, b.id]);
    await world.runs.moveToTop(alice, CLUSTER, [b.id, a.id]);
    expect(await positions()).toEqual([b.id, a.id, c.id]);
    await world.runs.moveToTop(alice, CLUSTER, [c.id]);
    expect(await positions()).toEqual([c.id, b.id, a.id]);
    expect(value(await world.runs.undoMove(alice, b.id)).movedToTop).toBe(false);
    expect(await positions()).toEqual([c.id, a.id, b.id]);
    expect(await world.runs.undoMove(alice, b.id)).toMatchObject({ ok: false, code: 'run-not-moved' });
    await world.runs.undoMove(alice, c.id);
    await world.runs.undoMove(alice, a.id);
    value(await world.runs.setPriority(alice, b.id, 'high'));
    expect(await positions()).toEqual([b.id, c.id, a.id]);
    expect(value(await world.runs.explain(alice, c.id))).toMatchObject({
      position: 2,
      because: { code: 'gateway-offline' },
    });
  });

  test('several moves are undone at once: whoever looks meanwhile sees all of them or none', async () => {
    await open();
    const [a, b, c] = [await world.submit(), await world.submit(), await world.submit()];
    const before = [a.id, b.id, c.id];
    value(await world.runs.moveToTop(alice, CLUSTER, [c.id, b.id]));
    const seen: (readonly string[])[] = [];
    const looks = Array.from({ length: 8 }, async () => void seen.push(await orderOf()));
    const undone = world.runs.undoMoves(alice, CLUSTER, [b.id, c.id, a.id]);
    await Promise.all([...looks, undone]);
    expect(value(await undone).queued.map((entry) => entry.run.id)).toEqual(before);
    for (const order of seen) expect([before.join(), [c.id, b.id, a.id].join()]).toContain(order.join());
    expect(await world.runs.undoMoves(alice, CLUSTER, before)).toMatchObject({ ok: false, code: 'run-not-moved' });
  });

  test('decides who starts when a slot becomes free', async () => {
    await open();
    const link = await world.linkUp('g1', { facts: linuxFacts({ sessionLimit: 1 }) });
    const first = await world.submit();
    const attempt = await world.start(link, first);
    const [, urgent] = [await world.submit({ user: 'user2' }), await world.submit({ user: 'user3', priority: 'high' })];
    const view = value(await world.runs.viewQueue(alice, CLUSTER));
    expect(view.running.map((run) => run.id)).toEqual([first.id]);
    expect(view.queued[0]).toMatchObject({
      run: { id: urgent.id, display: 'Next to run' },
      because: { code: 'no-free-slot' },
    });
    expect(view).toMatchObject({ total: 2, slots: { inUse: 1, all: 1 } });
    await world.say(link, succeeded(first.id, attempt));
    await world.settled();
    expect(world.offers().at(-1)?.runId).toBe(urgent.id);
  });

  test('does not let a blocked head keep others back', async () => {
    await open();
    const link = await world.linkUp('g1', { facts: linuxFacts({ sessionLimit: 3 }) });
    await world.start(link, await world.submit());
    const [blocked, free] = [await world.submit(), await world.submit({ user: 'user2' })];
    await world.settled();
    expect(world.offers().at(-1)?.runId).toBe(free.id);
    expect(value(await world.runs.get(alice, blocked.id))).toMatchObject({
      state: 'queued',
      position: 1,
      because: { code: 'user-busy' },
    });
  });
});

test('a session rule ends a run with its own text where the connection says fail, and not where it says wait', async () => {
  await open({ users: ['user1', 'waiting1'] });
  const session = {
    id: '1',
    user: 'person',
    uid: 1000,
    state: 'active',
    locked: true,
    ours: false,
    runId: null,
    display: ':0',
    type: 'x11',
  } as const;
  await world.linkUp('g1', { facts: linuxFacts({ reportedPolicy: 'single-session', sessions: [session] }) });
  const [failing, waiting] = [await world.submit(), await world.submit({ user: 'waiting1' })];
  await world.settled();
  expect(value(await world.runs.get(alice, failing.id))).toMatchObject({
    state: 'failed',
    error: {
      code: 'session-exists-single',
      message:
        'Cannot execute desktop flow. There is a locked or an inactive Windows user session on the target device',
    },
  });
  expect(value(await world.runs.get(alice, waiting.id))).toMatchObject({
    state: 'queued',
    because: { code: 'session-exists-single' },
  });
});

test('no more unattended runs go on at once than there are add-ons, over all clusters', async () => {
  await open({ gateways: ['g1', 'g2'], runOnAllGateways: true });
  await world.database.pool.query(`update installation set settings = '{"unattendedAddOns": 1}'`);
  const links = [await world.linkUp('g1'), await world.linkUp('g2')];
  const runs = [await world.submit(), await world.submit({ user: 'user2' }), await world.submit({ user: 'user3' })];
  await world.settled();
  expect(world.offers()).toHaveLength(1);
  expect(value(await world.runs.get(alice, runs[1]?.id ?? ''))).toMatchObject({ because: { code: 'no-add-on' } });
  const [offer] = world.offers();
  const link = links.find((one) => one.gatewayId === offer?.gatewayId);
  if (offer === undefined || link === undefined) throw new Error('Nothing was offered.');
  await world.start(link, { id: offer.runId });
  await world.say(link, succeeded(offer.runId, offer.attempt));
  await world.settled();
  expect(world.offers()).toHaveLength(2);
});

test('runs that began before add-ons were counted are counted too, by every cluster that plans at the same moment', async () => {
  await open({ users: ['user1', 'user2', 'user3'] });
  const { pool } = world.database;
  const [queue, installation] = [openRunQueueStore(pool), openInstallationStore(pool)];
  await world.linkUp('g1', { facts: linuxFacts({ sessionLimit: 1 }) });
  await world.submit({ user: 'user1' });
  await world.settled();
  expect(world.offers()).toHaveLength(1);
  const waiting = [await world.submit({ user: 'user2' }), await world.submit({ user: 'user3' })];
  await world.settled();
  const before = await queue.read(CLUSTER);
  await installation.changeSettings({ unattendedAddOns: 2 }, auditBy(alice, 'update', 'settings'));
  const offer = (reading: typeof before, run: number): PlanToCommit => ({
    clusterId: CLUSTER as PlanToCommit['clusterId'],
    version: reading?.snapshot.version ?? 0,
    addOns: reading?.addOns ?? null,
    offers: [{ runId: waiting[run]?.id as RunId, gatewayId: 'g1' as GatewayId, attempt: 0 }],
    refusals: [],
  });
  expect(await queue.commit(offer(before, 0))).toEqual({ ok: false, because: 'changed-meanwhile' });
  const since = await queue.read(CLUSTER);
  expect(since?.snapshot.addOnsFree).toBe(1);
  expect(await queue.commit(offer(since, 0))).toMatchObject({ ok: true, offered: [{}] });
  // As another cluster would that read the pool before this commit.
  const version = (await queue.read(CLUSTER))?.snapshot.version ?? 0;
  expect(await queue.commit({ ...offer(since, 1), version })).toMatchObject({ ok: true, offered: [] });
});

test('a run beyond a pool that was made smaller counts, also where two clusters plan at the same moment', async () => {
  await open({ users: ['user1', 'user2', 'user3', 'user4', 'user5'] });
  const { pool } = world.database;
  const [queue, installation] = [openRunQueueStore(pool), openInstallationStore(pool)];
  const link = await world.linkUp('g1', { facts: linuxFacts({ sessionLimit: 3 }) });
  const early = [await world.submit({ user: 'user1' }), await world.submit({ user: 'user2' })];
  await world.submit({ user: 'user3' });
  await world.settled();
  expect(world.offers()).toHaveLength(3);
  await world.submit({ user: 'user4' });
  const last = await world.submit({ user: 'user5' });
  await installation.changeSettings({ unattendedAddOns: 2 }, auditBy(alice, 'update', 'settings'));
  for (const { id } of early) {
    await world.start(link, { id });
    await world.say(link, succeeded(id, 1));
  }
  await world.settled();
  expect(world.offers()).toHaveLength(4);
  const reading = await queue.read(CLUSTER);
  expect(reading?.snapshot.addOnsFree).toBe(0);
  // As another cluster would that read the pool before that offer.
  const asRead: PlanToCommit = {
    clusterId: CLUSTER as PlanToCommit['clusterId'],
    version: reading?.snapshot.version ?? 0,
    addOns: 2,
    offers: [{ runId: last.id as RunId, gatewayId: 'g1' as GatewayId, attempt: 0 }],
    refusals: [],
  };
  expect(await queue.commit(asRead)).toMatchObject({ ok: true, offered: [] });
});

/** A planner beside the world's own, whose offers nobody hears. */
function plannerPorts(queue: RunQueueStore): PlannerPorts {
  const changes = {
    publish: () => undefined,
    subscribe: () => () => undefined,
    nudge: () => undefined,
    onNudge: () => () => undefined,
  };
  const { decisions } = world.stores;
  const record = createPlanRecord({
    decisions,
    changes,
    timers: systemTimers,
    program: '1',
    onRecordFault: () => undefined,
  });
  return { queue, links: { send: () => true }, changes, random: Math.random, memory: createQueueMemory(), record };
}

test('two planners that see the same queue never offer a run twice, nor fill a slot twice', async () => {
  await open({ gateways: ['g1', 'g2'], runOnAllGateways: true, users: ['user1', 'user2', 'user3', 'user4', 'user5'] });
  for (const user of ['user1', 'user2', 'user3', 'user4', 'user5']) await world.submit({ user });
  await world.settled();
  for (const id of ['g1', 'g2']) await world.linkUp(id, { facts: linuxFacts({ sessionLimit: 1 }) });
  await world.settled();
  const ports = plannerPorts(openRunQueueStore(world.database.pool));
  await world.database.pool.query(`update run set state = 'queued', gateway_id = null where state = 'offered'`);
  await Promise.all(Array.from({ length: 6 }, () => assignRuns(ports, CLUSTER)));
  const { rows } = await world.database.pool.query<{ gateway_id: string; count: number }>(
    `select gateway_id, count(*)::int as count from run where state = 'offered' group by gateway_id order by gateway_id`,
  );
  expect(rows).toEqual([
    { gateway_id: 'g1', count: 1 },
    { gateway_id: 'g2', count: 1 },
  ]);
});

test('a free slot gets its run however often the order changes while it is planned', async () => {
  await open({ users: ['user1'] });
  const run = await world.submit();
  await world.linkUp('g1');
  await world.settled();
  await world.database.pool.query(`update run set state = 'queued', attempt = 0, gateway_id = null`);
  const { queue } = world.stores;
  const audit = { actor: 'alice', verb: 'set-priority', object: run.id, detail: {}, origin: 'test' };
  let changes = 0;
  const read: typeof queue.read = async (clusterId) => {
    const reading = await queue.read(clusterId);
    await queue.setPriority(run.id, (changes += 1) % 2 === 0 ? 'normal' : 'high', 'alice', audit);
    return reading;
  };
  await assignRuns(plannerPorts({ ...queue, read }), CLUSTER);
  expect(changes).toBeGreaterThan(0);
  expect(await world.state(run.id)).toBe('offered');
});

/** Whatever happens at the same moment, these hold at the end. */
async function expectInvariants(limit: number): Promise<void> {
  const { rows } = await world.database.pool.query<{ worst: number }>(
    `select coalesce(max(count), 0)::int as worst from (
      select count(*) from run where state in ('offered', 'starting', 'running', 'cancelling') group by gateway_id) held`,
  );
  expect(rows[0]?.worst).toBeLessThanOrEqual(limit);
  const twice = await world.database.pool.query(
    `select run_id, attempt from run_event where event in ('acquire', 'offer') group by run_id, attempt, event having count(*) > 1`,
  );
  expect(twice.rows).toEqual([]);
  const ends = await world.database.pool.query(
    `select run_id from run_event where event in ('succeed', 'fail', 'confirmCancel', 'expire', 'lose') group by run_id having count(*) > 1`,
  );
  expect(ends.rows).toEqual([]);
}

test('random interleavings of submits, moves, cancels, declines and ends break no rule', async () => {
  await open({ gateways: ['g1', 'g2'], runOnAllGateways: true });
  const links = [await world.linkUp('g1'), await world.linkUp('g2')];
  const ids: string[] = [];
  const because = { code: 'declined', kind: 'decline', message: 'No.', remedy: '' };
  const step = async (kind: number, which: number): Promise<void> => {
    const id = ids[which % Math.max(1, ids.length)] ?? '';
    const offer = world.offers().at(-1 - (which % 4));
    const link = links.find((one) => one.gatewayId === offer?.gatewayId);
    const user = `user${String((which % 3) + 1)}`;
    if (kind === 0) ids.push((await world.submit({ user, priority: which % 2 === 0 ? 'high' : 'normal' })).id);
    else if (kind === 1) await world.runs.moveToTop(alice, CLUSTER, [id]);
    else if (kind === 2) await world.runs.cancel(alice, id);
    else if (kind === 3) await world.runs.setPriority(alice, id, 'high');
    else if (offer === undefined || link === undefined) return;
    else if (kind === 4)
      await world.say(link, { type: 'decline', runId: offer.runId, attempt: offer.attempt, because, factsVersion: 0 });
    else if (kind === 5)
      await world.say(link, {
        type: 'acquire',
        runId: offer.runId,
        attempt: offer.attempt,
        journalId: link.journalId,
        factsVersion: 1,
      });
    else await world.say(link, succeeded(offer.runId, offer.attempt));
  };
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.nat(20)), { minLength: 8, maxLength: 24 });
  await fc.assert(
    fc.asyncProperty(steps, async (given) => {
      const halves = [given.filter((_, index) => index % 2 === 0), given.filter((_, index) => index % 2 === 1)];
      await Promise.all(
        halves.map(async (half) => {
          for (const [kind, which] of half) await step(kind, which);
        }),
      );
      await world.settled();
      await expectInvariants(2);
    }),
    { numRuns: 20 },
  );
});

test('a long queue costs a plan what its classes cost: its reading holds a bounded number of runs', async () => {
  await open();
  await world.submit();
  await world.database.pool.query(
    `insert into run (id, flow_id, flow_version, connection_id, cluster_id, submitted_by, mode, priority, state, machine_user, when_session_blocked, inputs, start_deadline_at, execution_timeout_ms)
      select 'many-' || n, 'flow', 1, 'to-user1', 'cluster', 'alice', 'unattended', 'normal', 'queued', 'user1', 'fail', '{}', now() + interval '1 hour', 1000 from generate_series(1, 3000) n`,
  );
  const reading = await world.stores.queue.read(CLUSTER);
  expect(reading?.snapshot.classes.map((one) => one.heads.length)).toEqual([headsPerClass(1)]);
});

test('a change of the order wakes no planner: it makes no run startable that was not', async () => {
  await open();
  const [a, b] = [await world.submit(), await world.submit()];
  await world.settled();
  const woken: string[] = [];
  Object.assign(world.runs.wakeups, { wake: (clusterId: string) => woken.push(clusterId) });
  await world.runs.moveToTop(alice, CLUSTER, [b.id]);
  await world.runs.undoMove(alice, b.id);
  value(await world.runs.setPriority(alice, a.id, 'high'));
  expect(woken).toEqual([]);
});
