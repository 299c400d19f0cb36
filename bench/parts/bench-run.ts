import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { cleanLater } from './leftovers.ts';
import { endOf } from './programs.ts';
import type { BenchReport } from './report.ts';

/** A benchmark that is told to end stops its own programs and PostgreSQL first. */
const END_TIMEOUT_MS = 60_000;

/** One benchmark of the tree in this folder, with that tree's own code; its progress goes where ours goes. */
export async function runBench(folder: string, name: string, options: readonly string[]): Promise<BenchReport> {
  const main = join(folder, 'bench', 'main.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, name, ...options], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    // Ctrl-C reaches a whole group, and an earlier commit is cut short by being told to end twice.
    detached: true,
  });
  cleanLater(() => endOf(child, END_TIMEOUT_MS));
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number | null]>]);
  if (code !== 0) throw new Error(`${name} of ${folder} ended with ${String(code)}.`);
  return reportIn(said, name);
}

/** The report among what a benchmark said: its one line of JSON. */
export function reportIn(said: string, name: string): BenchReport {
  const line = said.split('\n').find((one) => one.startsWith('{'));
  const report = line === undefined ? undefined : (JSON.parse(line) as BenchReport);
  if (report?.bench !== name) throw new Error(`${name} told no figures.`);
  return report;
}
