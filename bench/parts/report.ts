import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

export interface BenchReport {
  readonly bench: string;
  /** What was measured on each side, in the unit that the field's name ends with. */
  readonly ours: Readonly<Record<string, unknown>>;
  /** Left out where nothing of the same kind runs on one machine beside us. */
  readonly peer?: Readonly<Record<string, number | string>>;
  readonly ratio?: Readonly<Record<string, number>>;
  /** For example `p50 <= 1.5`; left out, with whether it was met, where none is set. */
  readonly goal?: string;
  readonly met?: boolean;
}

/** How many processes worked or waited for a core in the minute before: what else the machine does weighs on every figure. */
export const loadBefore = (): number => Number((loadavg()[0] ?? 0).toFixed(1));

/** One JSON line for people and scripts; the raw samples go to a file beside it. */
export function report(result: BenchReport, raw: unknown): void {
  mkdirSync('.build/bench', { recursive: true });
  const file = `.build/bench/${result.bench}.json`;
  const machine = { node: process.version, cores: cpus().length, memoryBytes: totalmem() };
  writeFileSync(file, JSON.stringify({ ...result, machine, measuredAt: new Date().toISOString(), raw }));
  console.log(JSON.stringify({ ...result, raw: file }));
}
