import type { PastRun } from '@deskhand/domain/capacity-planner/history.ts';
import type { MemberAnswer } from '@deskhand/domain/run-queue/snapshot.ts';

export interface HistoryQuestion {
  readonly clusterId: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Of what ended, the newest so many; as many again that have not ended. */
  readonly limit: number;
}

/** Runs that are over, or nearly: what capacity is planned by. */
export interface RunHistoryStore {
  /**
   * Runs of one cluster that were requested before `toMs` and ended after `fromMs`, in the order of their requests, with
   * what waits or runs still. What ended more than HISTORY_TAIL_MS after `toMs` is left out.
   */
  past(question: HistoryQuestion): Promise<readonly PastRun[]>;
  /** What each member answered last to a run that timed out; empty for any other. */
  lastAnswers(runId: string): Promise<readonly MemberAnswer[]>;
}

/** A run that took so long beyond a span says little about it, and so the reading has an end. */
export const HISTORY_TAIL_MS = 24 * 60 * 60_000;
