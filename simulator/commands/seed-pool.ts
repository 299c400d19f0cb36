import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SeedOptions } from '../universe/simulate.ts';
import type { SeedReport } from './seed-report.ts';

/** A seed that takes longer has an endless loop in it. */
const SEED_MAX_MS = 10 * 60_000;
/** Programs that crash in a simulation leave listeners on signals that Node keeps for ever; a fresh process has none. */
const SEEDS_PER_PROCESS = 200;

export interface SeedPool {
  /** Simulates every seed that `next` gives until it gives none; `heard` may answer that it is enough. */
  run(next: () => SeedOptions | undefined, heard: (report: SeedReport) => 'go on' | 'enough'): Promise<void>;
}

/** Seeds over several processes; `root` is where the code that is simulated lies. */
export function seedPool(processes: number, root: URL = new URL('../', import.meta.url)): SeedPool {
  const program = fileURLToPath(new URL('commands/seed-program.ts', root));
  return {
    run: async (next, heard) => {
      let isEnough = false;
      const one = async (): Promise<void> => {
        let child = start(program);
        let seeds = 0;
        try {
          for (let options = next(); options !== undefined && !isEnough; options = next()) {
            if (!child.connected || seeds === SEEDS_PER_PROCESS) {
              if (child.connected) child.disconnect();
              [child, seeds] = [start(program), 0];
            }
            seeds += 1;
            if (heard(await simulated(child, options)) === 'enough') isEnough = true;
          }
        } finally {
          if (child.connected) child.disconnect();
        }
      };
      await Promise.all(Array.from({ length: processes }, one));
    },
  };
}

const start = (program: string): ChildProcess =>
  fork(program, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });

function simulated(child: ChildProcess, options: SeedOptions): Promise<SeedReport> {
  const { promise, resolve } = Promise.withResolvers<SeedReport>();
  const failed = (message: string): void =>
    resolve({
      seed: options.seed,
      hash: '',
      events: 0,
      runs: 0,
      starts: 0,
      simulatedMs: 0,
      reached: [],
      tookMs: 0,
      failure: { invariant: 'a fault of the code', message, stack: message },
    });
  const patience = setTimeout(() => {
    child.kill('SIGKILL');
    failed('the seed did not come to its end');
  }, SEED_MAX_MS);
  child.once('exit', () => failed('its process ended'));
  child.once('message', (report) => resolve(report as SeedReport));
  child.send(options);
  return promise.finally(() => {
    clearTimeout(patience);
    child.removeAllListeners();
  });
}
