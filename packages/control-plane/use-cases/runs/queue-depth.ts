import type { Timers } from '@deskhand/protocol/timers.ts';
import type { RunStore } from '../../ports/runs.ts';
import { createSharedLooks } from '../run-queue/shared-looks.ts';

/** How long a run queue is, without counting a long one each time somebody asks. */
export interface QueueDepth {
  /**
   * Whether there is room for another run: after a count so many further submits are let through that the limit is passed by
   * a tenth at most, whatever other replicas add.
   */
  hasRoom(clusterId: string): Promise<boolean>;
  /** With so many waiting a submit is refused. */
  readonly limit: number;
  /** Exact while few wait; beyond that as of a few seconds ago. */
  shown(clusterId: string): Promise<number>;
}

const COUNTS_KEPT_MAX = 10_000;
/** As many are counted each time. */
export const COUNTED_EACH_TIME_MAX = 1_000;
/** Counting a million takes a tenth of a second of the database, which every move of a run would cost. */
export const COUNT_AGE_MAX_MS = 5_000;
/** A queue that was full stays so for a moment: clients that try again and again are refused without a count each. */
export const FULL_AGE_MAX_MS = 1_000;

interface KeptCount {
  readonly atMs: number;
  readonly count: Promise<number>;
}

export function createQueueDepth(
  runs: Pick<RunStore, 'countQueued'>,
  limit: number,
  timers: Pick<Timers, 'nowMs'>,
): QueueDepth {
  const credits = new Map<string, number>();
  const counts = new Map<string, KeptCount>();
  const fullAtMs = new Map<string, number>();
  const looks = createSharedLooks((clusterId) => runs.countQueued(clusterId, limit));
  const spend = (clusterId: string): boolean => {
    const credit = credits.get(clusterId) ?? 0;
    if (credit > 0) credits.set(clusterId, credit - 1);
    return credit > 0;
  };
  const counted = (clusterId: string): Promise<number> => {
    const known = counts.get(clusterId);
    if (known !== undefined && timers.nowMs() - known.atMs < COUNT_AGE_MAX_MS) return known.count;
    if (counts.size >= COUNTS_KEPT_MAX) counts.clear();
    const count = runs.countQueued(clusterId, limit);
    counts.set(clusterId, { atMs: timers.nowMs(), count });
    // The next one asks again; whoever asked now hears of it.
    count.catch(() => counts.delete(clusterId));
    return count;
  };
  return {
    limit,
    hasRoom: async (clusterId) => {
      if (spend(clusterId)) return true;
      const fullAt = fullAtMs.get(clusterId);
      if (fullAt !== undefined && timers.nowMs() - fullAt < FULL_AGE_MAX_MS) return false;
      const free = limit - (await looks.at(clusterId));
      // Others who waited for the same count may have been here before.
      if (spend(clusterId)) return true;
      if (credits.size + fullAtMs.size >= COUNTS_KEPT_MAX) {
        credits.clear();
        fullAtMs.clear();
      }
      if (free <= 0) fullAtMs.set(clusterId, timers.nowMs());
      else credits.set(clusterId, Math.min(free, Math.max(1, Math.floor(limit / 10))) - 1);
      return free > 0;
    },
    shown: async (clusterId) => {
      const few = await runs.countQueued(clusterId, COUNTED_EACH_TIME_MAX + 1);
      return few <= COUNTED_EACH_TIME_MAX ? few : await counted(clusterId);
    },
  };
}
