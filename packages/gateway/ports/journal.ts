import type { MachinePolicy } from '@deskhand/domain/session/machine.ts';
import type { GatewayPhase, RunResult } from '@deskhand/protocol/link/messages.ts';
import type { SessionRecord } from './session-host.ts';

/**
 * The gateway's memory of what it has taken on, on disk before anything is started (DESIGN §7). One writer, one process:
 * writing is synchronous, so that no message can come between a decision and its record.
 */
export interface Journal {
  /** Names this journal for ever; a new journal has a new id, and the server then knows that memory was lost. */
  readonly id: string;
  /** What was found at opening, oldest first. */
  readonly entries: readonly JournalEntry[];
  /**
   * How many entries were ever on disk in it, those that compaction has put together included. It never falls, so one
   * that was told and is presented no more shows a copy of the machine or one that was set back (DESIGN §7.5).
   */
  readonly position: () => number;
  /** The same when it was opened: what this program has written itself proves nothing of what was there before it. */
  readonly positionAtOpening: number;
  /** Why it cannot be written now, for people; null while all is well. */
  readonly fault: () => string | null;
  /** On disk when it returns; throws `JournalFault` when it cannot be. For what must be recorded before it happens. */
  readonly record: (entry: JournalEntry) => void;
  /** Like `record`, but what cannot be written now is kept and written first when the disk takes it again. */
  readonly note: (entry: JournalEntry) => void;
  /** Tries a faulty journal again; called at every heartbeat. */
  readonly retry: () => void;
  readonly close: () => void;
}

export class JournalFault extends Error {}

export type EndCause = 'cancelled' | 'timedOut' | 'stopped-by-person';

/** What of a start order outlives a restart of the gateway. No script, no inputs, nothing secret. */
export interface AttemptFacts {
  readonly runId: string;
  readonly attempt: number;
  readonly flowName: string;
  readonly mode: 'attended' | 'unattended';
  readonly accountName: string;
  /** The account in the machine's own spelling, which the rules compare. */
  readonly user: string;
  readonly policy: MachinePolicy;
  readonly executionTimeoutMs: number;
  readonly notifications: boolean;
  readonly requestedBy: string;
  /** By the clock that counts suspend; worth something only within the same boot. */
  readonly acquiredAtBootMs: number;
  readonly bootId: string;
}

/** Written before the runner is started, so that one started in the last instant is found again. */
export interface LaunchRecord {
  readonly socketPath: string;
  readonly spoolPath: string;
  /** SHA-256 of the attempt's secret: enough to know the runner again, useless to pretend to be it. */
  readonly secretHash: string;
}

export interface RunnerRecord {
  readonly pid: number;
  readonly startTime: string;
}

interface AboutAttempt {
  readonly runId: string;
  readonly attempt: number;
}
export type JournalEntry =
  /** The server is about to be asked for it. Nothing begins by it: it shows that this journal is the one that asked. */
  | (AboutAttempt & { readonly type: 'acquiring' })
  | { readonly type: 'started'; readonly facts: AttemptFacts; readonly atMs: number }
  | (AboutAttempt & { readonly type: 'phase'; readonly phase: GatewayPhase; readonly sinceAcquireMs: number })
  | (AboutAttempt & { readonly type: 'session'; readonly session: SessionRecord })
  | (AboutAttempt & { readonly type: 'launching'; readonly launch: LaunchRecord })
  | (AboutAttempt & { readonly type: 'runner'; readonly runner: RunnerRecord })
  | (AboutAttempt & { readonly type: 'endWanted'; readonly because: EndCause })
  | (AboutAttempt & { readonly type: 'result'; readonly result: RunResult })
  /** The server has the result, or wants nothing more of this attempt. */
  | (AboutAttempt & { readonly type: 'settled'; readonly because: 'acknowledged' | 'stale' | 'forgotten' })
  /** Everything known of one attempt, as compaction writes it. */
  | { readonly type: 'attempt'; readonly record: AttemptRecord };

export interface AttemptRecord {
  readonly facts: AttemptFacts;
  readonly startedAtMs: number;
  readonly phase: GatewayPhase;
  readonly phasesMs: Readonly<Record<string, number>>;
  readonly session: SessionRecord | null;
  readonly launch: LaunchRecord | null;
  readonly runner: RunnerRecord | null;
  readonly endWanted: EndCause | null;
  /** Emptied of its outputs once settled. */
  readonly result: RunResult | null;
  readonly settled: 'acknowledged' | 'stale' | 'forgotten' | null;
}
