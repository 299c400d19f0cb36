import type { ClusterId } from '@deskhand/domain/brand.ts';
import { isAtRisk } from '@deskhand/domain/prediction/deadline-risk.ts';
import { digestOf, DURATIONS_MEASURED_MAX } from '@deskhand/domain/prediction/durations.ts';
import { isPredicted } from '@deskhand/domain/prediction/predict-starts.ts';
import type { ChangeFeed } from '../../ports/changes.ts';
import { type PredictionPorts, type PredictedLine, predictLine } from '../run-queue/predicted-starts.ts';

/** A run that was submitted within this time counts as predicted at submit. */
const AT_SUBMIT_MS = 15_000;
/** Clusters that one sweep predicts; the others have their turn in the next ones. */
const CLUSTERS_PER_SWEEP_MAX = 20;
const FLOWS_PER_SWEEP_MAX = 500;

export interface PredictionSweepPorts extends PredictionPorts {
  readonly changes: ChangeFeed;
}

export interface PredictionSweep {
  /** Measures the flows whose runs ended within this time. */
  measure(withinMs: number): Promise<void>;
  /** Keeps the first prediction of each waiting run, and tells when a run comes to be at risk. */
  predict(): Promise<void>;
}

/** Beside the way of a run: nothing that submits, starts or ends one waits for this. */
export function createPredictionSweep(ports: PredictionSweepPorts): PredictionSweep {
  let after = '';
  return {
    measure: async (withinMs) => {
      const limits = { withinMs, flows: FLOWS_PER_SWEEP_MAX, runsOfFlow: DURATIONS_MEASURED_MAX };
      const measured = await ports.predictions.newestDurations(limits);
      const digests = measured.flatMap(({ durationsMs, ...flow }) => {
        const digest = digestOf(durationsMs);
        return digest === undefined ? [] : [{ ...flow, ...digest }];
      });
      if (digests.length > 0) await ports.predictions.keepDigests(digests);
    },
    predict: async () => {
      const waiting = [...(await ports.queue.clustersWithWaitingRuns())].sort();
      const turn = [...waiting.filter((id) => id > after), ...waiting.filter((id) => id <= after)];
      for (const clusterId of turn.slice(0, CLUSTERS_PER_SWEEP_MAX)) {
        after = clusterId;
        const line = await predictLine(ports, clusterId);
        if (line !== undefined) await keepLine(ports, clusterId, line);
      }
    },
  };
}

async function keepLine(ports: PredictionSweepPorts, clusterId: ClusterId, line: PredictedLine): Promise<void> {
  const { reading, starts } = line;
  const fresh = reading.line.flatMap((run) => {
    const start = starts.get(run.id);
    if (run.isKept || start === undefined || !isPredicted(start)) return [];
    const { earliestMs, medianMs, latestMs } = start;
    const atSubmit = reading.nowMs - run.requestedAtMs <= AT_SUBMIT_MS;
    return [{ runId: run.id, atSubmit, earliestMs, medianMs, latestMs }];
  });
  if (fresh.length > 0) await ports.predictions.keepPredictions(fresh);
  const changed = reading.line.filter((run) => run.isAtRisk !== isAtRisk(starts.get(run.id), run.startDeadlineAtMs));
  for (const begins of [true, false]) {
    const ids = changed.filter((run) => run.isAtRisk !== begins).map(({ id }) => id);
    if (ids.length === 0) continue;
    const told = await ports.predictions.setAtRisk(ids, begins);
    for (const runId of told) ports.changes.publish({ kind: 'run', runId });
    if (told.length > 0) ports.changes.publish({ kind: 'run-queue', clusterId });
  }
}
