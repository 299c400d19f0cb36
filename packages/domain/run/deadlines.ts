import type { RunId } from '../brand.ts';
import type { MemberAnswer } from '../run-queue/snapshot.ts';
import type { DesktopFlowRun, RunError } from './run.ts';
import { isAcquired } from './transitions.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** S33: counted from the request, met when a gateway acquires the run. */
export const START_DEADLINE_DEFAULT_MS = 3 * HOUR_MS;
export const START_DEADLINE_MIN_MS = SECOND_MS;
export const START_DEADLINE_MAX_MS = 30 * 24 * HOUR_MS;
export const EXECUTION_TIMEOUT_DEFAULT_MS = 3 * HOUR_MS;
export const EXECUTION_TIMEOUT_MIN_MS = SECOND_MS;
export const EXECUTION_TIMEOUT_MAX_MS = 24 * HOUR_MS;
/** Signing in and downloading together; past it the gateway ends the attempt with `SessionCreationError`. */
export const STARTING_LIMIT_MS = 5 * MINUTE_MS;
/** How long after everything must be over the server still waits for word from a gateway it cannot reach. */
export const GIVE_UP_GRACE_MS = 15 * MINUTE_MS;

export interface RunOnTheClock
  extends Pick<DesktopFlowRun, 'id' | 'state' | 'startDeadlineAtMs' | 'executionTimeoutMs'> {
  /** When its gateway acquired it; null before. */
  readonly acquiredAtMs: number | null;
  /** When its flow began to run; null before. */
  readonly runningAtMs: number | null;
}

export interface Overdue {
  readonly runId: RunId;
  /** `expire` for one that never started, `lose` for one whose gateway stayed silent past every limit. */
  readonly event: 'expire' | 'lose';
  readonly error: RunError;
}

/**
 * The runs whose time is over by the server's clock. The execution timeout and the limit on starting are the gateway's
 * to enforce (`attemptOverdue`), because a broken link ends no work; the server only gives up much later.
 */
export function overdue(
  runs: readonly RunOnTheClock[],
  nowMs: number,
  lastAnswers: (runId: RunId) => readonly MemberAnswer[] = () => [],
): readonly Overdue[] {
  return runs.flatMap((run): Overdue[] => {
    if (run.state === 'queued' || run.state === 'offered') {
      if (nowMs < run.startDeadlineAtMs) return [];
      return [{ runId: run.id, event: 'expire', error: noCandidateMachine(lastAnswers(run.id)) }];
    }
    const giveUpAt = giveUpAtMs(run);
    if (giveUpAt === null || nowMs < giveUpAt) return [];
    return [{ runId: run.id, event: 'lose', error: gatewaySilent }];
  });
}

/** When the server writes `uncertain` for an acquired run it hears nothing of; null for any other run (§7.4). */
export function giveUpAtMs(run: RunOnTheClock): number | null {
  if (!isAcquired(run.state)) return null;
  if (run.runningAtMs !== null) return run.runningAtMs + run.executionTimeoutMs + GIVE_UP_GRACE_MS;
  if (run.acquiredAtMs === null) return null;
  return run.acquiredAtMs + STARTING_LIMIT_MS + run.executionTimeoutMs + GIVE_UP_GRACE_MS;
}

/** The end of a run that no member could start in time, with what each of them said last. */
export function noCandidateMachine(answers: readonly MemberAnswer[]): RunError {
  const error = {
    code: 'NoCandidateMachine',
    message: 'No machine able to run the desktop flow has been found before its start deadline.',
  };
  if (answers.length === 0) return error;
  return { ...error, details: answers.map((answer) => `${answer.name}: ${answer.because.message}`).join('\n') };
}

const gatewaySilent: RunError = {
  code: 'OutcomeUncertain',
  message: 'The gateway was not heard of again after it took the run, so nobody knows how the run ended.',
};

export interface AttemptOnTheClock {
  readonly phase: 'starting' | 'running';
  readonly executionTimeoutMs: number;
  /** In this phase, on a clock that counts suspend and never jumps. */
  readonly elapsedMs: number;
}

/** What the gateway does with an attempt whose time is over; null while it has time left. */
export function attemptOverdue(
  attempt: AttemptOnTheClock,
): { readonly event: 'fail' | 'expire'; readonly error: RunError } | null {
  if (attempt.phase === 'starting') {
    return attempt.elapsedMs < STARTING_LIMIT_MS ? null : { event: 'fail', error: startingTooLong };
  }
  return attempt.elapsedMs < attempt.executionTimeoutMs ? null : { event: 'expire', error: executionTimedOut };
}

const startingTooLong: RunError = {
  code: 'SessionCreationError',
  message: `The session was not ready within ${String(STARTING_LIMIT_MS / MINUTE_MS)} minutes.`,
};

const executionTimedOut: RunError = {
  code: 'run-timed-out',
  message: 'The desktop flow ran longer than its execution timeout.',
};

export type DurationCheck =
  | { readonly ok: true; readonly durationMs: number }
  | { readonly ok: false; readonly because: 'too-short' | 'too-long'; readonly limitMs: number };

export function judgeStartDeadline(durationMs: number): DurationCheck {
  return judgeDuration(durationMs, START_DEADLINE_MIN_MS, START_DEADLINE_MAX_MS);
}

export function judgeExecutionTimeout(durationMs: number): DurationCheck {
  return judgeDuration(durationMs, EXECUTION_TIMEOUT_MIN_MS, EXECUTION_TIMEOUT_MAX_MS);
}

function judgeDuration(durationMs: number, min: number, max: number): DurationCheck {
  if (!(durationMs >= min)) return { ok: false, because: 'too-short', limitMs: min };
  if (durationMs > max) return { ok: false, because: 'too-long', limitMs: max };
  return { ok: true, durationMs };
}
