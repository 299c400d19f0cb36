import type { SimulatedGateway } from '../machine/simulated-gateway.ts';
import type { SimulatedMachine } from '../machine/simulated-machine.ts';
import { type FaultKind, fillDisk, gatewayOfRun, MINUTE_MS, type Scene, SECOND_MS, someTime } from './fault-kind.ts';
import { inSeconds } from './network-faults.ts';

const PAUSE_MAX_MS = 20 * MINUTE_MS;
const CLOCK_STEP_MAX_MS = 60 * MINUTE_MS;

/** F6 to F10, at the machines and the gateways on them. */
export const machineFaults: readonly FaultKind[] = [
  {
    name: 'gateway-crashes',
    everyMs: 6 * MINUTE_MS,
    strike: (scene) =>
      onGateway(scene, (gateway) => {
        gateway.crash();
        return `crashes, ${restartLater(scene, gateway)}`;
      }),
  },
  {
    name: 'gateway-crashes-at-a-sync',
    everyMs: 6 * MINUTE_MS,
    strike: (scene) =>
      onGateway(scene, (gateway) => {
        const { machine } = gateway;
        const when = scene.random.pick(['before', 'after'] as const);
        let skip = scene.random.below(6);
        machine.disk.onSync = (now) => {
          if (now !== when || skip-- > 0) return;
          machine.disk.onSync = () => undefined;
          if (scene.random.chance(0.4)) goDown(scene, machine, true);
          else gateway.crash();
          restartLater(scene, gateway);
          throw new Error('The program died.');
        };
        return `will crash ${when} a sync`;
      }),
  },
  {
    name: 'gateway-stands-still',
    everyMs: 12 * MINUTE_MS,
    strike: (scene) =>
      onGateway(scene, (gateway) => {
        const forMs = someTime(scene.random, PAUSE_MAX_MS);
        gateway.life?.standStill(forMs);
        return `stands still for ${inSeconds(forMs)}`;
      }),
  },
  {
    name: 'machine-sleeps',
    everyMs: 25 * MINUTE_MS,
    strike: (scene) =>
      onMachine(scene, (machine) => {
        const forMs = someTime(scene.random, PAUSE_MAX_MS);
        machine.clock.sleep(forMs);
        return `sleeps for ${inSeconds(forMs)}`;
      }),
  },
  {
    name: 'machine-reboots',
    everyMs: 15 * MINUTE_MS,
    strike: (scene) => onMachine(scene, (machine) => goDown(scene, machine, false)),
  },
  {
    name: 'machine-loses-power',
    everyMs: 15 * MINUTE_MS,
    strike: (scene) => onMachine(scene, (machine) => goDown(scene, machine, true)),
  },
  {
    name: 'disk-is-full',
    everyMs: 15 * MINUTE_MS,
    strike: (scene) =>
      onMachine(scene, (machine) => {
        const forMs = someTime(scene.random, 10 * MINUTE_MS);
        fillDisk(scene, machine, forMs);
        return `has a full disk for ${inSeconds(forMs)}`;
      }),
  },
  {
    name: 'disk-fills-at-an-acquire',
    everyMs: 15 * MINUTE_MS,
    strike: (scene) => {
      const { universe, random } = scene;
      const forMs = SECOND_MS + someTime(random, 10 * MINUTE_MS);
      const crashesInMs = random.chance(0.5) ? random.between(0, forMs) : undefined;
      universe.watch.onNext('starting', (runId) => {
        const gateway = gatewayOfRun(universe, runId);
        if (gateway === undefined) return;
        fillDisk(scene, gateway.machine, forMs);
        if (crashesInMs === undefined) return;
        scene.later(crashesInMs, () => {
          gateway.crash();
          restartLater(scene, gateway);
        });
      });
      const crash = crashesInMs === undefined ? '' : ', and its gateway crashes meanwhile';
      return `the next machine that takes a run has a full disk for ${inSeconds(forMs)}${crash}`;
    },
  },
  {
    name: 'machine-clock-is-set',
    everyMs: 20 * MINUTE_MS,
    strike: (scene) =>
      onMachine(scene, (machine) => {
        const byMs = Math.round(scene.random.between(-CLOCK_STEP_MAX_MS, CLOCK_STEP_MAX_MS));
        machine.clock.set(byMs);
        return `has its clock set by ${inSeconds(byMs)}`;
      }),
  },
  {
    name: 'runner-is-ended',
    everyMs: 8 * MINUTE_MS,
    strike: (scene) =>
      onMachine(scene, (machine) => {
        const runner = [...machine.runners.values()].at(0);
        runner?.endByForce();
        return runner === undefined ? undefined : `ends the process of ${runner.runId}`;
      }),
  },
  {
    name: 'session-is-ended',
    everyMs: 8 * MINUTE_MS,
    strike: (scene) =>
      onMachine(scene, (machine) => {
        const session = [...machine.sessions.values()].find((one) => one.ours !== null);
        if (session === undefined) return undefined;
        machine.endSession(session.id, 'somebody ended it');
        return `ends the session ${session.id}`;
      }),
  },
  {
    name: 'sessions-in-trouble',
    everyMs: 15 * MINUTE_MS,
    strike: (scene) =>
      onMachine(scene, (machine) => {
        const { random } = scene;
        const share = (most: number): number => (random.chance(0.5) ? most * random.next() : 0);
        const { isSick: _, ...before } = machine.troubles;
        Object.assign(machine.troubles, {
          signInFailure: share(0.5),
          signInSlow: share(0.6),
          signInHang: share(0.3),
          signOutFailure: share(0.6),
          processDies: share(0.3),
        });
        const forMs = someTime(random, 15 * MINUTE_MS);
        scene.later(forMs, () => Object.assign(machine.troubles, before));
        return `has trouble with its sessions for ${inSeconds(forMs)}`;
      }),
  },
  {
    name: 'machine-turns-sick',
    everyMs: 20 * MINUTE_MS,
    strike: (scene) =>
      onMachine(scene, (machine) => {
        const forMs = scene.random.between(MINUTE_MS, SICK_MAX_MS);
        machine.troubles.isSick = true;
        scene.later(forMs, () => {
          machine.troubles.isSick = false;
        });
        return `signs nobody in for ${inSeconds(forMs)}`;
      }),
  },
];

