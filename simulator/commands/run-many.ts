import { availableParallelism } from 'node:os';
import type { SeedOptions } from '../universe/simulate.ts';
import { Coverage } from './coverage.ts';
import { seedPool } from './seed-pool.ts';
import type { SeedReport } from './seed-report.ts';

const PROGRESS_INTERVAL_MS = 10_000;
const HOUR_MS = 3_600_000;
/** Every hundredth seed is simulated twice, and must be the same story (I18). */
const TWICE_EVERY = 100;

export interface ManySeeds {
  readonly from: number;
  /** Null: as many as the time allows. */
  readonly to: number | null;
  readonly untilMs: number | null;
}

export interface Summary {
  readonly seeds: number;
  readonly failures: readonly SeedReport[];
  readonly lines: readonly string[];
  readonly missing: readonly string[];
}

/** Simulates many seeds, and tells how far it is. */
export async function runMany({ from, to, untilMs }: ManySeeds, say: (line: string) => void): Promise<Summary> {
  const beganAt = performance.now();
  const tally = new Tally();
  const twice: SeedOptions[] = [];
  let nextSeed = from;
  let toldAt = beganAt;
  const next = (): SeedOptions | undefined => {
    const again = twice.shift();
    if (again !== undefined) return again;
    const isOver = (to !== null && nextSeed > to) || (untilMs !== null && performance.now() - beganAt > untilMs);
    if (isOver) return undefined;
    const options = { seed: nextSeed };
    nextSeed += 1;
    return options;
  };
  await seedPool(Math.min(2, availableParallelism())).run(next, (report) => {
    if (tally.isFirst(report) && report.seed % TWICE_EVERY === 0) twice.push({ seed: report.seed });
    tally.add(report);
    if (report.failure !== null)
      say(`failed: seed ${String(report.seed)}, ${report.failure.message.split('\n')[0] ?? ''}`);
    if (performance.now() - toldAt > PROGRESS_INTERVAL_MS) {
      toldAt = performance.now();
      say(tally.line((toldAt - beganAt) / 1000));
    }
    return 'go on';
  });
  return tally.summary((performance.now() - beganAt) / 1000);
}

class Tally {
  readonly #coverage = new Coverage();
  readonly #hashes = new Map<number, string>();
  readonly #failures: SeedReport[] = [];
  readonly #events: number[] = [];
  #twice = 0;
  #runs = 0;
  #starts = 0;
  #simulatedMs = 0;
  #fewestRuns = Number.POSITIVE_INFINITY;
  #shortestMs = Number.POSITIVE_INFINITY;

  isFirst({ seed }: SeedReport): boolean {
    return !this.#hashes.has(seed);
  }

  add(report: SeedReport): void {
    const before = this.#hashes.get(report.seed);
    if (before !== undefined) {
      this.#twice += 1;
      if (before !== report.hash) this.#failures.push({ ...report, failure: notTheSame(before, report.hash) });
      return;
    }
    this.#hashes.set(report.seed, report.hash);
    if (report.failure !== null) this.#failures.push(report);
    else {
      this.#fewestRuns = Math.min(this.#fewestRuns, report.runs);
      this.#shortestMs = Math.min(this.#shortestMs, report.simulatedMs);
    }
    this.#coverage.add(report);
    this.#events.push(report.events);
    this.#runs += report.runs;
    this.#starts += report.starts;
    this.#simulatedMs += report.simulatedMs;
  }

  line(seconds: number): string {
    const seeds = this.#hashes.size;
    const hours = (this.#simulatedMs / HOUR_MS).toFixed(0);
    return `${String(seeds)} seeds, ${(seeds / seconds).toFixed(2)} a second, ${hours} simulated hours, ${String(this.#runs)} runs, ${String(this.#starts)} starts, ${String(this.#failures.length)} failed`;
  }

  summary(seconds: number): Summary {
    const events = this.#events.toSorted((a, b) => a - b);
    const median = events[Math.floor(events.length / 2)] ?? 0;
    return {
      seeds: this.#hashes.size,
      failures: this.#failures,
      missing: this.#coverage.missing(),
      lines: [
        ...this.#coverage.table(),
        this.line(seconds),
        `median ${String(median)} events a seed; at least ${String(this.#fewestRuns)} runs and ${(this.#shortestMs / HOUR_MS).toFixed(2)} hours in each; ${String(this.#twice)} seeds simulated twice with the same hash`,
      ],
    };
  }
}

const notTheSame = (before: string, after: string) => ({
  invariant: 'I18',
  message: `simulated twice, the hashes were ${before} and ${after}`,
  stack: '',
});
