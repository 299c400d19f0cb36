/** Benchmarks; `npm run bench -- [name]…`, see docs/benchmarks.md. Each prints one JSON line. */
import { against } from './against.ts';
import { commitNamed } from './parts/earlier.ts';
import { cleanUp } from './parts/leftovers.ts';
import { options } from './parts/options.ts';

const benches = [
  'interpreter',
  'session',
  'dispatch',
  'lifecycle',
  'placement',
  'deep-queue',
  'fair-queue',
  'fleet',
  'fleet-idle',
  'restart',
] as const;

const { asked, rounds, sizes, ...given } = options();
const unknown = asked.filter((name) => !benches.some((bench) => bench === name));
if (unknown.length > 0)
  refuse(`There is no benchmark named ${unknown.join(', ')}.`, `npm run bench ${benches.join(' | ')}`);
if (!Number.isInteger(rounds) || rounds < 1)
  refuse('Rounds are counted from one.', 'npm run bench -- --against COMMIT --rounds 3');
const commit = given.against === undefined ? undefined : commitNamed(given.against);
if (given.against !== undefined && commit === undefined)
  refuse(`There is no commit ${given.against}.`, 'git log --oneline, in a clone with its history');
// npm passes on what its whole group has already been told, so a signal may come twice: the second must not cut the first short.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void cleanUp().finally(() => process.exit(130)));
const names = asked.length > 0 ? asked : benches;
if (commit === undefined) for (const name of names) await orFailure(() => run(name));
else await orFailure(() => against({ commit, benches: names, rounds, options: sizes }));

async function run(name: string): Promise<void> {
  process.stderr.write(`\n${name}\n`);
  const { bench } = (await import(`./${name}.ts`)) as { bench: () => Promise<void> };
  await bench();
}

async function orFailure(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    // The others still run; the exit code tells that one did not.
    console.error(error);
    process.exitCode = 1;
  } finally {
    await cleanUp();
  }
}

function refuse(error: string, fix: string): never {
  console.error(`error: ${error}\ntry: ${fix}`);
  process.exit(3);
}
