import type { QueuedRun } from '../snapshot.ts';
import type { Fairness, RunInFairOrder } from './fairness.ts';

/** 0 for runs that a person moved to the top, 1 for high and aged ones, 2 for the others. */
export type FairTier = 0 | 1 | 2;

/** The tier of a run at a moment; one whose request time is not known has not aged. */
export function fairTierOf(
  run: Pick<QueuedRun, 'topRank' | 'priority' | 'requestedAtMs'>,
  { ageing }: Fairness,
  nowMs: number,
): FairTier {
  if (run.topRank !== null) return 0;
  if (run.priority === 'high') return 1;
  const waitedMs = nowMs - (run.requestedAtMs ?? nowMs);
  return ageing !== null && waitedMs >= ageing.afterMinutes * 60_000 ? 1 : 2;
}

/**
 * The order in which the runs of a fair queue have their turn, if each of them starts at its turn: moved to the top first,
 * the last moved foremost; then tier by tier, in each of them whoever has fewer runs at work, then the request number.
 * `held` counts the runs that each sharer has at work now.
 */
export function inFairOrder<Run extends RunInFairOrder>(
  runs: readonly Run[],
  fairness: Fairness,
  held: ReadonlyMap<string, number>,
  nowMs: number,
): readonly Run[] {
  const taken = new Map(held);
  const placed = runs.map((run) => ({ run, tier: fairTierOf(run, fairness, nowMs) })).sort(byTier);
  const turns = placed.map((place) => {
    const { sharerId } = place.run;
    const before = sharerId === null || fairness.share === null ? 0 : (taken.get(sharerId) ?? 0);
    if (sharerId !== null) taken.set(sharerId, before + 1);
    return { ...place, before: place.tier === 0 ? 0 : before };
  });
  return turns.sort((a, b) => a.tier - b.tier || a.before - b.before || byTier(a, b)).map(({ run }) => run);
}

interface Placed {
  readonly run: RunInFairOrder;
  readonly tier: FairTier;
}

function byTier(a: Placed, b: Placed): number {
  return a.tier - b.tier || (b.run.topRank ?? 0) - (a.run.topRank ?? 0) || a.run.requestNumber - b.run.requestNumber;
}
