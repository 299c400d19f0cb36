import { drawDurationMs } from '../prediction/durations.ts';
import { drawSeeded } from '../prediction/draw-seeded.ts';
import type { Random } from '../run-queue/plan-assignments.ts';
import { type ArrivingRun, type Load, PLANNED_RUNS_MAX } from './load.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
export const DESCRIBED_DAYS_MAX = 31;
/** Of the natural logarithm: durations of one flow commonly vary so much. */
const DURATION_SIGMA = 0.5;
/** The same description is the same load again. */
const SEED = 7;

/** A load in a few words: so many runs in an hour, between two hours of each day. */
export interface LoadDescription {
  readonly perHour: number;
  /** Half of the runs take longer. */
  readonly durationMs: number;
  readonly startDeadlineMs: number;
  /** Hours of the day, 0 to 24; runs come from the first until the second. */
  readonly fromHour: number;
  readonly toHour: number;
  /** Accounts that the runs are shared among, by chance. */
  readonly accounts: number;
  /** Flows, each with the account that its turn gives it. */
  readonly flows: number;
  readonly days: number;
}

export type Described =
  | { readonly ok: true; readonly load: Load }
  | { readonly ok: false; readonly because: 'no-runs' | 'too-many-runs' };

/** Runs that come by chance, with gaps as they are between people who know nothing of one another. */
export function describedLoad(described: LoadDescription): Described {
  const { perHour, fromHour, toHour, days } = described;
  if (!(perHour > 0) || toHour <= fromHour || days < 1) return { ok: false, because: 'no-runs' };
  if (perHour * (toHour - fromHour) * days > PLANNED_RUNS_MAX / 2) return { ok: false, because: 'too-many-runs' };
  const random = drawSeeded(SEED);
  const runs = Array.from({ length: days }, (_, day) => runsOfDay(described, day * DAY_MS, random)).flat();
  if (runs.length === 0) return { ok: false, because: 'no-runs' };
  return { ok: true, load: { fromMs: 0, toMs: days * DAY_MS, runs, attended: [] } };
}

function runsOfDay(described: LoadDescription, dayMs: number, random: Random): readonly ArrivingRun[] {
  const { perHour, fromHour, toHour } = described;
  const runs: ArrivingRun[] = [];
  const gapMs = (): number => (-Math.log(1 - random()) * HOUR_MS) / perHour;
  for (let atMs = fromHour * HOUR_MS + gapMs(); atMs < toHour * HOUR_MS; atMs += gapMs())
    runs.push(runAt(described, Math.round(dayMs + atMs), random));
  return runs;
}

function runAt({ accounts, flows, ...described }: LoadDescription, atMs: number, random: Random): ArrivingRun {
  const flow = Math.floor(random() * Math.max(1, flows));
  return {
    atMs,
    flow: `flow ${String(flow + 1)}`,
    user: `account ${String((flow % Math.max(1, accounts)) + 1)}`,
    priority: 'normal',
    topRank: null,
    startDeadlineMs: described.startDeadlineMs,
    cancelledAfterMs: null,
    durationMs: Math.round(drawDurationMs({ mu: Math.log(described.durationMs), sigma: DURATION_SIGMA }, random())),
  };
}
