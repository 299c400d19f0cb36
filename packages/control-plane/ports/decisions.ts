import type { ClusterId, RunId } from '@deskhand/domain/brand.ts';

/** Committed plans of one queue that one server made shortly after one another, with what they were made from. */
export interface DecisionBatch {
  readonly clusterId: ClusterId | string;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly decisions: number;
  /** The version of the program that decided. */
  readonly program: string;
  /** As `encodeDecisions` writes it. */
  readonly body: string;
}

/** What a run that was looked at waits for, as its event says it. */
export interface WaitNote {
  readonly runId: RunId;
  readonly detail: string;
}

/**
 * So many events say why a run waits; from then on the newest is replaced. A reason that comes and goes is noted twice in
 * this time at most, the last one always.
 */
export const WAIT_EVENTS_PER_RUN_MAX = 50;
export const WAIT_EVENT_PAUSE_MS = 30_000;
export const WAITS = 'waits';

/** Why plans came out as they did, kept for those who ask. Nothing that starts a run reads or waits for this. */
export interface DecisionStore {
  /** Nothing while decisions are kept for no days. One that is there already stays the only one: its answer may have been lost. */
  keep(batch: DecisionBatch): Promise<void>;
  /** Those that reach into this time, the latest first. */
  around(
    clusterId: string,
    time: { readonly fromMs: number; readonly untilMs: number },
    limit: number,
  ): Promise<readonly DecisionBatch[]>;
  /** Adds an event to each of the runs that still waits and has another one as its newest; answers which. */
  noteWaits(notes: readonly WaitNote[]): Promise<readonly RunId[]>;
  retentionDays(): Promise<number>;
}
