import { afterEach, beforeEach, expect, test } from 'vitest';
import { openClusterStore } from '../../adapters/postgres/clusters.ts';
import {
  alice,
  CLUSTER,
  createRunWorld,
  linuxFacts,
  type RunWorld,
  succeeded,
  value,
} from '../../testing/run-world.ts';
import type { Change } from '../../ports/changes.ts';
import type { OpenLink } from '../link/link-ports.ts';
import { createCluster, gatewayById, removeCluster, updateCluster, updateGateway } from './clusters.ts';

let world: RunWorld;
let link: OpenLink;
const published: Change[] = [];
beforeEach(async () => {
  published.length = 0;
  world = await createRunWorld();
  link = await world.linkUp('g1', { facts: linuxFacts({ sessionLimit: 2 }) });
});
afterEach(() => world.close());

const ports = () => ({
  clusters: openClusterStore(world.database.pool),
  accounts: { unknownOf: () => Promise.resolve([]) },
  wake: (id: string) => world.runs.wakeups.wake(id),
  changes: { publish: (change: Change) => void published.push(change) },
  unlink: () => undefined,
});
const maintain = async (maintenance: { readonly note: string } | null) =>
  value(await updateGateway(ports(), alice, 'g1', { maintenance })).maintenance;
const gateway = async () => value(await gatewayById(ports(), 'g1'));
const beat = (wallClockMs?: number) =>
  world.say(link, {
    type: 'heartbeat',
    progress: [],
    journalFault: null,
    ...(wallClockMs === undefined ? {} : { wallClockMs }),
  });

test('pages learn that a gateway and the reasons of its run queue have changed', async () => {
  await maintain({ note: 'New disk' });
  expect(published).toEqual([
    { kind: 'gateway', gatewayId: 'g1' },
    { kind: 'run-queue', clusterId: CLUSTER },
  ]);
});

test('pages learn that a cluster was set otherwise, and ask again in which order its runs wait', async () => {
  value(await updateCluster(ports(), alice, CLUSTER, { runOnAllGateways: true }));
  expect(published).toEqual([
    { kind: 'changed', what: 'gateway-cluster', id: CLUSTER },
    { kind: 'run-queue', clusterId: CLUSTER },
  ]);
});

test('pages learn of a cluster that was made, and of one that was removed', async () => {
  const { id } = value(await createCluster(ports(), alice, 'Short-lived'));
  const told = { kind: 'changed', what: 'gateway-cluster', id };
  expect(published).toEqual([told]);
  value(await removeCluster(ports(), alice, id));
  expect(published).toEqual([told, told]);
});

test('a gateway in maintenance keeps what runs there, with its deadline, and gets nothing new until it ends', async () => {
  const first = await world.submit();
  const attempt = await world.start(link, first);
  const { since } = (await maintain({ note: 'New disk' })) ?? {};
  const second = await world.submit({ user: 'user2' });
  await world.settled();
  expect(await world.state(second.id)).toBe('queued');
  expect(value(await world.runs.explain(alice, second.id))).toMatchObject({
    because: { code: 'gateway-in-maintenance', message: 'The gateway g1 is in maintenance: New disk.' },
  });
  expect(value(await world.runs.get(alice, second.id)).startDeadlineAt).toBe(second.startDeadlineAt);
  expect(value(await world.runs.viewQueue(alice, CLUSTER)).slots.all).toBe(0);

  // Another note is no other beginning.
  expect(await maintain({ note: 'New disk, back at noon' })).toEqual({ since, note: 'New disk, back at noon' });

  expect(await world.say(link, succeeded(first.id, attempt))).toMatchObject([{ type: 'resultAck' }]);
  await world.settled();
  expect(await world.state(first.id)).toBe('succeeded');
  expect(world.offers().map(({ runId }) => runId)).toEqual([first.id]);

  expect(await maintain(null)).toBeNull();
  await world.settled();
  expect(world.offers().at(-1)?.runId).toBe(second.id);
});

test('a machine whose clock is off is seen, and seen again when it is right', async () => {
  const changesOfGateway = () => world.changes.filter(({ kind }) => kind === 'gateway').length;
  const before = changesOfGateway();
  await beat(Date.now() + 3_600_000);
  const { clockSkewMs } = await gateway();
  expect(Math.round((clockSkewMs ?? 0) / 60_000)).toBe(60);
  expect(changesOfGateway()).toBe(before + 1);
  await beat(Date.now() + 3_601_000);
  expect(changesOfGateway()).toBe(before + 1);
  await beat(Date.now());
  expect(Math.abs((await gateway()).clockSkewMs ?? Infinity)).toBeLessThan(30_000);
  expect(changesOfGateway()).toBe(before + 2);
});

test('a gateway of the release before, which does not tell its time, has no clock to be off', async () => {
  await beat(Date.now() - 3_600_000);
  await beat();
  expect((await gateway()).clockSkewMs).toBeNull();
});
