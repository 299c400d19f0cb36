import type { RunId } from '@deskhand/domain/brand.ts';
import { accuracyOf, habitsOf, type PredictionAccuracy } from '@deskhand/domain/prediction/accuracy.ts';
import { drawSeeded } from '@deskhand/domain/prediction/draw-seeded.ts';
import { type ExpectedDuration, expectedDuration } from '@deskhand/domain/prediction/durations.ts';
import { type Prediction, predictStarts, RUNS_PLAYED_MAX } from '@deskhand/domain/prediction/predict-starts.ts';
import type { RunMode } from '@deskhand/domain/run/run.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import { classKeyOf } from '../../ports/class-key.ts';
import type { KeptPrediction, LineReading, PredictionStore } from '../../ports/predictions.ts';
import type { RunQueueStore } from '../../ports/run-queue.ts';
import type { RunRecord } from '../../ports/runs.ts';

/** Many pages ask about the same queue at once; a prediction costs more than an explanation and serves them for longer. */
const PREDICTION_AGE_MAX_MS = 2_000;
const PREDICTIONS_KEPT_MAX = 200;
/** Kept predictions that habits and accuracy are measured by. */
export const KEPT_LOOKED_AT_MAX = 500;
/** The same queue is predicted the same again: only what changed in it changes what people see. */
const SEED = 1;

export interface PredictionPorts {
  readonly queue: RunQueueStore;
  readonly predictions: PredictionStore;
}

export interface PredictedLine {
  readonly reading: LineReading;
  readonly starts: ReadonlyMap<RunId, Prediction>;
  readonly accuracy: PredictionAccuracy | null;
}

/** Predicts when waiting runs start, from what is there when it is asked; nothing of it is stored as truth. */
export interface PredictionReader {
  line(clusterId: string): Promise<PredictedLine | undefined>;
  /** Also of a run that stands further back than the line goes. */
  of(run: RunRecord, position: number): Promise<Prediction | undefined>;
}

export function createPredictionReader(ports: PredictionPorts, timers: Pick<Timers, 'nowMs'>): PredictionReader {
  const known = new Map<string, { readonly atMs: number; readonly line: Promise<PredictedLine | undefined> }>();
  const line = (clusterId: string): Promise<PredictedLine | undefined> => {
    const atMs = timers.nowMs();
    const before = known.get(clusterId);
    if (before !== undefined && atMs - before.atMs < PREDICTION_AGE_MAX_MS) return before.line;
    if (known.size >= PREDICTIONS_KEPT_MAX) known.clear();
    const fresh = predictLine(ports, clusterId);
    known.set(clusterId, { atMs, line: fresh });
    return fresh;
  };
  return {
    line,
    of: async (run, position) => {
      const near = (await line(run.cluster.id))?.starts.get(run.id);
      if (near !== undefined || position <= RUNS_PLAYED_MAX) return near;
      return (await predictLine(ports, run.cluster.id, { run, position }))?.starts.get(run.id);
    },
  };
}

export async function predictLine(
  { queue, predictions }: PredictionPorts,
  clusterId: string,
  beyond?: { readonly run: RunRecord; readonly position: number },
): Promise<PredictedLine | undefined> {
  const [at, reading, kept] = await Promise.all([
    queue.read(clusterId),
    predictions.readLine(clusterId, RUNS_PLAYED_MAX),
    predictions.kept(clusterId, KEPT_LOOKED_AT_MAX),
  ]);
  if (at === undefined) return undefined;
  const durationOf = durationsBy(reading);
  const waiting = (run: LineReading['line'][number]) => ({
    id: run.id,
    user: run.machineUser,
    mode: run.mode,
    whenSessionBlocked: run.whenSessionBlocked,
    classKey: classKeyOf(run),
    duration: durationOf(run.flowId, run.mode),
  });
  const starts = predictStarts({
    snapshot: at.snapshot,
    running: reading.onMachines.map(({ id, gatewayId, machineUser, mode, flowId, sinceMs }) => ({
      ...{ id, gatewayId, mode, user: machineUser },
      elapsedMs: Math.max(0, reading.nowMs - sinceMs),
      duration: durationOf(flowId, mode),
    })),
    line: reading.line.map(waiting),
    ...(beyond && { beyond: { position: beyond.position, run: waiting(inLine(beyond.run)) } }),
    habits: habitsOf(kept),
    nowMs: reading.nowMs,
    random: drawSeeded(SEED),
  });
  return { reading, starts, accuracy: accuracyOf(kept.flatMap(startedOne)) };
}

/** One expectation for each flow and mode, so that its runs share what is open about it. */
function durationsBy({ digests }: LineReading): (flowId: string, mode: RunMode) => ExpectedDuration {
  const keyOf = (flowId: string, mode: RunMode): string => `${flowId} ${mode}`;
  const known = new Map(digests.map((digest) => [keyOf(digest.flowId, digest.mode), expectedDuration(digest)]));
  return (flowId, mode) => {
    const key = keyOf(flowId, mode);
    const duration = known.get(key) ?? expectedDuration(undefined);
    known.set(key, duration);
    return duration;
  };
}

function inLine(run: RunRecord): LineReading['line'][number] {
  const { id, machineUser, mode, whenSessionBlocked } = run;
  return {
    ...{ id, machineUser, mode, whenSessionBlocked },
    flowId: run.flow.id,
    requestedAtMs: run.requestedAt.getTime(),
    startDeadlineAtMs: run.startDeadlineAt.getTime(),
    isKept: false,
    isAtRisk: false,
  };
}

function startedOne({ startedAtMs, ...kept }: KeptPrediction) {
  return startedAtMs === null ? [] : [{ ...kept, startedAtMs }];
}
