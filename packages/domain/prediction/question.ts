import type { RunId } from '../brand.ts';
import type { Random } from '../run-queue/plan-assignments.ts';
import type { QueuedRun, QueueSnapshot, RunClass, RunInHand } from '../run-queue/snapshot.ts';
import type { ExpectedDuration } from './durations.ts';

export interface WaitingRunToPredict extends Pick<RunClass, 'user' | 'mode' | 'whenSessionBlocked' | 'fair'> {
  readonly id: RunId;
  readonly classKey: string;
  /** The same object for every run of a flow: what is open about its middle is drawn for all of them at once. */
  readonly duration: ExpectedDuration;
  /** Read only where fairness is on: elsewhere the line says who comes first. */
  readonly queued?: Omit<QueuedRun, 'id'>;
}

/** A run on a machine, with how long it has been there. */
export interface RunningToPredict extends RunInHand {
  readonly elapsedMs: number;
  readonly duration: ExpectedDuration;
}

export interface PredictionQuestion {
  /** Members, add-ons and the toggle; its classes and runs in hand are not looked at. */
  readonly snapshot: QueueSnapshot;
  readonly running: readonly RunningToPredict[];
  /** In the order of their turns from the first; as many as are played in `predict-starts.ts` count. */
  readonly line: readonly WaitingRunToPredict[];
  /** A run further back, with its position from 1. */
  readonly beyond?: { readonly run: WaitingRunToPredict; readonly position: number };
  readonly habits: QueueHabits;
  readonly nowMs: number;
  readonly random: Random;
}

/** What people do with runs that wait in this queue, as shares of its runs lately. */
export interface QueueHabits {
  readonly moved: number;
  readonly cancelled: number;
}
