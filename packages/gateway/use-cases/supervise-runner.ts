import { RUNNER_CANCEL_GRACE_MS } from '@deskhand/protocol/runner.ts';
import { pause } from '@deskhand/protocol/timers.ts';
import type { SessionProcess } from '../ports/session-host.ts';
import { onDeadline } from './deadline.ts';
import { endedEarlyWithoutResult, endingOfResult, failedWith, runnerLost } from './endings.ts';
import { recordOf, wantEnd } from './attempt-in-hand.ts';
import type { AttemptInHand, Core, Ending } from './core.ts';

/** The runner has this long to end by itself after it was told to; then its session is ended under it. */
export const END_BY_ITSELF_MS = 2 * RUNNER_CANCEL_GRACE_MS;
/** When the runner goes, its session may be going too, and then that is the cause. */
const SESSION_END_WAIT_MS = 300;
const OUTPUT_KEPT_CHARS = 500;

/** What is watched: a runner of this gateway, or one adopted from the gateway before. */
export interface WatchedRunner {
  readonly exited: Promise<string>;
}

export function watchedRunner(runner: SessionProcess): WatchedRunner {
  const words = lastWords(runner.output);
  const exited = runner.exited.then(async ({ code, signal }) => {
    const said = await words;
    return `it ended with ${signal ?? `exit code ${code}`}${said === '' ? '.' : `: ${said}`}`;
  });
  return { exited };
}

/** Resolves with the first of: result, end of the runner, end of the session, end of patience. */
export async function superviseRunner(core: Core, attempt: AttemptInHand, runner: WatchedRunner): Promise<Ending> {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  const offs: (() => void)[] = [];
  attempt.onResult = (result) => resolve(endingOfResult(result, recordOf(core, attempt).endWanted, attempt.facts));
  attempt.onRunning = () => offs.push(limitExecution(core, attempt));
  if (recordOf(core, attempt).phase === 'running') attempt.onRunning();
  void runner.exited.then(async (how) => resolve(await afterRunner(core, attempt, how)));
  void attempt.session?.ended.then(({ because }) => resolve(afterSession(core, attempt, because)));
  offs.push(endOnRequest(core, attempt, resolve));
  try {
    return await promise;
  } finally {
    attempt.onResult = undefined;
    attempt.onRunning = undefined;
    for (const off of offs) off();
  }
}

function limitExecution(core: Core, attempt: AttemptInHand): () => void {
  const runningAtMs = recordOf(core, attempt).phasesMs.running ?? 0;
  const limit = attempt.facts.acquiredAtBootMs + runningAtMs + attempt.facts.executionTimeoutMs;
  return onDeadline(core, limit, () => wantEnd(core, attempt, 'timedOut'));
}

/** The runner is asked to stop its flow; when it does not, nothing more is awaited and sign-out ends it. */
function endOnRequest(core: Core, attempt: AttemptInHand, resolve: (ending: Ending) => void): () => void {
  let callOff: (() => void) | undefined;
  const ask = (): void => {
    const wanted = recordOf(core, attempt).endWanted ?? 'cancelled';
    attempt.channel?.send({ type: 'cancel', because: wanted });
    callOff = core.timers.after(END_BY_ITSELF_MS, () => {
      const spooled = spooledEnd(core, attempt);
      resolve(spooled.ending ?? endedEarlyWithoutResult(wanted, attempt.facts, spooled.lastSeq));
    });
  };
  if (attempt.ending.signal.aborted) ask();
  else attempt.ending.signal.addEventListener('abort', ask, { once: true });
  return () => {
    callOff?.();
    attempt.ending.signal.removeEventListener('abort', ask);
  };
}

/** A result in the spool counts even when it never came over the socket. */
function spooledEnd(core: Core, attempt: AttemptInHand) {
  const record = recordOf(core, attempt);
  const { result, lastLine } = core.spools.tail(record.launch?.spoolPath ?? '');
  const ending = result === null ? undefined : endingOfResult(result, record.endWanted, attempt.facts);
  return { ending, lastLine, lastSeq: lastLine?.seq ?? 0 };
}

async function afterRunner(core: Core, attempt: AttemptInHand, how: string): Promise<Ending> {
  const { ending, lastLine, lastSeq } = spooledEnd(core, attempt);
  if (ending !== undefined) return ending;
  const record = recordOf(core, attempt);
  if (record.endWanted !== null) return endedEarlyWithoutResult(record.endWanted, attempt.facts, lastSeq);
  const sessionEnd = attempt.session?.ended.then(({ because }) => afterSession(core, attempt, because));
  const sessionEnded = await Promise.race([sessionEnd, pause(core.timers, SESSION_END_WAIT_MS)]);
  if (sessionEnded) return sessionEnded;
  return record.phase === 'running' ? runnerLost(lastLine) : failedWith('runner-failed-to-start', { detail: how });
}

function afterSession(core: Core, attempt: AttemptInHand, because: string): Ending {
  const { ending, lastSeq } = spooledEnd(core, attempt);
  if (ending !== undefined) return ending;
  const wanted = recordOf(core, attempt).endWanted;
  if (wanted !== null) return endedEarlyWithoutResult(wanted, attempt.facts, lastSeq);
  const failure = failedWith('session-ended');
  return { ...failure, lastLogSeq: lastSeq, error: failure.error && { ...failure.error, details: because } };
}

/** What a runner says outside its channel matters only when it could not start. */
async function lastWords(output: AsyncIterable<string>): Promise<string> {
  let kept = '';
  try {
    for await (const piece of output) kept = (kept + piece).slice(-OUTPUT_KEPT_CHARS);
  } catch {
    // The stream of a process that was ended may break off.
  }
  return kept.trim();
}
