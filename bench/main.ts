/** Benchmarks; `npm run bench -- [name]…`, see docs/benchmarks.md. Each prints one JSON line. */
import { cleanUp } from './parts/leftovers.ts';
import { options } from './parts/options.ts';

const benches = [
  'interpreter',
  'session',
  'dispatch',
  'lifecycle',
  'placement',
  'deep-queue',
  'fleet',
  'fleet-idle',
  'restart',
] as const;

const { asked } = options();
const unknown = asked.filter((name) => !benches.some((bench) => bench === name));
if (unknown.length > 0) {
  console.error(`error: There is no benchmark named ${unknown.join(', ')}.\ntry: npm run bench ${benches.join(' | ')}`);
  process.exit(3);
}
// npm passes on what its whole group has already been told, so a signal may come twice: the second must not cut the first short.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void cleanUp().finally(() => process.exit(130)));
for (const name of asked.length > 0 ? asked : benches) {
  process.stderr.write(`\n${name}\n`);
  try {
    const { bench } = (await import(`./${name}.ts`)) as { bench: () => Promise<void> };
    await bench();
  } catch (error) {
    // The others still run; the exit code tells that one did not.
    console.error(error);
    process.exitCode = 1;
  } finally {
    await cleanUp();
  }
}
