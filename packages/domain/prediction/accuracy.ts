import type { QueueHabits } from './question.ts';

/** A prediction that was kept, and when the run then started. Times by one clock. */
export interface PredictionOutcome {
  /** When it was predicted, which is soon after the submit. */
  readonly predictedAtMs: number;
  readonly earliestMs: number;
  readonly medianMs: number;
  readonly latestMs: number;
  readonly startedAtMs: number;
}

/** How far predictions of a run queue could be relied on lately. */
export interface PredictionAccuracy {
  /** Runs that were compared: those that waited for longer than WAITS_COMPARED_MIN_MS. */
  readonly runs: number;
  /** Of the wait: 0.1 is a tenth too early or too late. */
  readonly medianError: number;
  /** Share of the runs that started within the predicted interval. */
  readonly coverage: number;
  /** Median length of the interval, as a share of the wait. */
  readonly medianWidth: number;
}

/** What starts almost at once says nothing about a prediction. */
export const WAITS_COMPARED_MIN_MS = 5 * 60_000;

/** Null while there is nothing to compare. */
export function accuracyOf(outcomes: readonly PredictionOutcome[]): PredictionAccuracy | null {
  const long = outcomes.filter((one) => one.startedAtMs - one.predictedAtMs > WAITS_COMPARED_MIN_MS);
  if (long.length === 0) return null;
  const waitOf = (one: PredictionOutcome): number => one.startedAtMs - one.predictedAtMs;
  const covered = long.filter((one) => one.startedAtMs >= one.earliestMs && one.startedAtMs <= one.latestMs);
  return {
    runs: long.length,
    medianError: medianOf(long.map((one) => Math.abs(one.medianMs - one.startedAtMs) / waitOf(one))),
    coverage: covered.length / long.length,
    medianWidth: medianOf(long.map((one) => (one.latestMs - one.earliestMs) / waitOf(one))),
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const above = sorted[Math.floor(middle)] ?? 0;
  return sorted.length % 2 === 1 ? above : ((sorted[middle - 1] ?? above) + above) / 2;
}

/** Assumed while nothing is known, with the weight of so many runs. */
const HABITS_PRIOR = { moved: 0.05, cancelled: 0.02, runs: 20 } as const;

/** What people did with the runs that waited lately. */
export function habitsOf(runs: readonly { readonly wasMoved: boolean; readonly wasCancelled: boolean }[]): QueueHabits {
  const share = (prior: number, count: number): number =>
    (prior * HABITS_PRIOR.runs + count) / (HABITS_PRIOR.runs + runs.length);
  return {
    moved: share(HABITS_PRIOR.moved, runs.filter((run) => run.wasMoved).length),
    cancelled: share(HABITS_PRIOR.cancelled, runs.filter((run) => run.wasCancelled).length),
  };
}
