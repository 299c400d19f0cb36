import { accountOnMachine } from '@deskhand/domain/connection/account-name.ts';
import { mayTryAgain } from '@deskhand/domain/preflight/lock-out.ts';
import type { PreflightAnswer } from '@deskhand/domain/preflight/preflight.ts';
import { PREFLIGHT_ANSWER_WAIT_MS } from '@deskhand/protocol/preflight.ts';
import type { WorkOrder } from '../ports/link.ts';
import type { AccountCheck } from '../ports/session-host.ts';
import type { Core } from './core.ts';
import { createMachineLock } from './machine-lock.ts';

type Question = Extract<WorkOrder, { type: 'preflight' }>;

/** Beyond that nothing is answered; the server asks again. */
const QUESTIONS_WAITING_MAX = 20;

export interface PreflightDesk {
  readonly take: (core: Core, question: Question) => void;
}

/** Answers one question after another; what is lost with the link is asked again, and answered from memory. */
export function createPreflightDesk(): PreflightDesk {
  const lock = createMachineLock();
  const waiting = new Set<string>();
  return {
    take: (core, question) => {
      const { requestId } = question;
      if (waiting.size >= QUESTIONS_WAITING_MAX || waiting.has(requestId)) return;
      waiting.add(requestId);
      const takenAtMs = core.timers.nowMs();
      // A question that nobody waits for any more must not cost the account a try.
      const isLate = (): boolean => core.timers.nowMs() - takenAtMs > PREFLIGHT_ANSWER_WAIT_MS / 2;
      lock
        .hold(() => answer(core, question, isLate))
        .then((check) => core.link.send({ type: 'preflightResult', requestId, ...check }))
        .catch((error: unknown) => core.log.error({ error: String(error) }, 'an account could not be checked'))
        .finally(() => waiting.delete(requestId));
    },
  };
}

async function answer(core: Core, question: Question, isLate: () => boolean): Promise<AccountCheck> {
  let password: string | undefined;
  try {
    password = await core.secrets.password(question);
  } catch {
    return { answer: 'cannot-open-sealed', isDirectoryAccount: false };
  }
  // The run that signs the same account in goes first, or waits until this is over.
  return await core.accountTurns.hold(accountOnMachine(question.accountName), async () => {
    const before = core.preflights.of(question.connectionId);
    const again = password === undefined ? ({ ok: true } as const) : mayTryAgain(before, timeOf(core, question));
    if (!again.ok) return { answer: again.because, isDirectoryAccount: before?.isDirectoryAccount ?? false };
    if (isLate()) return { answer: 'no-answer', isDirectoryAccount: false };
    return await check(core, question, password);
  });
}

const timeOf = (core: Core, { passwordVersion }: Question) => ({ passwordVersion, nowMs: core.nowMs() });

async function check(core: Core, question: Question, password: string | undefined): Promise<AccountCheck> {
  const { accountName, connectionId, passwordVersion } = question;
  const remember = (outcome: 'begun' | 'wrong', isDirectoryAccount: boolean): void =>
    core.preflights.note(connectionId, { passwordVersion, outcome, atMs: core.nowMs(), isDirectoryAccount });
  let isTried = false;
  const checked = await core.host.checkAccount({
    accountName,
    password,
    beforeTry: ({ isDirectoryAccount }) => {
      // On disk before the try: a gateway that dies in the middle of it must not try again as if nothing had been.
      remember('begun', isDirectoryAccount);
      isTried = true;
    },
  });
  if (isTried) settle(core, connectionId, checked, remember);
  return checked;
}

/** A disk that fails here leaves the try as begun, and that is on the safe side. */
function settle(
  core: Core,
  connectionId: string,
  { answer: found, isDirectoryAccount }: AccountCheck,
  remember: (outcome: 'wrong', isDirectoryAccount: boolean) => void,
): void {
  try {
    if (found === 'password-wrong') remember('wrong', isDirectoryAccount);
    else if (!isUnknown(found)) core.preflights.forget(connectionId);
  } catch (error) {
    core.log.warn({ error: String(error) }, 'what became of a check of an account could not be written down');
  }
}

const isUnknown = (found: PreflightAnswer): boolean => found === 'no-answer';
