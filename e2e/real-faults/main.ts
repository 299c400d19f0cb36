/**
 * Real programs under real faults: `npm run faults -- [--minutes M] [--runs N] [--seed N]`. PostgreSQL, two servers behind
 * a balancer and three gateways with virtual sessions run flows while a seeded schedule ends, stops and cuts off each of
 * them, fills their disks and sets their clocks: every kind once, then by chance. `--runs N` goes on until N runs were
 * acknowledged. With `--restore` the same installation is backed up under load, works on for the minutes, is killed and
 * restored. In the end every run is accounted for from a file that the flows themselves wrote.
 * Prints progress on standard error and one JSON line on standard output; exit code 1 when something does not hold.
 */
import { parseArgs } from 'node:util';
import { cleanUp } from '../../bench/parts/leftovers.ts';
import { say } from './ground.ts';
import { restoreDrill } from './restore-drill.ts';
import { underFaults } from './under-faults.ts';

function options() {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string' },
      runs: { type: 'string' },
      seed: { type: 'string' },
      restore: { type: 'boolean' },
    },
  });
  const minutes = Number(values.minutes ?? '2');
  const leastRuns = Number(values.runs ?? '0');
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  if (!(minutes > 0) || !Number.isInteger(seed) || !Number.isInteger(leastRuns)) {
    say('npm run faults -- [--minutes M] [--runs N] [--seed N], or --restore [--minutes M] [--seed N]');
    process.exit(3);
  }
  return { minutes, leastRuns, seed, restores: values.restore === true };
}

async function main(): Promise<boolean> {
  const { restores, ...wish } = options();
  say(`seed ${wish.seed}`);
  const { wrong, figures } = restores ? await restoreDrill(wish) : await underFaults(wish);
  for (const what of wrong) say(`wrong: ${what}`);
  process.stdout.write(`${JSON.stringify({ seed: wish.seed, ...figures, wrong: wrong.length })}\n`);
  return wrong.length === 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void cleanUp().finally(() => process.exit(130)));
let held = false;
try {
  held = await main();
} finally {
  await cleanUp();
}
process.exit(held ? 0 : 1);
