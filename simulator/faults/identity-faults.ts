import type { DiskImage } from '../machine/simulated-disk.ts';
import type { SimulatedGateway } from '../machine/simulated-gateway.ts';
import type { SimulatedMachine } from '../machine/simulated-machine.ts';
import { type FaultKind, MINUTE_MS, type Scene, SECOND_MS, someTime } from './fault-kind.ts';
import { goDown } from './machine-faults.ts';
import { inSeconds } from './network-faults.ts';

/** F12: one identity in two places, or one that has gone back in time. */
export const identityFaults: readonly FaultKind[] = [
  {
    name: 'journal-is-lost',
    everyMs: 60 * MINUTE_MS,
    strike: ({ universe, random, later }) => {
      const gateway = random.pick(universe.gateways.filter((one) => !one.isRetired));
      gateway.crash();
      gateway.loseJournal();
      later(someTime(random, MINUTE_MS), () => gateway.start());
      return `${gateway.gatewayId} loses its journal and begins a new one`;
    },
  },
  {
    name: 'machine-is-cloned',
    everyMs: 90 * MINUTE_MS,
    strike: ({ universe, random, later }) => {
      const original = random.pick(universe.gateways.filter((gateway) => !gateway.isRetired));
      const copy = universe.cloneMachine(original);
      later(random.between(0, 5 * MINUTE_MS), () => copy.start());
      later(someTime(random, 30 * MINUTE_MS), () => universe.retire(copy));
      return `${original.machine.name} is cloned, and ${original.gatewayId} will run in two places`;
    },
  },
  {
    name: 'machine-is-set-back',
    everyMs: 90 * MINUTE_MS,
    strike: (scene) => {
      const { universe, random, later } = scene;
      const { machine } = random.pick(universe.gateways.filter((gateway) => !gateway.isRetired));
      const image = universe.imageOf(machine);
      const afterMs = someTime(random, 20 * MINUTE_MS);
      later(afterMs, () => setBack(scene, machine, image));
      return `${machine.name} will be set back by ${inSeconds(afterMs)}`;
    },
  },
  {
    name: 'working-machine-is-copied',
    everyMs: 90 * MINUTE_MS,
    strike: (scene) => {
      const { universe, random, later } = scene;
      const original = random.pick(universe.gateways.filter((gateway) => !gateway.isRetired));
      const copy = universe.cloneMachine(original);
      const waitMs = random.chance(0.5) ? 0 : random.between(0, 3 * SECOND_MS);
      whenItHasBegunMore(scene, original, () => later(waitMs, () => copy.start()));
      later(30 * MINUTE_MS, () => universe.retire(copy));
      return `${original.machine.name} is copied, and the copy will start when ${original.gatewayId} has begun more`;
    },
  },
  {
    name: 'working-machine-is-set-back',
    everyMs: 90 * MINUTE_MS,
    strike: (scene) => {
      const { universe, random, later } = scene;
      const gateway = random.pick(universe.gateways.filter((one) => !one.isRetired));
      const { machine } = gateway;
      const image = universe.imageOf(machine);
      const waitMs = random.chance(0.5) ? 0 : random.between(0, 3 * SECOND_MS);
      whenItHasBegunMore(scene, gateway, () => later(waitMs, () => setBack(scene, machine, image)));
      return `${machine.name} will be set back when ${gateway.gatewayId} has begun more`;
    },
  },
  {
    name: 'two-gateways-on-one-machine',
    everyMs: 60 * MINUTE_MS,
    strike: ({ universe, random }) => {
      const { machine } = random.pick(universe.gateways.filter((gateway) => !gateway.isRetired));
      const gateway = universe.enrolAnew(machine);
      gateway.start();
      return `${gateway.gatewayId} is a second gateway on ${machine.name}`;
    },
  },
];

function setBack(scene: Scene, machine: SimulatedMachine, image: DiskImage): void {
  if (machine.power.isOver) return;
  scene.universe.ledger.doubtful.add(machine.name);
  goDown(scene, machine, true);
  machine.disk.restore(image);
}

/** Shorter than a sign-in. */
const LOOK_EVERY_MS = 100;
const LOOKS_MAX = 6_000;

/** Once the gateway works on an attempt that it does not work on now: just then a copy of now knows the least. */
function whenItHasBegunMore({ later }: Scene, gateway: SimulatedGateway, act: () => void): void {
  const known = new Set(gateway.core?.inHand.keys());
  const look = (left: number): void => {
    if (left === 0 || gateway.isRetired) return;
    const hasMore = [...(gateway.core?.inHand.keys() ?? [])].some((key) => !known.has(key));
    if (hasMore) act();
    else later(LOOK_EVERY_MS, () => look(left - 1));
  };
  look(LOOKS_MAX);
}
