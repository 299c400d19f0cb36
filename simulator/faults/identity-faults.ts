import { type FaultKind, MINUTE_MS, someTime } from './fault-kind.ts';
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
      const image = machine.disk.image();
      const afterMs = someTime(random, 20 * MINUTE_MS);
      later(afterMs, () => {
        if (machine.power.isOver) return;
        universe.ledger.doubtful.add(machine.name);
        goDown(scene, machine, true);
        machine.disk.restore(image);
      });
      return `${machine.name} will be set back by ${inSeconds(afterMs)}`;
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