/** Long enough to be found out, set aside and tried in vain. */
const SICK_MAX_MS = 40 * MINUTE_MS;

function onGateway(scene: Scene, act: (gateway: SimulatedGateway) => string): string | undefined {
  const gateways = scene.universe.gateways.filter((gateway) => gateway.isUp);
  if (gateways.length === 0) return undefined;
  const gateway = scene.random.pick(gateways);
  return `${gateway.gatewayId} on ${gateway.machine.name} ${act(gateway)}`;
}

function onMachine(scene: Scene, act: (machine: SimulatedMachine) => string | undefined): string | undefined {
  const machine = scene.random.pick(scene.universe.machines);
  const what = machine.power.isOver ? undefined : act(machine);
  return what === undefined ? undefined : `${machine.name} ${what}`;
}

function restartLater({ random, later }: Scene, gateway: SimulatedGateway): string {
  const forMs = someTime(random, 5 * MINUTE_MS);
  later(forMs, () => gateway.start());
  return `is back in ${inSeconds(forMs)}`;
}

/** The machine and all that ran on it; what was not synced may be lost with the power. */
export function goDown(scene: Scene, machine: SimulatedMachine, losesPower: boolean): string {
  const { universe, random, later } = scene;
  universe.machineGoesDown(machine, losesPower);
  const forMs = 30 * SECOND_MS + someTime(random, 5 * MINUTE_MS);
  later(forMs, () => universe.machineComesUp(machine));
  return `${losesPower ? 'loses its power' : 'reboots'} and is back in ${inSeconds(forMs)}`;
}
