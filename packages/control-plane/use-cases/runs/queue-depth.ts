import type { Timers } from '@deskhand/protocol/timers.ts';
import type { RunStore } from '../../ports/runs.ts';

/** How long a run queue is, without counting a long one each time somebody asks. */
export interface QueueDepth {
  /**
   * Whether there is room for another run: after a count so many further submits are let through that the limit is passed by
   * a tenth at most, whatever other replicas add.
   */
  hasRoom(clusterId: string): Promise<boolean>;
  /** Exact while few wait; beyond that as of a few seconds ago. */
  shown(clusterId: string): Promise<number>;
}

const COUNTS_KEPT_MAX = 10_000;
/** As many are counted each time. */
export const COUNTED_EACH_TIME_MAX = 1_000;
/** Counting a million takes a tenth of a second of the database, which every move of a run would cost. */
export const COUNT_AGE_MAX_MS = 5_000;

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
    hasRoom: async (clusterId) => {
      const credit = credits.get(clusterId) ?? 0;
      if (credit > 0) {
        credits.set(clusterId, credit - 1);
        return true;
      }
      const free = limit - (await runs.countQueued(clusterId, limit));
      if (free <= 0) return false;
      if (credits.size >= COUNTS_KEPT_MAX) credits.clear();
      credits.set(clusterId, Math.min(free, Math.floor(limit / 10)) - 1);
      return true;
    },
    shown: async (clusterId) => {
      const few = await runs.countQueued(clusterId, COUNTED_EACH_TIME_MAX + 1);
      return few <= COUNTED_EACH_TIME_MAX ? few : await counted(clusterId);
    },
  };
}
