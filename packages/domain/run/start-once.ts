import type { GatewayId, RunId } from '../brand.ts';
import type { RunState } from './run.ts';
import { isTerminal } from './transitions.ts';

/** The attempt of a run that the server holds: the highest number it ever gave out for that run, and to whom. */
export interface HeldAttempt {
  readonly runId: RunId;
  readonly attempt: number;
  readonly state: RunState;
  /** The server knows that the flow began to run in this attempt. */
  readonly hasRun: boolean;
}

/** How far a gateway's own journal and processes say an attempt has come. */
export type AttemptPhase = 'accepted' | 'started' | 'signingIn' | 'downloading' | 'running' | 'ended';

/** One attempt as a gateway reports it when a link begins. */
export interface ReportedAttempt {
  readonly runId: RunId;
  readonly attempt: number;
  readonly phase: AttemptPhase;
}

export type MessageJudgement = 'current' | 'stale' | 'unknown';

/**
 * May this message speak for the run? The attempt number fences: a lower one is stale and its work is ended; a number
 * or a run that the server never gave out is unknown. Someone else's attempt is stale too.
 */
export function judgeMessage(
  stored: { readonly attempt: number; readonly gatewayId: GatewayId | null } | null,
  message: { readonly attempt: number; readonly gatewayId: GatewayId },
): MessageJudgement {
  if (stored === null || message.attempt > stored.attempt) return 'unknown';
  return message.attempt === stored.attempt && message.gatewayId === stored.gatewayId ? 'current' : 'stale';
}

/**
 * What is done about one attempt when a link begins.
 *
 * Server keeps the state, gateway works on: `go-on` · `cancel` (end it and confirm).
 * Gateway ends or drops its part, server keeps the state: `end` · `stale` · `unknown-to-server` · `acknowledge` (a result
 * the server already has) · `keep-late-report` (a result of an uncertain run, kept beside it).
 * Server writes: `withdraw` (an offer that was not acquired; the gateway drops it) · `release` (acquired, never started:
 * back to queued) · `confirm-cancel` (never started: cancelled) · `adopt-result` · `mark-uncertain` (the gateway ends
 * whatever it has) · `take-journal-state` (the journal is ahead of a restored database) · `settle` (an uncertain run
 * holds its account and slot no longer) · `nothing`.
 */
export type ReconcileVerdict =
  | 'go-on'
  | 'cancel'
  | 'end'
  | 'stale'
  | 'unknown-to-server'
  | 'acknowledge'
  | 'keep-late-report'
  | 'withdraw'
  | 'release'
  | 'confirm-cancel'
  | 'adopt-result'
  | 'mark-uncertain'
  | 'take-journal-state'
  | 'settle'
  | 'nothing';

export interface ReconcileDecision {
  readonly runId: RunId;
  readonly attempt: number;
  readonly verdict: ReconcileVerdict;
}

/**
 * Every link begins here (§7.3). `held` are the attempts that the server holds for this gateway, and besides them the
 * run of every attempt reported, as far as the server knows it; `sameJournal` says that the journal is the one recorded
 * when the attempts were acquired, so that absence from it proves that nothing was started.
 */
export function reconcile(
  held: readonly HeldAttempt[],
  reported: readonly ReportedAttempt[],
  sameJournal: boolean,
): readonly ReconcileDecision[] {
  const heldByRun = new Map(held.map((one) => [one.runId, one]));
  const answered = reported.map((one): ReconcileDecision => {
    const verdict = judgeReported(heldByRun.get(one.runId), one, sameJournal);
    return { runId: one.runId, attempt: one.attempt, verdict };
  });
  const present = new Set(reported.map((one) => attemptKey(one)));
  const absent = held
    .filter((one) => !present.has(attemptKey(one)))
    .map((one): ReconcileDecision => {
      return { runId: one.runId, attempt: one.attempt, verdict: judgeAttempt(one, 'absent', sameJournal) };
    });
  return [...answered, ...absent];
}

function attemptKey(one: { readonly runId: RunId; readonly attempt: number }): string {
  return `${String(one.attempt)} ${one.runId}`;
}

function judgeReported(held: HeldAttempt | undefined, one: ReportedAttempt, sameJournal: boolean): ReconcileVerdict {
  if (held === undefined) return 'unknown-to-server';
  if (one.attempt < held.attempt) return 'stale';
  if (one.attempt > held.attempt) return aheadOfServer(held.state, one.phase);
  return judgeAttempt(held, one.phase, sameJournal);
}

/**
 * A number the server never gave out, or work it never granted, comes from before a restore of the database: the
 * journal's state is taken over. Only an attempt that never got beyond acceptance can be dropped without harm.
 */
function aheadOfServer(state: RunState, phase: AttemptPhase): ReconcileVerdict {
  if (phase === 'accepted') return 'end';
  if (isTerminal(state)) return phase === 'ended' ? 'keep-late-report' : 'end';
  return 'take-journal-state';
}

/** The verdict on the server's own attempt, for each of its states and each thing the gateway can say of it. */
export function judgeAttempt(
  held: Pick<HeldAttempt, 'state' | 'hasRun'>,
  phase: AttemptPhase | 'absent',
  sameJournal: boolean,
): ReconcileVerdict {
  switch (held.state) {
    case 'queued':
      return phase === 'absent' ? 'nothing' : aheadOfServer(held.state, phase);
    case 'offered':
      return phase === 'absent' || phase === 'accepted' ? 'withdraw' : aheadOfServer(held.state, phase);
    case 'starting':
      return judgeAcquired(phase, sameJournal && !held.hasRun, { absent: 'release', accepted: 'go-on', live: 'go-on' });
    case 'running':
      return judgeAcquired(phase, false, { absent: 'release', accepted: 'go-on', live: 'go-on' });
    case 'cancelling':
      return judgeAcquired(phase, sameJournal && !held.hasRun, {
        absent: 'confirm-cancel',
        accepted: 'cancel',
        live: 'cancel',
      });
    case 'uncertain':
      if (phase === 'absent') return 'settle';
      return phase === 'ended' ? 'keep-late-report' : 'end';
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'timedOut':
      if (phase === 'absent') return 'nothing';
      return phase === 'ended' ? 'acknowledge' : 'end';
    default:
      return held.state satisfies never;
  }
}

/**
 * An attempt that is not in the journal as started was never started only if the journal is the same one and the server
 * did not see it run; otherwise nobody knows, and it must not be started a second time.
 */
function judgeAcquired(
  phase: AttemptPhase | 'absent',
  absenceProvesNotStarted: boolean,
  verdicts: { readonly absent: ReconcileVerdict; readonly accepted: ReconcileVerdict; readonly live: ReconcileVerdict },
): ReconcileVerdict {
  if (phase === 'ended') return 'adopt-result';
  if (phase !== 'absent' && phase !== 'accepted') return verdicts.live;
  return absenceProvesNotStarted ? verdicts[phase] : 'mark-uncertain';
}
