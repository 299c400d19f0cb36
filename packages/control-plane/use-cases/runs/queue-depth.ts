import type { RunStore } from '../../ports/runs.ts';

/**
 * Whether a run queue is full, without counting it at each submit: after a count so many further submits are let through
 * that the limit is passed by a tenth at most, whatever other replicas add.
 */
export interface QueueDepth {
  hasRoom(clusterId: string): Promise<boolean>;
}

const COUNTS_KEPT_MAX = 10_000;

export function createQueueDepth(runs: Pick<RunStore, 'countQueued'>, limit: number): QueueDepth {
  const credits = new Map<string, number>();
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
  };
}
