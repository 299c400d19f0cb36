import { randomBytes } from 'node:crypto';
import type { ClusterId, GatewayId } from '@deskhand/domain/brand.ts';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { openClusterStore } from '../../adapters/postgres/clusters.ts';
import { openInstallationStore } from '../../adapters/postgres/installation.ts';
import {
  alice,
  CLUSTER,
  createRunWorld,
  FLOW,
  linuxFacts,
  type RunWorld,
  succeeded,
  value,
  type WorldOptions,
} from '../../testing/run-world.ts';
import { auditBy, done } from '../../ports/outcome.ts';
import type { OpenLink } from '../link/link-ports.ts';
import { createRunUseCases, type RunUseCases } from './create-run-use-cases.ts';

let world: RunWorld;
let link: OpenLink;
afterEach(() => world.close());

/** A server that has just planned a queue, in which nothing waits: user1's run is offered. */
async function afterPlan(options: WorldOptions = {}, sessionLimit = 4): Promise<string> {
  world = await createRunWorld(options);
  link = await world.linkUp('g1', { facts: linuxFacts({ sessionLimit }) });
  const run = await world.submit();
  await world.settled();
  return run.id;
}

describe('a run that meets an empty queue', () => {
  test('is offered in the commit that adds it, and its gateway is told before the submit is answered', async () => {
    await afterPlan();
    const run = await world.submit({ user: 'user2' });
    expect(run).toMatchObject({ state: 'offered', attempt: 1, gateway: { id: 'g1', name: 'g1' } });
    expect(world.offers().at(-1)).toEqual({ gatewayId: 'g1', runId: run.id, attempt: 1 });
    expect(value(await world.runs.get(alice, run.id))).toEqual({ ...run, waitedMs: expect.any(Number) as number });
    const events = await world.stores.runs.events(run.id);
    expect(events.map(({ event, attempt, actor }) => [event, attempt, actor])).toEqual([
      ['submit', 0, 'Alice'],
      ['offer', 1, 'Deskhand'],
    ]);
    const audit = await world.database.pool.query(`select verb from audit_log where object = $1`, [`run ${run.id}`]);
    expect(audit.rows).toEqual([{ verb: 'submit' }]);
    expect(await world.start(link, run)).toBe(1);
  });

  test('gets the slot of a run that has ended meanwhile', async () => {
    const first = await afterPlan({}, 1);
    const attempt = await world.start(link, { id: first });
    await world.say(link, succeeded(first, attempt));
    await world.settled();
    expect((await world.submit()).state).toBe('offered');
  });

  test('is one run for one key, offered once', async () => {
    await afterPlan();
    const submit = (): Promise<{ id: string }> => world.submit({ user: 'user2', key: 'key' });
    const ids = (await Promise.all([submit(), submit(), submit()])).map((run) => run.id);
    await world.settled();
    expect(new Set(ids).size).toBe(1);
    expect(world.offers().filter((offer) => offer.runId === ids[0])).toHaveLength(1);
  });
});

describe('what another server did is heeded by the commit:', () => {
  const add = async (user: string) => {
    const queueVersion = await world.database.pool.query<{ v: number }>(
      'select queue_version as v from gateway_cluster',
    );
    const question = { flowId: FLOW, flowVersion: null, connectionId: `to-${user}`, accountId: alice.id, key: null };
    const { digest } = await world.stores.runs.submitFacts(question);
    return (version = queueVersion.rows[0]?.v ?? 0) => {
      const run = { id: randomBytes(6).toString('hex'), ...question, flowVersion: 1, submittedBy: alice.id };
      const rest = { mode: 'unattended', priority: 'normal', inputs: {}, resubmitOf: null } as const;
      const times = { startDeadlineMs: 60_000, executionTimeoutMs: 60_000 };
      return world.stores.runs.add(
        { ...run, ...rest, ...times } as never,
        { digest, flowVersion: null },
        null,
        'Alice',
        auditBy(alice, 'submit', `run ${run.id}`),
        { clusterId: CLUSTER as ClusterId, version, gatewayId: 'g1' as GatewayId },
      );
    };
  };

  test('an unchanged, empty queue takes the offer', async () => {
    await afterPlan();
    expect(await (await add('user2'))()).toMatchObject({ offeredAt: expect.any(Date) as Date });
  });

  test.each([
    ['a run that waits goes first', `update run set state = 'queued', gateway_id = null`],
    ['a plan of another server', 'update gateway_cluster set queue_version = queue_version + 1'],
    ['add-ons that are counted now', `update installation set settings = '{"unattendedAddOns": 5}'`],
    ['the account is busy on that machine', `update run set machine_user = 'user2'`],
  ])('%s', async (_, change) => {
    await afterPlan();
    const submit = await add('user2');
    const before = await world.database.pool.query<{ v: number }>('select queue_version as v from gateway_cluster');
    await world.database.pool.query(change);
    expect(await submit(before.rows[0]?.v)).toMatchObject({ offeredAt: null });
    const { rows } = await world.database.pool.query(
      `select state, attempt, gateway_id from run order by request_number desc limit 1`,
    );
    expect(rows).toEqual([{ state: 'queued', attempt: 0, gateway_id: null }]);
  });
});

