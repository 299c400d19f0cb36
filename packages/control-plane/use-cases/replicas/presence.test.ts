import { expect, test } from 'vitest';
import type { Change } from '../../ports/changes.ts';
import type { DeadReplica, ReplicaStore } from '../../ports/replicas.ts';
import { createPresence } from './presence.ts';

function world() {
  const published: Change[] = [];
  const woken: string[] = [];
  const store = { isAway: false, isKnown: true, dead: [] as DeadReplica[], joins: 0 };
  const replicas: ReplicaStore = {
    join: async () => {
      store.joins += 1;
      store.isKnown = true;
    },
    beat: async () => {
      if (store.isAway) throw new Error('away');
      return store.isKnown;
    },
    forgetDead: async () => store.dead.splice(0),
    leave: async () => undefined,
  };
  const presence = createPresence({
    replica: 'one',
    replicas,
    changes: {
      publish: (change) => void published.push(change),
      subscribe: () => () => undefined,
      nudge: () => undefined,
      onNudge: () => () => undefined,
    },
    wakeups: {
      wake: (clusterId) => void woken.push(clusterId),
      wakeIn: () => undefined,
      runEnded: () => undefined,
      idle: async () => undefined,
      close: async () => undefined,
    },
  });
  return { presence, store, published, woken };
}

const dead = { replica: 'two', links: ['g1', 'g2'].map((id) => ({ gatewayId: id, clusterId: 'c' })) } as never;

test('the gateways of a dead server are shown as unreachable, and their queue is planned anew, once', async () => {
  const { presence, store, published, woken } = world();
  store.dead.push(dead);
  for (let beats = 0; beats < 6; beats += 1) await presence.beat();
  expect(published).toEqual([
    { kind: 'gateway', gatewayId: 'g1' },
    { kind: 'gateway', gatewayId: 'g2' },
    { kind: 'run-queue', clusterId: 'c' },
  ]);
  expect(woken).toEqual(['c']);
});

test('a server judges nobody right after the database was away: the others could not say anything either', async () => {
  const { presence, store, published } = world();
  for (let beats = 0; beats < 6; beats += 1) await presence.beat();
  store.isAway = true;
  await expect(presence.beat()).rejects.toThrow('away');
  store.isAway = false;
  store.dead.push(dead);
  await presence.beat();
  await presence.beat();
  expect(published).toEqual([]);
});

test('a server that was taken for dead joins again', async () => {
  const { presence, store } = world();
  store.isKnown = false;
  await presence.beat();
  await presence.beat();
  expect(store.joins).toBe(1);
});
