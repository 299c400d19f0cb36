import { setTimeout as pause } from 'node:timers/promises';
import type { Installation, Part } from './installation.ts';
import { processesOf } from './leftovers.ts';
import type { Chance } from './seeded-chance.ts';

/** One thing that goes wrong and is over after a while; the rest has to be in order again when it resolves. */
export interface Fault {
  readonly kind: string;
  /** Resolves to false when there was nobody to harm. */
  readonly act: (chance: Chance) => Promise<void | false>;
}

const LEAST_MS = 300;
const CLOCK_STEPS_S = [-7_200, -400, -3, 3, 400, 7_200];
/** Runners come and go; some come within this time while there is load and nothing else is broken. */
const RUNNER_AWAITED_MAX_MS = 15_000;
const LOOK_AGAIN_MS = 20;

const lasting = async (chance: Chance, mostMs: number): Promise<void> =>
  await pause(Math.round(chance.between(LEAST_MS, mostMs)));

/** Every kind for every part; where something cannot be done on this machine its kind is left out, and told. */
export function faultsOf(installation: Installation): readonly Fault[] {
  const parts = [...installation.servers, ...installation.gateways];
  return [
    ...parts.flatMap(faultsOfPart),
    ...faultsOfPostgres(installation),
    { kind: 'runner killed', act: (chance) => toSomeRunner(installation.folder, chance, kill) },
    { kind: 'runner paused', act: (chance) => toSomeRunner(installation.folder, chance, pauseAndGoOn) },
  ];
}

function faultsOfPart(part: Part): readonly Fault[] {
  const { name, way, clock, disk, program, start } = part;
  const stopAndGo = async (chance: Chance): Promise<void> => {
    program().child.kill('SIGSTOP');
    await lasting(chance, 15_000);
    program().child.kill('SIGCONT');
  };
  const whileWay = (what: 'cut' | 'stall', mostMs: number) => async (chance: Chance) => {
    way[what]();
    await lasting(chance, mostMs);
    way.mend();
  };
  return [
    {
      kind: `${name} killed`,
      act: async (chance) => {
        await program().kill();
        await lasting(chance, 4_000);
        await start();
      },
    },
    { kind: `${name} paused`, act: stopAndGo },
    { kind: `${name} cut off`, act: whileWay('cut', 6_000) },
    { kind: `${name} half open`, act: whileWay('stall', 20_000) },
    ...(clock
      ? [
          {
            kind: `${name} clock set`,
            act: async (chance: Chance) => {
              clock.set(chance.oneOf(CLOCK_STEPS_S));
              await lasting(chance, 10_000);
              clock.set(0);
            },
          },
        ]
      : []),
    ...(disk
      ? [
          {
            kind: `${name} disk full`,
            act: async (chance: Chance) => {
              disk.fill();
              await lasting(chance, 8_000);
              disk.free();
            },
          },
        ]
      : []),
  ];
}

function faultsOfPostgres({ postgres, postgresDisk }: Installation): readonly Fault[] {
  return [
    {
      kind: 'postgres killed',
      act: async (chance) => {
        await postgres.kill();
        await lasting(chance, 2_000);
        await postgres.ensureRunning();
      },
    },
    {
      kind: 'postgres restarted',
      act: async () => {
        await postgres.stop();
        await postgres.ensureRunning();
      },
    },
    {
      kind: 'postgres paused',
      act: async (chance) => {
        postgres.signal('SIGSTOP');
        await lasting(chance, 6_000);
        postgres.signal('SIGCONT');
      },
    },
    ...(postgresDisk
      ? [
          {
            kind: 'postgres disk full',
            act: async (chance: Chance) => {
              postgresDisk.fill();
              await lasting(chance, 4_000);
              postgresDisk.free();
              // It may have ended itself rather than lose what it promised.
              await postgres.ensureRunning();
            },
          },
        ]
      : []),
  ];
}

const kill = (pid: number): void => void process.kill(pid, 'SIGKILL');

async function pauseAndGoOn(pid: number, chance: Chance): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await lasting(chance, 8_000);
  process.kill(pid, 'SIGCONT');
}

/** Only of this installation: other runners of the machine are nobody's business here. */
async function toSomeRunner(
  folder: string,
  chance: Chance,
  harm: (pid: number, chance: Chance) => Promise<void> | void,
): Promise<void | false> {
  const untilMs = performance.now() + RUNNER_AWAITED_MAX_MS;
  while (performance.now() < untilMs) {
    const runners = processesOf(folder).filter(({ command }) => /runner(\.[cm]js|\/main\.ts)/.test(command));
    if (runners.length > 0) {
      try {
        return await harm(chance.oneOf(runners).pid, chance);
      } catch {
        // It has just ended by itself.
      }
    }
    await pause(LOOK_AGAIN_MS);
  }
  return false;
}
