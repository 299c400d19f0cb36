import { SECOND_NOTICE_MS } from '@deskhand/domain/session/negotiation/question.ts';
import { type Answer, questionNotification } from '@deskhand/domain/session/negotiation/words.ts';
import type { QuestionReport } from '@deskhand/protocol/link/messages.ts';
import type { AskedPerson } from '../ports/persons.ts';
import type { WorkOrder } from '../ports/link.ts';
import type { Core } from './core.ts';

type AskOrder = Extract<WorkOrder, { type: 'askPerson' }>;
type SignOutOrder = Extract<WorkOrder, { type: 'signOutPerson' }>;

/** The server says an open question again every few seconds: one that it says no more is taken off the screen. */
export const QUESTION_LEASE_MS = 90_000;
/** A desktop that could not show a question is tried again so much later. */
export const SHOW_AGAIN_MS = 60_000;
/** Beyond that nobody is asked; the server says its questions again. */
const QUESTIONS_SHOWN_MAX = 20;
const DETAIL_CHARACTERS_MAX = 300;

export interface QuestionDesk {
  ask(order: AskOrder): void;
  withdraw(questionId: string): void;
  signOut(order: SignOutOrder): void;
}

/** One question, as far as this program has brought it. */
interface Shown {
  readonly order: Pick<AskOrder, 'questionId' | 'sessionId' | 'user' | 'flowName' | 'askedBy'>;
  person: AskedPerson | undefined;
  /** What stands on the screen, or was last tried. */
  notice: string;
  triedAtMs: number;
  /** What the person pressed last. */
  answer: Answer | undefined;
  /** Since when this program has said when the sign-out comes; undefined before. */
  warnedAtMs: number | undefined;
  isSigningOut: boolean;
  callOffLease: () => void;
}

/** Questions to people whose sessions are in the way, and the sign-outs that they agreed to. Holds nothing over a restart. */
export function createQuestionDesk(core: Core): QuestionDesk {
  const shown = new Map<string, Shown>();
  const forget = (questionId: string): void => {
    const one = shown.get(questionId);
    shown.delete(questionId);
    one?.callOffLease();
    one?.person?.close();
  };
  const lease = (one: Shown): void => {
    one.callOffLease();
    one.callOffLease = core.timers.after(QUESTION_LEASE_MS, () => forget(one.order.questionId));
  };
  const open = (order: Shown['order']): Shown | undefined => {
    const known = shown.get(order.questionId);
    if (known === undefined && shown.size >= QUESTIONS_SHOWN_MAX) return undefined;
    const one = known ?? newQuestion(order);
    shown.set(order.questionId, one);
    lease(one);
    return one;
  };
  return {
    ask: (order) => {
      const one = open(order);
      if (one === undefined || one.isSigningOut) return;
      if (isUnheard(one, order)) return tell(core, one, one.answer as Answer);
      present(core, one, order);
    },
    withdraw: forget,
    signOut: (order) => {
      const one = open(order);
      if (one === undefined || one.isSigningOut) return;
      // Taken back at the last moment: the person's word counts, not the order that was on its way.
      if (one.answer === 'no') return tell(core, one, 'no');
      if (one.answer === undefined && !hasWarned(core, one))
        return present(core, one, { ...order, notice: 'soon', signOutInMs: SECOND_NOTICE_MS });
      one.isSigningOut = true;
      void carryOut(core, one).finally(() => forget(order.questionId));
    },
  };
}

function newQuestion(order: Shown['order']): Shown {
  return {
    ...{ order, person: undefined, notice: '', triedAtMs: Number.NEGATIVE_INFINITY },
    ...{ answer: undefined, warnedAtMs: undefined, isSigningOut: false, callOffLease: () => undefined },
  };
}

/** The server still asks what the person has answered: the answer was lost on its way. */
function isUnheard({ answer }: Shown, { notice, signOutInMs }: AskOrder): boolean {
  if (answer === undefined) return false;
  return answer === 'no' || notice === 'ask' || (answer === 'now' && signOutInMs !== null);
}

