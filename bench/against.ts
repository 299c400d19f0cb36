import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { runBench } from './parts/bench-run.ts';
import { compared, type FigureRow, goalOf, summaryOf, tableHead, tableOf } from './parts/comparison.ts';
import { type EarlierTree, openEarlier, root, treeHere } from './parts/earlier.ts';
import { isCleaningUp } from './parts/leftovers.ts';
import { type BenchReport, loadBefore } from './parts/report.ts';

export interface Against {
  /** As `commitNamed` answers it. */
  readonly commit: string;
  readonly benches: readonly string[];
  readonly rounds: number;
  /** Given on to the benchmarks of both sides. */
  readonly options: readonly string[];
}

type Sides = Readonly<Record<Side, BenchReport[]>>;
type Side = 'earlier' | 'now';

/**
 * Benchmarks of an earlier commit beside those of this tree, in turns on this machine, figure by figure. Each side runs
 * its own benchmark code, because stub gateways speak the link of their release. That something is slower is no failure;
 * a run that fails is.
 */
export async function against({ commit, benches, rounds, options }: Against): Promise<void> {
  const load = loadBefore();
  const earlier = openEarlier(commit);
  console.log(
    `${earlier.commit} beside ${treeHere()}, ${rounds} rounds, ${cpus().length} cores, load ${load} before\n`,
  );
  console.log(tableHead(earlier.commit));
  const all: { readonly rows: FigureRow[]; readonly raw: Record<string, Sides> } = { rows: [], raw: {} };
  for (const bench of benches) {
    if (!earlier.has(bench)) {
      process.stderr.write(`\n${bench} is not in ${earlier.commit}\n`);
      continue;
    }
    const sides = await measured(earlier, bench, { rounds, options });
    if (isCleaningUp()) return;
    const rows = compared(sides.earlier, sides.now);
    // Told at once, so that what is known stands there when the rest is broken off.
    if (rows.length > 0) console.log(tableOf(rows, goalOf(sides.earlier, sides.now)));
    all.rows.push(...rows);
    all.raw[bench] = sides;
  }
  console.log(`\n${summaryOf(all.rows)}`);
  keep(earlier.commit, all);
}

async function measured(
  earlier: EarlierTree,
  bench: string,
  { rounds, options }: Pick<Against, 'rounds' | 'options'>,
): Promise<Sides> {
  const reports: Sides = { earlier: [], now: [] };
  for (let round = 0; round < rounds; round++)
    // Who goes first changes with every round.
    for (const side of round % 2 === 0 ? (['earlier', 'now'] as const) : (['now', 'earlier'] as const)) {
      process.stderr.write(`\n${bench}, round ${round + 1} of ${rounds}: ${side}\n`);
      try {
        reports[side].push(await runBench(side === 'now' ? root : earlier.folder, bench, options));
      } catch (error) {
        if (isCleaningUp()) return reports;
        // The others still run; the exit code tells that one did not.
        console.error(error);
        process.exitCode = 1;
      }
    }
  return reports;
}

function keep(commit: string, all: unknown): void {
  mkdirSync('.build/bench', { recursive: true });
  const file = `.build/bench/against-${commit}.json`;
  writeFileSync(file, JSON.stringify(all));
  console.log(`Every round: ${file}`);
}
