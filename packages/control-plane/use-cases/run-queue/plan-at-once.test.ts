import type { ClusterId, GatewayId, RunId } from '@deskhand/domain/brand.ts';
import { inHand, member, snapshot } from '@deskhand/domain/run-queue/queue-world.ts';
import { expect, test } from 'vitest';
import { declined } from '@deskhand/domain/placement/decline-memory.ts';
import type { QueueReading } from '../../ports/run-queue.ts';
import { planAtOnce } from './plan-at-once.ts';
import { createQueueMemory, type QueueMemory } from './queue-memory.ts';

const CLUSTER = 'cluster' as ClusterId;
const reading = (world: Partial<Parameters<typeof snapshot>[0]> = {}, addOns: number | null = null): QueueReading => ({
  snapshot: {
    ...snapshot({ members: [member('desk', { facts: { sessionLimit: 2 } })], runs: [], ...world }),
    version: 7,
  },
  nowMs: 1_000,
  clusterName: 'Cluster',
  addOns,
  attempts: new Map(),
});
const plan = (memory: QueueMemory, user = 'alice', id = 'new') =>
  planAtOnce(memory, () => 0, CLUSTER, {
    id: id as RunId,
    mode: 'unattended',
    priority: 'normal',
    machineUser: user,
    whenSessionBlocked: 'fail',
  });
function remembering(...given: Parameters<typeof reading>): QueueMemory {
  const memory = createQueueMemory();
  memory.keep(CLUSTER, reading(...given), 7, []);
  return memory;
}

test('a queue of which nothing is known is not planned for', () => {
  expect(plan(createQueueMemory())).toBeUndefined();
});

test('a run goes where the plan says, against the version that is remembered', () => {
  expect(plan(remembering())?.offer).toEqual({ clusterId: CLUSTER, version: 7, gatewayId: 'desk' as GatewayId });
});

test('one submit plans at a time, and the next one from what the last one committed', () => {
  const memory = remembering();
  const first = plan(memory);
  expect(plan(memory, 'bob')).toBeUndefined();
  first?.settle(true);
  expect(plan(memory, 'alice', 'second')).toBeUndefined();
  const bob = plan(memory, 'bob', 'third');
  expect(bob?.offer.version).toBe(8);
  bob?.settle(true);
  expect(plan(memory, 'carol', 'fourth')).toBeUndefined();
});

test('what could not be committed was planned from something that is no longer so: it is forgotten', () => {
  const memory = remembering();
  plan(memory)?.settle(false);
  expect(plan(memory)).toBeUndefined();
});

test('a run that has ended frees its slot, also while another run is being added', () => {
  const memory = remembering({ inHand: [inHand('alice', 'desk')], runs: [] });
  const lent = plan(memory, 'bob');
  memory.runEnded(CLUSTER, inHand('alice', 'desk').id);
  lent?.settle(true);
  expect(plan(memory, 'alice', 'again')?.offer.version).toBe(8);
});

test('an older reading does not replace a newer one', () => {
  const memory = createQueueMemory();
  memory.keep(CLUSTER, reading(), 9, []);
  memory.keep(CLUSTER, reading(), 8, []);
  expect(plan(memory)?.offer.version).toBe(9);
});

test('declines end by the clock and add-ons are shared with other clusters: with either every plan reads afresh', () => {
  const decline = { classKey: 'x', because: declined('No.'), factsVersion: 1, untilMs: 2_000 };
  expect(plan(remembering({ members: [member('desk', { declines: [decline] })], runs: [] }))).toBeUndefined();
  expect(plan(remembering({}, 5))).toBeUndefined();
});
