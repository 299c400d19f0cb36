import type { RunState } from './run.ts';
import { isTerminal } from './transitions.ts';

/** When each thing happened to a run, by the server's clock; null for what has not (or never) happened. */
export interface RunMoments {
  readonly requestedAtMs: number;
  readonly offeredAtMs: number | null;
  readonly acquiredAtMs: number | null;
  readonly downloadingAtMs: number | null;
  readonly runningAtMs: number | null;
  readonly endedAtMs: number | null;
  /** Only for unattended runs: the session's sign-out is complete (S12). */
  readonly signedOutAtMs: number | null;
}

/** Waiting and execution are stored and shown apart. */
export interface Durations {
  /** From the request until a gateway took the run, or until it ended without. */
  readonly waitedMs: number;
  /** Signing in and downloading. */
  readonly startingMs: number;
  /** The flow itself. */
  readonly ranMs: number;
}

export function durations(moments: RunMoments, nowMs: number): Durations {
  const end = moments.endedAtMs ?? nowMs;
  return {
    waitedMs: span(moments.requestedAtMs, moments.acquiredAtMs ?? end),
    startingMs: span(moments.acquiredAtMs, moments.runningAtMs ?? end),
    ranMs: span(moments.runningAtMs, end),
  };
}

export type TimelinePhase = 'queued' | 'offered' | 'signingIn' | 'downloading' | 'running' | 'signingOut';

export interface TimelineEntry {
  readonly phase: TimelinePhase;
  readonly fromMs: number;
  /** Null while it lasts. */
  readonly toMs: number | null;
}

/**
 * The phases a run went through, in order, without gaps. A run offered again shows its last offer only; the attempts
 * before are in its history.
 */
export function timeline(moments: RunMoments, state: RunState): readonly TimelineEntry[] {
  const begun: readonly (readonly [TimelinePhase, number | null])[] = [
    ['queued', moments.requestedAtMs],
    ['offered', moments.offeredAtMs],
    ['signingIn', moments.acquiredAtMs],
    ['downloading', moments.downloadingAtMs],
    ['running', moments.runningAtMs],
    ['signingOut', moments.signedOutAtMs === null ? null : moments.endedAtMs],
  ];
  const entries = begun.flatMap(([phase, fromMs]) => (fromMs === null ? [] : [{ phase, fromMs }]));
  const last = moments.signedOutAtMs ?? (isTerminal(state) ? moments.endedAtMs : null);
  return entries.map((entry, index) => ({ ...entry, toMs: entries[index + 1]?.fromMs ?? last }));
}

/** Clocks may be set back between two moments; a duration is never shown as negative. */
function span(fromMs: number | null, toMs: number): number {
  return fromMs === null ? 0 : Math.max(0, toMs - fromMs);
}
