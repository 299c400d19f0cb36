import type { DecisionBatch } from '../decisions.ts';
import type { Choose, Context, Operations } from './context.contract.ts';
import { runOf } from './run-operations.contract.ts';

const HOUR_MS = 3_600_000;

function batchOf({ clusters, nowMs }: Context, choose: Choose): DecisionBatch {
  const clusterId = choose.chance(0.9) ? choose.of(clusters) : 'no-such-cluster';
  const lastAtMs = nowMs() - choose.below(HOUR_MS);
  const body = JSON.stringify({ drawn: choose.below(1_000), text: 'ä\0' });
  const firstAtMs = lastAtMs - choose.below(HOUR_MS);
  return { clusterId, firstAtMs, lastAtMs, decisions: 1, program: '1.0.0', body };
}

/** Decisions that are kept, and what waiting runs are told of their reasons. */
export const decisionOperations: Operations = {
  keepDecisions: {
    weight: 2,
    prepare: (context, choose) => {
      const batch = batchOf(context, choose);
      return { says: `keeps decisions of ${batch.clusterId}`, act: () => context.stores.decisions.keep(batch) };
    },
  },
  keepDecisionsAgain: {
    weight: 0.5,
    alone: true,
    prepare: (context, choose) => {
      const batch = batchOf(context, choose);
      const act = async () => {
        for (let times = 0; times < 2; times += 1) await context.stores.decisions.keep(batch);
      };
      return { says: `keeps the same decisions of ${batch.clusterId} twice`, act };
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
