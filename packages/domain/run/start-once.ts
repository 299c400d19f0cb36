import type { GatewayId, RunId } from '../brand.ts';
import type { RunState } from './run.ts';
import { isTerminal } from './transitions.ts';

/**
 * The attempt of a run that the server holds: the highest number that this history of the database ever gave out for that
 * run, and to whom. After a restore another history may have given out the same and higher numbers.
 */
export interface HeldAttempt {
  readonly runId: RunId;
  readonly attempt: number;
  /** Offered to or acquired by another gateway than the one that reports. */
  readonly isElsewhere: boolean;
  readonly state: RunState;
  /** The server knows that the flow began to run in this attempt. */
  readonly hasRun: boolean;
}

/**
 * How far a gateway's own journal and processes say an attempt has come. `accepted` has started nothing, `started` is in
 * the journal and has nothing to show yet, `ending` is being signed out, `ended` has a result.
 */
export type AttemptPhase = 'accepted' | 'started' | 'signingIn' | 'downloading' | 'running' | 'ending' | 'ended';

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
 * run of every attempt reported, as far as the server knows it, whoever holds it; `sameJournal` says that the journal is
 * the one recorded when the attempts were acquired, so that absence from it proves that nothing was started.
 */
export function reconcile(
  held: readonly HeldAttempt[],
  reported: readonly ReportedAttempt[],
  sameJournal: boolean,
): readonly ReconcileDecision[] {
  const heldByRun = new Map(held.map((one) => [one.runId, one]));
  const started = new Set(reported.filter(hasStarted).map(attemptKey));
  const answered = reported.map((one): ReconcileDecision => {
    const heldOne = heldByRun.get(one.runId);
    const isHeldStarted = heldOne !== undefined && !heldOne.isElsewhere && started.has(attemptKey(heldOne));
    const verdict = judgeReported(heldOne, one, { sameJournal, isHeldStarted });
    return { runId: one.runId, attempt: one.attempt, verdict };
  });
  const present = new Set(reported.map(attemptKey));
  const absent = held
    .filter((one) => !one.isElsewhere && !present.has(attemptKey(one)))
    .map((one): ReconcileDecision => {
      return { runId: one.runId, attempt: one.attempt, verdict: judgeAttempt(one, 'absent', sameJournal) };
    });
  return [...answered, ...absent];
}

function attemptKey(one: { readonly runId: RunId; readonly attempt: number }): string {
  return `${String(one.attempt)} ${one.runId}`;
}

const hasStarted = ({ phase }: ReportedAttempt): boolean => phase !== 'accepted';

interface Known {
  readonly sameJournal: boolean;
  /** The same report says of the attempt that is held that it was started. */
  readonly isHeldStarted: boolean;
}

function judgeReported(held: HeldAttempt | undefined, one: ReportedAttempt, known: Known): ReconcileVerdict {
  if (held === undefined) return 'unknown-to-server';
  if (one.attempt > held.attempt) return aheadOfServer(held.state, one.phase);
  if (one.attempt === held.attempt && !held.isElsewhere) return judgeAttempt(held, one.phase, known.sameJournal);
  return hasStarted(one) && !known.isHeldStarted && mayBeWaiting(held) ? 'take-journal-state' : 'stale';
}

/**
 * Nothing shows that the held attempt was started. Within one history of the database another one that was started cannot
 * be told of then; so it was started in a history that a restore took back, and the run must not start again.
 */
export const mayBeWaiting = ({ state, hasRun }: Pick<HeldAttempt, 'state' | 'hasRun'>): boolean =>
  state === 'queued' || state === 'offered' || (state === 'starting' && !hasRun);

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
      return judgeAcquired(held.hasRun, phase, sameJournal, { neverStarted: 'release', alive: 'go-on' });
    case 'running':
      return judgeAcquired(true, phase, sameJournal, { neverStarted: 'mark-uncertain', alive: 'go-on' });
    case 'cancelling':
      return judgeAcquired(held.hasRun, phase, sameJournal, { neverStarted: 'confirm-cancel', alive: 'cancel' });
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
 * The same journal decides: what is not in it was never started, unless the server saw it run, and what it has only
 * accepted it will not start twice. Another journal proves neither, so nobody knows, and nothing may start again.
 */
function judgeAcquired(
  hasRun: boolean,
  phase: AttemptPhase | 'absent',
  sameJournal: boolean,
  verdicts: { readonly neverStarted: ReconcileVerdict; readonly alive: ReconcileVerdict },
): ReconcileVerdict {
  switch (phase) {
    case 'absent':
      return sameJournal && !hasRun ? verdicts.neverStarted : 'mark-uncertain';
    case 'accepted':
      return sameJournal ? verdicts.alive : 'mark-uncertain';
    case 'ended':
      return 'adopt-result';
    default:
      return verdicts.alive;
  }
}

/** The gateway's part of a verdict: what the server's answer tells it to do with the attempt. */
export type GatewayPart = 'go-on' | 'cancel' | 'end' | 'forget' | 'send-result';

const gatewayParts = {
  'go-on': 'go-on',
  cancel: 'cancel',
  end: 'end',
  stale: 'end',
  'unknown-to-server': 'end',
  acknowledge: 'forget',
  'keep-late-report': 'send-result',
  withdraw: 'forget',
  release: 'forget',
  'confirm-cancel': 'forget',
  'adopt-result': 'send-result',
  'mark-uncertain': 'end',
  'take-journal-state': 'go-on',
  settle: 'forget',
  nothing: 'forget',
} as const satisfies Record<ReconcileVerdict, GatewayPart>;

/** An attempt that has ended is never told to go on: its result is asked for or let go. */
export function gatewayPart(verdict: ReconcileVerdict, phase: AttemptPhase): GatewayPart {
  const part = gatewayParts[verdict];
  if (phase !== 'ended') return part;
  return part === 'go-on' ? 'send-result' : part === 'end' ? 'forget' : part;
}
