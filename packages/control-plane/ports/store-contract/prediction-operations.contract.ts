import type { DesktopFlowId } from '@deskhand/domain/brand.ts';
import { digestOf } from '@deskhand/domain/prediction/durations.ts';
import type { Operations } from './context.contract.ts';
import { runOf } from './run-operations.contract.ts';

const DAY_MS = 86_400_000;
const FLOWS = 100;
const RUNS_OF_FLOW = 3;

/** Durations that are measured, and predictions that are kept. */
export const predictionOperations: Operations = {
  readLine: {
    weight: 2,
    prepare: ({ stores, clusters }, choose) => {
      const [cluster, limit] = [choose.of(clusters), choose.of([100, 2])];
      const act = () => stores.predictions.readLine(cluster, limit);
      return { says: `reads ${String(limit)} runs of the line of ${cluster}`, act };
    },
  },
  digestOf: {
    weight: 1,
    prepare: ({ stores, flows }, choose) => {
      const [flowId, mode] = [choose.of(flows), choose.of(['attended', 'unattended'] as const)];
      return { says: `durations of ${flowId} ${mode}`, act: () => stores.predictions.digestOf(flowId, mode) };
    },
  },
  newestDurations: {
    weight: 2,
    prepare: ({ stores }, choose) => {
      const withinMs = choose.of([1_000, 60_000, DAY_MS]);
      const act = () => stores.predictions.newestDurations({ withinMs, flows: FLOWS, runsOfFlow: RUNS_OF_FLOW });
      return { says: `durations of what ended within ${String(withinMs)} ms`, act };
    },
  },
  keepDigests: {
    weight: 2,
    prepare: ({ stores, flows }, choose) => {
      const flowId = choose.of(flows) as DesktopFlowId;
      const mode = choose.of(['attended', 'unattended'] as const);
      const digest = digestOf([choose.below(100_000), choose.below(100_000)]);
      const digests = digest === undefined ? [] : [{ ...digest, flowId, mode }];
      return {
        says: `keeps durations of ${flowId} ${mode}`,
        act: () => stores.predictions.keepDigests(digests),
      };
    },
  },
  keepPredictions: {
    weight: 3,
    prepare: (context, choose) => {
      const nowMs = context.nowMs();
      const predictions = [runOf(context, choose), runOf(context, choose)].map((runId) => ({
        runId,
        atSubmit: choose.chance(0.7),
        earliestMs: nowMs + choose.below(1_000),
        medianMs: nowMs + 1_000 + choose.below(1_000),
        latestMs: nowMs + 2_000 + choose.below(1_000),
      }));
      const [first, second] = predictions;
      const given = first?.runId === second?.runId ? predictions.slice(0, 1) : predictions;
      return {
        says: `keeps predictions of ${given.map(({ runId }) => runId).join(' and ')}`,
        act: () => context.stores.predictions.keepPredictions(given),
      };
    },
  },
  setAtRisk: {
    weight: 2,
    prepare: (context, choose) => {
      const ids = [runOf(context, choose), runOf(context, choose)];
      const isAtRisk = choose.chance(0.7);
      const act = () => context.stores.predictions.setAtRisk(ids, isAtRisk);
      return { says: `${ids.join(' and ')} at risk: ${String(isAtRisk)}`, act };
    },
  },
  keptPredictions: {
    weight: 1,
    prepare: ({ stores, clusters }, choose) => {
      const [cluster, limit] = [choose.of(clusters), choose.of([100, 1])];
      return { says: `predictions kept of ${cluster}`, act: () => stores.predictions.kept(cluster, limit) };
    },
  },
};
