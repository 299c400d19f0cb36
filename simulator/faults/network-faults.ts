import type { Cable } from '../network/cable.ts';
import { type FaultKind, gatewayOfRun, MINUTE_MS, type Scene, SECOND_MS, someTime } from './fault-kind.ts';

const PARTITION_MAX_MS = 30 * MINUTE_MS;
const SLOW_MAX_MS = 10 * MINUTE_MS;

/** F1 to F4. Links deliver a prefix in order and then die; what is reordered is reordered between links only. */
export const networkFaults: readonly FaultKind[] = [
  {
    name: 'link-breaks',
    everyMs: 3 * MINUTE_MS,
    strike: (scene) =>
      onCable(scene, (cable) => {
        const told = (): number => someTime(scene.random, 10 * SECOND_MS);
        cable.breakDown(scene.random.next(), [told(), told()]);
        return 'breaks';
      }),
  },
  {
    name: 'link-half-open',
    everyMs: 10 * MINUTE_MS,
    strike: (scene) =>
      onCable(scene, (cable) => {
        cable.halfOpen(scene.random.pick([0, 1, 'both'] as const));
        return 'carries nothing any more and nobody is told';
      }),
  },
  {
    name: 'all-links-break',
    everyMs: 25 * MINUTE_MS,
    strike: ({ universe, random }) => {
      for (const cable of universe.network.cables)
        cable.breakDown(random.next(), [random.between(0, 500), random.between(0, 500)]);
      return 'all links break at once';
    },
  },
  {
    name: 'partition',
    everyMs: 12 * MINUTE_MS,
    strike: (scene) => {
      const [gateway, server] = pairOf(scene);
      const forMs = someTime(scene.random, PARTITION_MAX_MS);
      scene.universe.network.block(gateway, server, forMs);
      scene.universe.network.block(server, gateway, forMs);
      return `${gateway} and ${server} do not reach each other for ${inSeconds(forMs)}`;
    },
  },
  {
    name: 'partition-at-an-acquire',
    everyMs: 10 * MINUTE_MS,
    strike: ({ universe, random }) => {
      const forMs = someTime(random, PARTITION_MAX_MS);
      const isDeaf = random.chance(0.3);
      universe.watch.onNext('starting', (runId) => {
        const machine = gatewayOfRun(universe, runId)?.machine;
        if (machine === undefined) return;
        for (const server of universe.replicas) {
          universe.network.block(machine.name, server.name, forMs);
          if (isDeaf) universe.network.block(server.name, machine.name, forMs);
        }
      });
      return `the next machine that takes a run reaches no server for ${inSeconds(forMs)}${isDeaf ? ', and hears none' : ''}`;
    },
  },
  {
    name: 'one-way-partition',
    everyMs: 12 * MINUTE_MS,
    strike: (scene) => {
      const [from, to] = scene.random.chance(0.5) ? pairOf(scene) : pairOf(scene).toReversed();
      const forMs = someTime(scene.random, PARTITION_MAX_MS);
      scene.universe.network.block(from ?? '', to ?? '', forMs);
      return `nothing passes from ${from ?? ''} to ${to ?? ''} for ${inSeconds(forMs)}`;
    },
  },
  {
    name: 'links-stop-one-by-one',
    everyMs: 40 * MINUTE_MS,
    strike: ({ universe, random, later }) => {
      for (const machine of universe.machines) {
        for (const replica of universe.replicas) {
          later(random.between(0, MINUTE_MS), () => {
            const forMs = random.between(0, 3 * MINUTE_MS);
            universe.network.block(machine.name, replica.name, forMs);
            universe.network.block(replica.name, machine.name, forMs);
          });
        }
      }
      return 'one link after the other stops, and they heal in any order';
    },
  },
  {
    name: 'slow-network',
    everyMs: 15 * MINUTE_MS,
    strike: ({ universe, random, later }) => {
      const { weather } = universe.network;
      const before = weather.delayMaxMs;
      weather.delayMaxMs = someTime(random, SLOW_MAX_MS);
      const forMs = someTime(random, 10 * MINUTE_MS);
      later(forMs, () => {
        weather.delayMaxMs = before;
      });
      return `texts take up to ${inSeconds(weather.delayMaxMs)} for ${inSeconds(forMs)}`;
    },
  },
];

export const inSeconds = (ms: number): string => `${(ms / SECOND_MS).toFixed(1)} s`;

function onCable({ universe, random }: Scene, act: (cable: Cable) => string): string | undefined {
  const { cables } = universe.network;
  if (cables.length === 0) return undefined;
  const cable = random.pick(cables);
  return `the link between ${cable.sites.join(' and ')} ${act(cable)}`;
}

function pairOf({ universe, random }: Scene): readonly [string, string] {
  return [random.pick(universe.machines).name, random.pick(universe.replicas).name];
}
