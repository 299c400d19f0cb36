import { attemptOverdue } from '@deskhand/domain/run/deadlines.ts';
import { reason } from '@deskhand/domain/placement/reasons.ts';
import type { WaitCode } from '@deskhand/domain/run-queue/snapshot.ts';
import { runErrorOf } from '@deskhand/domain/session/session-errors.ts';
import { sessionText } from '@deskhand/domain/session/session-rules.ts';
import { type ErrorCode, errorTable, problem } from '@deskhand/protocol/errors.ts';
import type { LogLine, RunFailure } from '@deskhand/protocol/http/runs.ts';
import type { RunnerResult } from '@deskhand/protocol/runner.ts';
import type { AttemptFacts, EndCause } from '../ports/journal.ts';
import type { SessionRefusal } from '../ports/session-host.ts';
import type { Ending } from './core.ts';

/** Every way in which an attempt can end, as the server is told. */
export function failed(error: RunFailure, log: Partial<Pick<Ending, 'lastLogSeq' | 'logLinesLost'>> = {}): Ending {
  return { state: 'failed', outputs: {}, error, lastLogSeq: 0, logLinesLost: 0, ...log };
}

export function failedWith(code: ErrorCode, values: Readonly<Record<string, string>> = {}): Ending {
  const { title, remedy } = problem(code, values);
  return failed({ code, message: title, details: remedy });
}

/** What a runner reports counts, except that its `cancelled` is a time-out when that was the cause. */
export function endingOfResult(result: RunnerResult, cause: EndCause | null, facts: AttemptFacts): Ending {
  if (result.state !== 'cancelled') return { ...result, state: result.state };
  return { ...result, ...endedEarly(cause ?? 'cancelled', facts) };
}

/** Ended by a person, by the server or by the clock, before there was a result. */
export function endedEarly(cause: EndCause, facts: AttemptFacts): Pick<Ending, 'state' | 'error'> {
  if (cause === 'cancelled') return { state: 'cancelled', error: null };
  if (cause === 'timedOut') return { state: 'timedOut', error: timeoutError(facts) };
  const { title, remedy } = problem('cancelled-by-person');
  return { state: 'cancelled', error: { code: 'cancelled-by-person', message: title, details: remedy } };
}

export function endedEarlyWithoutResult(cause: EndCause, facts: AttemptFacts, lastLogSeq: number): Ending {
  return { outputs: {}, lastLogSeq, logLinesLost: 0, ...endedEarly(cause, facts) };
}

function timeoutError({ executionTimeoutMs }: AttemptFacts): RunFailure | null {
  return attemptOverdue({ phase: 'running', executionTimeoutMs, elapsedMs: executionTimeoutMs })?.error ?? null;
}

/** A runner that ended without a result; what it did last is all that is known. */
export function runnerLost(lastLine: LogLine | null): Ending {
  const { title, remedy } = problem('RunnerLost');
  if (lastLine === null) return failed({ code: 'RunnerLost', message: title, details: remedy });
  const { subflow, line, actionIndex, action } = lastLine;
  const location = { subflow, line, actionIndex };
  return failed(
    {
      code: 'RunnerLost',
      message: title,
      details: `The last action known is ${action || 'a message of the flow'} in line ${line} of ${subflow}.`,
      location,
      actionName: action,
    },
    { lastLogSeq: lastLine.seq },
  );
}

/** Codes of the session host that are rules of the domain, whose texts people search for. */
const ruleCodes: Partial<Record<SessionRefusal['code'], WaitCode>> = {
  'cannot-create-session': 'cannot-create-session',
  'attended-not-signed-in': 'attended-not-signed-in',
  'attended-not-active': 'attended-not-active',
  'attended-locked': 'attended-locked',
  'attended-wayland': 'attended-wayland',
};

export function refusedBySession(because: SessionRefusal, facts: AttemptFacts): Ending {
  if (because.code === 'cancelled') return endedEarlyWithoutResult('cancelled', facts, 0);
  if (because.code === 'session-creation-timeout') return sessionCreationFailed(because.message);
  if (because.code === 'session-exists') {
    const code = facts.policy === 'single-session' ? 'session-exists-single' : 'session-exists-multi';
    return failed(runErrorOf(reason(code, sessionText(facts.policy), because.message)));
  }
  const rule = ruleCodes[because.code];
  if (rule === undefined) {
    const details = because.code in errorTable ? errorTable[because.code as ErrorCode].remedy : '';
    return failed({ code: because.code, message: because.message, details });
  }
  const isTextFixed = rule === 'attended-locked' || rule === 'attended-not-active';
  const text = isTextFixed ? sessionText(facts.policy) : errorTable[rule as ErrorCode].message;
  return failed(runErrorOf(reason(rule, text, because.message)));
}

export function sessionCreationFailed(detail: string): Ending {
  return failedWith('SessionCreationError', { detail });
}