describe('what is remembered of a queue is not believed any more after', () => {
  const audit = auditBy(alice, 'change', 'x');
  const changes: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      'a member was disabled',
      () => openClusterStore(world.database.pool).changeGateway('g1' as GatewayId, { enabled: false }, audit),
    ],
    [
      'the cluster was changed',
      () => openClusterStore(world.database.pool).change(CLUSTER as ClusterId, { selection: 'leastBusy' }, audit),
    ],
    [
      'its machine told new facts',
      () => world.stores.store.setFacts(link, linuxFacts({ version: 2, canUnattended: false })),
    ],
    [
      'its gateway cannot write its journal',
      () => {
        const signs = { journalFault: 'disk full', journalPosition: 1, wallClockMs: null };
        return world.stores.store.heartbeat({ ...link, replica: 'one' }, signs, []);
      },
    ],
    [
      'its gateway declined',
      () =>
        world.stores.store.rememberDecline('g1', {
          classKey: JSON.stringify(['user2', 'unattended', 'fail']),
          because: { code: 'declined', kind: 'decline', message: 'No.', remedy: '' },
          factsVersion: 1,
        }),
    ],
    ['its link ended', () => world.stores.store.closeLink('g1', link.linkNumber)],
    [
      'add-ons are counted',
      () => openInstallationStore(world.database.pool).changeSettings({ unattendedAddOns: 1 }, audit),
    ],
  ];
  test.each(changes)('%s', async (_, change) => {
    await afterPlan();
    await change();
    const run = await world.submit({ user: 'user2' });
    expect(run).toMatchObject({ state: 'queued', attempt: 0, gateway: null });
  });
});

test('two servers that submit and end at the same moment give no slot and no account away twice', async () => {
  await afterPlan({ users: ['user1', 'user2', 'user3', 'user4', 'user5'] }, 3);
  const faults: unknown[] = [];
  const changes = {
    publish: () => undefined,
    subscribe: () => () => undefined,
    nudge: () => undefined,
    onNudge: () => () => undefined,
  };
  const other: RunUseCases = createRunUseCases({
    ...world.stores,
    links: { send: (gatewayId, message) => world.sent.push({ gatewayId, message }) > 0 },
    changes,
    accountRule: () => done({ exception: null }),
    newId: () => randomBytes(9).toString('hex'),
    random: Math.random,
    timers: systemTimers,
    onPlanningFault: (_, error) => faults.push(error),
    onRecordFault: (error) => faults.push(error),
    version: '1.0.0',
  });
  const worst = async (): Promise<unknown> =>
    (
      await world.database.pool.query(
        `select coalesce(max(n), 0)::int as runs, count(*) filter (where users < n)::int as twice from (
          select count(*) as n, count(distinct machine_user) as users from run
          where state in ('offered', 'starting', 'running') group by gateway_id) held`,
      )
    ).rows[0];
  for (let round = 0; round < 12; round += 1) {
    const ended = world
      .offers()
      .slice(-3)
      .map((offer) => world.say(link, succeeded(offer.runId, offer.attempt)));
    const submitted = [world.runs, other, world.runs, other].map((server, at) => {
      const connectionId = `to-user${String(((round + at) % 5) + 1)}`;
      return server.submit(alice, { flowId: FLOW, connectionId, mode: 'unattended' });
    });
    await Promise.all([...ended, ...submitted]);
    const held = (await worst()) as { runs: number; twice: number };
    expect(held.runs).toBeLessThanOrEqual(3);
    expect(held.twice).toBe(0);
    for (const offer of world.offers().slice(-3))
      await world.say(link, { type: 'acquire', ...offer, journalId: link.journalId, factsVersion: 1 });
  }
  await Promise.all([world.settled(), other.wakeups.idle()]);
  await other.wakeups.close();
  expect(faults).toEqual([]);
  const offers = world.offers().map(({ runId, attempt }) => `${runId} ${String(attempt)}`);
  expect(new Set(offers).size).toBe(offers.length);
});
