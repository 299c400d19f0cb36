import { expect, test } from 'vitest';
import { sweepIntervals } from '@deskhand/control-plane/use-cases/sweeps/start-sweeps.ts';
import { allFaults } from '../simulator/faults/injector.ts';
import { networkFaults } from '../simulator/faults/network-faults.ts';
import { People } from '../simulator/people/people.ts';
import { drawShape } from '../simulator/universe/shape.ts';
import { simulateSeed } from '../simulator/universe/simulate.ts';
import { Universe } from '../simulator/universe/universe.ts';
import { createWorld } from '../simulator/world/world.ts';

const MINUTE_MS = 60_000;
/** Hours at the real pace of sweeps: a third of a minute on a machine that does nothing else, and several times that beside others. */
const LONG_STORY_TIMEOUT_MS = 240_000;

/**
 * Three machines take the runs of one cluster, and nothing is wrong. After half an hour the first one signs nobody in any
 * more. It is set aside; its canaries fail, each after a longer pause. Two hours later it is mended, three canaries succeed,
 * and it takes runs again. The other two never stop.
 */
test('a machine that signs nobody in is set aside, and comes back when it is mended', {
  timeout: LONG_STORY_TIMEOUT_MS,
}, async () => {
  const world = createWorld(12, false);
  const drawn = drawShape(world.random.fork('shape'));
  const calm = { flowTrouble: 0, haste: 0, drift: 0, databaseDrift: 0, browsers: 0, delayMs: 2 };
  const size = { servers: 2, gateways: 3, clusters: 1, users: 3, submits: 400, safetyMs: 360 * MINUTE_MS };
  const universe = new Universe(world, { ...drawn, ...calm, ...size, sweepIntervals });
  const { database, machines } = universe;
  const [cluster] = [...database.clusters.values()];
  if (cluster === undefined) throw new Error('There is no cluster.');
  database.atomically(() => database.clusters.set(cluster.id, { ...cluster, runOnAllGateways: true }));
  const steps = (): readonly string[] =>
    [...database.gatewayEvents.values()].map(({ gatewayId, event }) => `${gatewayId} ${event}`);
  const until = (minutes: number): Promise<void> => world.timeline.runUntil(minutes * MINUTE_MS);

  new People(universe).begin();
  universe.start();
  await until(30);
  expect(steps()).toEqual([]);
  const [sick] = machines;
  if (sick !== undefined) sick.troubles.isSick = true;
  await until(150);
  expect(steps()).toContain('gateway-1 set-aside');
  expect(steps().filter((step) => step === 'gateway-1 canary-failed').length).toBeGreaterThan(1);
  if (sick !== undefined) sick.troubles.isSick = false;
  await until(330);
  expect(steps().slice(-7)).toEqual([
    ...['gateway-1 canary-began', 'gateway-1 canary-succeeded'],
    ...['gateway-1 canary-began', 'gateway-1 canary-succeeded'],
    ...['gateway-1 canary-began', 'gateway-1 canary-succeeded'],
    'gateway-1 put-back',
  ]);
  expect(steps().filter((step) => !step.startsWith('gateway-1 '))).toEqual([]);
});

/** However links break, are cut or grow slow: what nobody knows the end of is no fault of the machine. */
test.each([3, 4, 5, 6])('a network that fails sets nobody aside (seed %i)', async (seed) => {
  const ofTheNetwork = new Set(networkFaults.map(({ name }) => name));
  const without = allFaults.map(({ name }) => name).filter((name) => !ofTheNetwork.has(name));
  const { failure, reached } = await simulateSeed({ seed, without });
  expect(failure).toBeNull();
  expect(reached.has('member set aside')).toBe(false);
});