/**
 * A gateway that was started since the person agreed warns once more, for a minute, before it signs anybody out: what was
 * pressed in between may have been lost with the gateway before.
 */
const hasWarned = ({ timers }: Core, { warnedAtMs }: Shown): boolean =>
  warnedAtMs !== undefined && timers.nowMs() - warnedAtMs >= SECOND_NOTICE_MS;

function present(core: Core, one: Shown, order: Pick<AskOrder, 'notice' | 'signOutInMs'>): void {
  const { notice, signOutInMs } = order;
  const nowMs = core.timers.nowMs();
  const key = `${notice} ${signOutInMs === null ? 'with the others' : 'at its time'}`;
  const wasTriedInVain = one.person === undefined && nowMs - one.triedAtMs >= SHOW_AGAIN_MS;
  if (one.notice === key && !wasTriedInVain) return;
  one.notice = key;
  one.triedAtMs = nowMs;
  const at = signOutInMs === null ? null : clockTime(core.nowMs() + signOutInMs);
  const { flowName, askedBy } = one.order;
  const { buttons, ...text } = questionNotification(notice, { flowName, askedBy, at });
  const keyed = buttons.map(({ answer, label }) => ({ key: answer, label }));
  void showOn(core, one, { ...text, buttons: keyed }).then((trouble) => {
    if (trouble === null && notice !== 'ask') one.warnedAtMs ??= core.timers.nowMs();
    tell(core, one, trouble === null ? 'shown' : 'not-shown', trouble ?? '');
  });
}

/** The hour and the minute, as the clock of the machine shows them to its people. */
const clockTime = (atMs: number): string => new Date(atMs).toTimeString().slice(0, 5);

/** Null when it is on the screen, else why not. */
async function showOn(core: Core, one: Shown, notice: Parameters<AskedPerson['show']>[0]): Promise<string | null> {
  try {
    one.person ??= await meet(core, one);
    if (one.person === undefined) return 'The session cannot be asked.';
    const trouble = await one.person.show(notice);
    if (trouble !== null) leave(one);
    return trouble;
  } catch (error) {
    leave(one);
    core.log.warn({ questionId: one.order.questionId, error: String(error) }, 'a person could not be asked');
    return error instanceof CannotAsk ? error.message : 'The question met a fault.';
  }
}

class CannotAsk extends Error {}

async function meet(core: Core, one: Shown): Promise<AskedPerson> {
  const { sessionId, user } = one.order;
  const person = await core.host.persons.ask({ sessionId, user });
  if ('because' in person) throw new CannotAsk(person.because);
  person.onPress((key) => {
    if (key !== 'now' && key !== 'later' && key !== 'no') return;
    one.answer = key;
    tell(core, one, key);
  });
  return person;
}

function leave(one: Shown): void {
  one.person?.close();
  one.person = undefined;
}

async function carryOut(core: Core, one: Shown): Promise<void> {
  const { questionId, sessionId, user } = one.order;
  core.log.warn({ questionId, sessionId, user }, 'a person agreed, and is signed out for a run');
  try {
    const ended = await core.host.persons.signOut({ sessionId, user });
    // The server hears that the machine is free before it hears why.
    await core.machine.refresh();
    tell(core, one, ended.ok ? 'signed-out' : 'not-signed-out', ended.ok ? '' : ended.because);
  } catch (error) {
    core.log.error({ questionId, error: String(error) }, 'a sign-out met a fault');
    tell(core, one, 'not-signed-out', 'The sign-out met a fault; the log of the gateway says more.');
  }
}

function tell(core: Core, one: Shown, report: QuestionReport, detail = ''): void {
  const { questionId } = one.order;
  core.link.send({ type: 'questionReport', questionId, report, detail: detail.slice(0, DETAIL_CHARACTERS_MAX) });
}
