import type { RunId } from '../brand.ts';
import type { Random } from '../run-queue/plan-assignments.ts';
import type { WaitReason } from '../run-queue/snapshot.ts';
import { createPlays } from './play-line.ts';
import type { PredictionQuestion, QueueHabits } from './question.ts';
import { type Stage, stageOf } from './stage.ts';

/** Waiting runs that a prediction plays through, from the head of the queue. What waits behind is estimated by their pace. */
export const RUNS_PLAYED_MAX = 400;
/** How often the line is played, each time with other durations. */
export const PLAYS = 100;
/**
 * The interval holds the middle six sevenths of the plays. People do more than is played, so on simulated days about five of six
 * runs start within it, which is the middle between three quarters and nine tenths.
 */
const EARLY_SHARE = 1 / 14;
const LATE_SHARE = 13 / 14;

/** When a waiting run will start, by the clock of `nowMs`: in eight of nine plays between `earliestMs` and `latestMs`. */
export interface PredictedStart {
  readonly earliestMs: number;
  readonly medianMs: number;
  readonly latestMs: number;
  /** It rests on flows that were hardly measured, or on the pace of the queue alone. */
  readonly isGuess: boolean;
}

/** Time alone lets the run start nowhere; the reason says what has to change. */
export interface Unpredictable {
  readonly because: WaitReason;
}
export type Prediction = PredictedStart | Unpredictable;

export const isPredicted = (prediction: Prediction): prediction is PredictedStart => 'medianMs' in prediction;

/**
 * Plays the queue forward as the planner would, many times with drawn durations, and reads the starts of each run off the
 * plays. Members that are away stay away in them, people keep their sessions, and nobody moves, cancels or submits: what
 * changes is predicted anew.
 */
export function predictStarts(question: PredictionQuestion): ReadonlyMap<RunId, Prediction> {
  const { beyond, habits, nowMs, random, running, snapshot } = question;
  const near = question.line.slice(0, RUNS_PLAYED_MAX);
  const stage = stageOf(snapshot, running, beyond === undefined ? near : [...near, beyond.run], nowMs);
  const starts = playAll(stage, habits, random);
  const predictions = new Map<RunId, Prediction>();
  let isGuess = running.some(({ duration }) => duration.isGuess);
  for (const [index, run] of stage.line.entries()) {
    const because = stage.classes[stage.classOf[index] ?? 0]?.because;
    if (because) predictions.set(run.id, { because });
    else if (index < near.length) predictions.set(run.id, readOff(starts[index], nowMs, isGuess));
    else predictions.set(run.id, readOff(projected(stage, starts, beyond?.position ?? 1), nowMs, true));
    // What stands behind a run rests on its duration too.
    isGuess ||= !because && run.duration.isGuess;
  }
  return predictions;
}

/** For each run of the line its starts, one a play. */
function playAll(stage: Stage, { moved, cancelled }: QueueHabits, random: Random): readonly Float64Array[] {
  const starts = stage.line.map(() => new Float64Array(PLAYS));
  const playAgain = createPlays(stage, cancelled, random);
  for (let play = 0; play < PLAYS; play += 1) {
    const played = playAgain();
    // While a run waits about as many runs come as start, and each that is moved goes before it.
    const stretch = 1 + moved * -Math.log(1 - random());
    for (const [index, of] of starts.entries()) of[play] = (played[index] ?? Number.POSITIVE_INFINITY) * stretch;
  }
  return starts;
}

/**
 * Behind what was played the queue is taken to go on as it went there: a class with runs in the line at its own pace, any
 * other at the pace of the whole line, unless the line did not hold it up.
 */
function projected(stage: Stage, starts: readonly Float64Array[], position: number): Float64Array {
  const last = stage.line.length - 1;
  const own = starts[last] ?? new Float64Array(PLAYS);
  const stretch = position / Math.max(1, last);
  const ofOwnClass = starts.filter((_, index) => index < last && stage.classOf[index] === stage.classOf[last]);
  const ofLine = starts.filter(
    (_, index) => index < last && stage.classes[stage.classOf[index] ?? 0]?.because === null,
  );
  return own.map((startsAt, play) => {
    if (ofOwnClass.length > 0) return latestOf(ofOwnClass, play) * stretch;
    return startsAt < latestOf(ofLine, play) ? startsAt : startsAt * stretch;
  });
}

function latestOf(starts: readonly Float64Array[], play: number): number {
  return starts.reduce((latest, of) => Math.max(latest, of[play] ?? 0), 0);
}

function readOff(starts: Float64Array | undefined, nowMs: number, isGuess: boolean): PredictedStart {
  const sorted = (starts ?? new Float64Array(1)).toSorted();
  const at = (share: number): number => Math.round(nowMs + quantile(sorted, share));
  return { earliestMs: at(EARLY_SHARE), medianMs: at(0.5), latestMs: at(LATE_SHARE), isGuess };
}

function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}
