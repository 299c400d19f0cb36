import type { Operations } from './context.contract.ts';
import { runOf } from './run-operations.contract.ts';

const HOUR_MS = 3_600_000;

/** What capacity is planned by. */
export const runHistoryOperations: Operations = {
  past: {
    weight: 3,
    prepare: ({ stores, clusters, nowMs }, choose) => {
      const clusterId = choose.of(clusters);
      const fromMs = nowMs() - choose.of([HOUR_MS, 30 * HOUR_MS]);
      const toMs = nowMs() - choose.of([-1, 60_000, 26 * HOUR_MS]);
      const limit = choose.of([1_000, 3]);
      const act = () => stores.history.past({ clusterId, fromMs, toMs, limit });
      return { says: `${String(limit)} past runs of ${clusterId}`, act };
    },
  },
  lastAnswers: {
    weight: 1,
    prepare: (context, choose) => {
      const runId = runOf(context, choose);
      return { says: `last answers to ${runId}`, act: () => context.stores.history.lastAnswers(runId) };
    },
  },
};
