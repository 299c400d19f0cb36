/**
 * The whole system in one process, deterministic: the real rules, use cases, links and gateways over a simulated clock,
 * network, store and machines, with faults that each seed draws for itself. Absent on purpose: PostgreSQL, sockets and
 * operating-system sessions, which other tests use for real.
 *
 *     npm run simulate -- --seed N                  one seed, with its story
 *     npm run simulate -- --seeds A..B              many, with the table of what they reached
 *     npm run simulate -- --minutes M [--from A]    as many as the time allows
 *     npm run simulate -- --mutations [NAME]        planted bugs, and the seeds it takes to find each
 */
import { parseArgs } from 'node:util';
import { checkMutations } from './commands/check-mutations.ts';
import { runMany, type Summary } from './commands/run-many.ts';
import { replayCommand, shortStory, shrink } from './commands/shrink.ts';
import type { Shape } from './universe/shape.ts';
import { type SeedOptions, simulateSeed } from './universe/simulate.ts';

const USAGE = 'try: npm run simulate -- --seed N | --seeds A..B | --minutes M [--from A] | --mutations [NAME]';
const FAILURES_SHRUNK_MAX = 3;
const say = (line: string): void => console.log(line);

const { values, positionals } = asked();

if (values.mutations) process.exitCode = (await checkMutations(positionals, say)) ? 0 : 1;
else if (values.seed !== undefined) await one();
else if (values.seeds !== undefined || values.minutes !== undefined) await many();
else refuse('Nothing to simulate was named.');

function asked() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        seed: { type: 'string' },
        seeds: { type: 'string' },
        minutes: { type: 'string' },
        from: { type: 'string', default: '1' },
        without: { type: 'string', default: '' },
        change: { type: 'string', default: '{}' },
        story: { type: 'boolean', default: false },
        mutations: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function refuse(error: string): never {
  console.error(`error: ${error}\n${USAGE}`);
  process.exit(3);
}

async function one(): Promise<void> {
  const options: SeedOptions = {
    seed: Number(values.seed),
    without: values.without.split(',').filter((name) => name !== ''),
    change: JSON.parse(values.change) as Partial<Shape>,
  };
  const result = await simulateSeed({ ...options, isTold: true });
  for (const line of values.story ? result.story : shortStory(result)) say(line);
  say(
    `seed ${String(result.seed)}: hash ${result.hash}, ${String(result.events)} events, ${String(result.runs)} runs, ${String(result.starts)} starts`,
  );
  if (result.failure === null) return;
  say(`FAILED ${result.failure.stack}`);
  process.exitCode = 1;
}

async function many(): Promise<void> {
  const range = /^(\d+)\.\.(\d+)$/.exec(values.seeds ?? '');
  const minutes = values.minutes === undefined ? null : Number(values.minutes);
  const from = Number(range?.[1] ?? values.from);
  const to = range?.[2] === undefined ? null : Number(range[2]);
  const summary = await runMany({ from, to, untilMs: minutes === null ? null : minutes * 60_000 }, say);
  for (const line of summary.lines) say(line);
  await tellFailures(summary);
}

async function tellFailures({ failures }: Summary): Promise<void> {
  if (failures.length > 0) process.exitCode = 1;
  for (const { seed, failure } of failures) say(`FAILED seed ${String(seed)}: ${failure?.message ?? ''}`);
  for (const { seed } of failures.slice(0, FAILURES_SHRUNK_MAX)) {
    const shrunk = await shrink({ seed });
    if (shrunk === undefined) continue;
    say(`\nSeed ${String(seed)}, made shorter:`);
    for (const line of shortStory(shrunk.result)) say(`  ${line}`);
    say(`Replay: ${replayCommand(shrunk.options)}`);
  }
}
