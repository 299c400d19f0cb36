import type { RunId } from '@deskhand/domain/brand.ts';
import { accuracyOf, habitsOf, type PredictionAccuracy } from '@deskhand/domain/prediction/accuracy.ts';
import { drawSeeded } from '@deskhand/domain/prediction/draw-seeded.ts';
import { type ExpectedDuration, expectedDuration, usualDurationMs } from '@deskhand/domain/prediction/durations.ts';
import { type Prediction, predictStarts, RUNS_PLAYED_MAX } from '@deskhand/domain/prediction/predict-starts.ts';
import type { FairFacts, Fairness } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import type { RunMode } from '@deskhand/domain/run/run.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import { classKeyIn, type FairClassOf } from '../../ports/class-key.ts';
import type { KeptPrediction, LineReading, PredictionStore, RunInLine } from '../../ports/predictions.ts';
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
  /** Of a run that is not in the queue, as if it stood at this position, from 1. */
  asIf(clusterId: string, run: RunInLine, position: number): Promise<Prediction | undefined>;
  /** What runs like it usually take; null when too few are measured. */
  usualMs(run: Pick<RunInLine, 'flowId' | 'mode'>): Promise<number | null>;
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
      if (run.canaryOf !== null) return undefined;
      const near = (await line(run.cluster.id))?.starts.get(run.id);
      if (near !== undefined || position <= RUNS_PLAYED_MAX) return near;
      return (await predictLine(ports, run.cluster.id, { run: inLine(run), position }))?.starts.get(run.id);
    },
    asIf: async (clusterId, run, position) =>
      (await predictLine(ports, clusterId, { run, position }))?.starts.get(run.id),
    usualMs: async ({ flowId, mode }) => usualDurationMs(await ports.predictions.digestOf(flowId, mode)),
  };
}

export async function predictLine(
  { queue, predictions }: PredictionPorts,
  clusterId: string,
  besides?: { readonly run: RunInLine; readonly position: number },
): Promise<PredictedLine | undefined> {
  const [at, reading, kept] = await Promise.all([
    queue.read(clusterId),
    predictions.readLine(clusterId, RUNS_PLAYED_MAX),
    predictions.kept(clusterId, KEPT_LOOKED_AT_MAX),
  ]);
  if (at === undefined) return undefined;
  const durationOf = durationsBy(reading);
  const { fairness } = at.snapshot;
  const fairOf = fairnessBy(reading, fairness);
  const waiting = (run: RunInLine) => ({
    id: run.id,
    user: run.machineUser,
    mode: run.mode,
    whenSessionBlocked: run.whenSessionBlocked,
    classKey: classKeyIn(fairness, run),
    duration: durationOf(run.flowId, run.mode),
    ...(fairness === undefined ? {} : { queued: run, fair: fairOf(run) }),
  });
  const starts = predictStarts({
    snapshot: at.snapshot,
    running: reading.onMachines.map((run) => ({
      ...{ id: run.id, gatewayId: run.gatewayId, mode: run.mode, user: run.machineUser },
      elapsedMs: Math.max(0, reading.nowMs - run.sinceMs),
      duration: durationOf(run.flowId, run.mode),
      ...(fairness === undefined ? {} : { fair: fairOf(run) }),
    })),
    ...lineWith(reading.line, besides, waiting),
    habits: habitsOf(kept),
    nowMs: reading.nowMs,
    random: drawSeeded(SEED),
  });
  return { reading, starts, accuracy: accuracyOf(kept.flatMap(startedOne)) };
}

type RunToTellApart = Pick<FairClassOf, 'priority' | 'submittedById' | 'flowId' | 'mode'>;

/** What fairness looks at in a run; a prediction names nobody, so a share needs no name. */
function fairnessBy({ digests }: LineReading, fairness: Fairness | undefined): (run: RunToTellApart) => FairFacts {
  const usually = new Map(digests.map((digest) => [`${digest.flowId} ${digest.mode}`, usualDurationMs(digest)]));
  const by = fairness?.share?.by;
  return ({ priority, submittedById, flowId, mode }) => {
    const id = by === 'user' ? submittedById : by === 'flow' ? flowId : null;
    return { priority, sharer: id && { id, name: '' }, usuallyMs: usually.get(`${flowId} ${mode}`) ?? null };
  };
}

/** The line with a run that was not read with it: among the others where they are played, else behind them. */
function lineWith<Run>(
  line: readonly RunInLine[],
  besides: { readonly run: RunInLine; readonly position: number } | undefined,
  waiting: (run: RunInLine) => Run,
): { readonly line: readonly Run[]; readonly beyond?: { readonly run: Run; readonly position: number } } {
  if (besides === undefined) return { line: line.map(waiting) };
  const { run, position } = besides;
  if (position > RUNS_PLAYED_MAX) return { line: line.map(waiting), beyond: { position, run: waiting(run) } };
  return {
    line: line
      .toSpliced(position - 1, 0, run)
      .slice(0, RUNS_PLAYED_MAX)
      .map(waiting),
  };
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

function inLine(run: RunRecord): RunInLine {
  const { id, machineUser, mode, whenSessionBlocked, priority, topRank, requestNumber } = run;
  return {
    ...{ id, machineUser, mode, whenSessionBlocked, priority, topRank, requestNumber },
    flowId: run.flow.id,
    submittedById: run.submittedBy.id,
    requestedAtMs: run.requestedAt.getTime(),
    startDeadlineAtMs: run.startDeadlineAt.getTime(),
    isKept: false,
    isAtRisk: false,
  };
}

function startedOne({ startedAtMs, ...kept }: KeptPrediction) {
  return startedAtMs === null ? [] : [{ ...kept, startedAtMs }];
}
