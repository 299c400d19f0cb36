import { accountOnMachine } from '@deskhand/domain/connection/account-name.ts';
import { STARTING_LIMIT_MS } from '@deskhand/domain/run/deadlines.ts';
import type { StartOrder } from '@deskhand/protocol/link/messages.ts';
import type { SessionRefusal, SessionResult, SignInRequest } from '../ports/session-host.ts';
import { onDeadline } from './deadline.ts';
import { endedEarlyWithoutResult, failedWith, refusedBySession, sessionCreationFailed } from './endings.ts';
import { listenForStop } from './show-notification.ts';
import { enterPhase, recordOf } from './attempt-in-hand.ts';
import { nameOf, sessionIdOf } from './attempt-record.ts';
import type { AttemptInHand, Core, Ending } from './core.ts';

/** The size of screens that nobody sees. */
export const SESSION_SCREEN = { width: 1280, height: 800 } as const;

/** Knows nothing of its run until the session stands. */
export type RunnerProgram = NonNullable<SignInRequest['prepare']>;

/** Signs the account in, or attaches to the person's session; undefined when the session stands. */
export async function openSession(
  core: Core,
  attempt: AttemptInHand,
  order: StartOrder,
  runner: RunnerProgram,
): Promise<Ending | undefined> {
  enterPhase(core, attempt, 'signingIn');
  let password: string | undefined;
  try {
    password = await core.secrets.password(order);
  } catch (error) {
    core.log.warn({ ...nameOf(order), because: (error as Error).name }, 'a sealed password could not be opened');
    return failedWith('sealed-value-unreadable');
  }
  const tooLong = new AbortController();
  const limit = attempt.facts.acquiredAtBootMs + STARTING_LIMIT_MS;
  const callOff = onDeadline(core, limit, () => tooLong.abort());
  try {
    const signal = AbortSignal.any([attempt.ending.signal, tooLong.signal]);
    const request = () => requestSession(core, order, { password, signal, runner });
    // Whoever proves no password waits for nobody: a person at the screen may be asked for a minute.
    const user = accountOnMachine(order.accountName);
    const answer = await (password === undefined ? request() : core.accountTurns.hold(user, request));
    if (!answer.ok) return endingOfRefusal(core, attempt, answer.because, tooLong.signal.aborted);
    attempt.session = answer.session;
  } finally {
    callOff();
  }
  core.book.note({ type: 'session', ...nameOf(order), session: attempt.session.record });
  listenForStop(core, attempt);
  return endingIfWanted(core, attempt);
}

interface SessionWish {
  readonly password: string | undefined;
  readonly signal: AbortSignal;
  readonly runner: RunnerProgram;
}

async function requestSession(
  core: Core,
  order: StartOrder,
  { password, signal, runner }: SessionWish,
): Promise<SessionResult> {
  const account = { accountName: order.accountName, password, signal };
  const about = { sessionId: sessionIdOf(order), runId: order.runId };
  if (order.mode === 'unattended')
    return await core.host.signIn({ ...about, ...account, screen: SESSION_SCREEN, prepare: runner });
  const purpose = `${order.requestedBy} wants to run the desktop flow “${order.flowName}” in this session.`;
  return await core.host.attach({ ...about, ...account, purpose });
}

function endingOfRefusal(core: Core, attempt: AttemptInHand, because: SessionRefusal, isTooLong: boolean): Ending {
  const wanted = recordOf(core, attempt).endWanted;
  if (wanted !== null) return endedEarlyWithoutResult(wanted, attempt.facts, 0);
  if (isTooLong) return sessionCreationFailed('it was not ready within five minutes.');
  return refusedBySession(because, attempt.facts);
}

/** Between two steps of starting: has somebody cancelled meanwhile? */
export function endingIfWanted(core: Core, attempt: AttemptInHand): Ending | undefined {
  const wanted = recordOf(core, attempt).endWanted;
  return wanted === null ? undefined : endedEarlyWithoutResult(wanted, attempt.facts, 0);
}
