import type { Operations } from './context.contract.ts';
import { runOf } from './run-operations.contract.ts';

const HOUR_MS = 3_600_000;

/** Decisions that are kept, and what waiting runs are told of their reasons. */
export const decisionOperations: Operations = {
  keepDecisions: {
    weight: 2,
    prepare: ({ stores, clusters, nowMs }, choose) => {
      const clusterId = choose.chance(0.9) ? choose.of(clusters) : 'no-such-cluster';
      const lastAtMs = nowMs() - choose.below(HOUR_MS);
      const batch = {
        ...{ clusterId, firstAtMs: lastAtMs - choose.below(HOUR_MS), lastAtMs },
        ...{ decisions: 1, program: '1.0.0', body: JSON.stringify({ drawn: choose.below(1_000), text: 'ä\0' }) },
      };
      return { says: `keeps decisions of ${clusterId}`, act: () => stores.decisions.keep(batch) };
    },
  },
  readDecisions: {
    weight: 2,
    prepare: ({ stores, clusters, nowMs }, choose) => {
      const clusterId = choose.of(clusters);
      const fromMs = nowMs() - choose.below(2 * HOUR_MS);
      const time = { fromMs, untilMs: fromMs + choose.below(HOUR_MS) };
      const limit = choose.of([100, 1]);
      const act = async () => await stores.decisions.around(clusterId, time, limit);
      return { says: `reads decisions of ${clusterId}`, act };
    },
  },
  decisionDays: {
    weight: 0.5,
    prepare: ({ stores }) => ({
      says: 'asks how long decisions are kept',
      act: () => stores.decisions.retentionDays(),
    }),
  },
  noteWaits: {
    weight: 4,
    prepare: (context, choose) => {
      const runIds = [...new Set([runOf(context, choose), runOf(context, choose)])];
      const notes = runIds.map((runId) => ({ runId, detail: choose.of(['No slot.', 'Offline.', 'Locked.']) }));
      const act = () => context.stores.decisions.noteWaits(notes);
      return { says: `notes why ${runIds.join(' and ')} wait`, act, unordered: true };
    },
  },
};
