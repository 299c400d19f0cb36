import type { Priority } from '../run/run.ts';
import type { QueuedRun } from './snapshot.ts';

const rank = { high: 0, normal: 1 } as const satisfies Record<Priority, number>;

/**
 * The one order of a run queue, whoever submitted the runs (S32): moved to top first, the last moved foremost; then
 * priority; then the request number, a database sequence, so that clocks decide nothing (S26).
 */
export function byQueueOrder(a: QueuedRun, b: QueuedRun): number {
  return (
    (b.topRank ?? 0) - (a.topRank ?? 0) || rank[a.priority] - rank[b.priority] || a.requestNumber - b.requestNumber
  );
}
