import { assertNever } from '../../brand.ts';
import { NOTIFICATION_BODY_CHARS_MAX, type SessionNotification } from '../notifications.ts';
import { onOneLine, shortened } from '../text-to-show.ts';
import type { Notice, QuestionState } from './question.ts';

/** Of a member where somebody's sign-out would help, and whose gateway does not know how to ask for it. */
export const TOO_OLD_TO_ASK =
  'Nobody is asked to sign out there, because this gateway is of an older release: update it.';

/** What a button of the notification means. */
export type Answer = 'now' | 'later' | 'no';
export interface AnswerButton {
  readonly answer: Answer;
  readonly label: string;
}
export interface QuestionNotification extends Omit<SessionNotification, 'stopButton'> {
  readonly buttons: readonly AnswerButton[];
}

export interface QuestionSubject {
  readonly flowName: string;
  readonly askedBy: string;
  /** The moment of the sign-out as the person's clock shows it; null where it waits for other people. */
  readonly at: string | null;
}

const UNSAVED = 'What is not saved is lost when you are signed out.';
const UNSAVED_THEN = 'What is not saved by then is lost.';
const SIGN_OUT_NOW = { answer: 'now', label: 'Sign out now' } as const;
const LATER = { answer: 'later', label: 'In 10 minutes' } as const;
const NO = { answer: 'no', label: 'No' } as const;
const TAKE_BACK = { answer: 'no', label: 'Do not sign me out' } as const;

/** Pure words, as for the notifications of a run; the warning stands first, so that no cut takes it away. */
export function questionNotification(notice: Notice, { flowName, askedBy, at }: QuestionSubject): QuestionNotification {
  const about = `${nameOf(flowName)}, asked for by ${nameOf(askedBy)}`;
  const urgency = 'critical';
  if (notice === 'ask') {
    // Some services show that there are buttons and not which, so the text alone says what is asked.
    const body = `${about}, can start when you sign out.\n${UNSAVED}`;
    return { title: 'A run needs this machine', body, urgency, buttons: [SIGN_OUT_NOW, LATER, NO] };
  }
  const when = at === null ? 'You are signed out as soon as the others have agreed.' : `You are signed out at ${at}.`;
  const title = notice === 'soon' ? 'You are signed out in a minute' : 'You agreed to be signed out';
  return { title, body: `${when} ${UNSAVED_THEN}\nFor ${about}.`, urgency, buttons: [SIGN_OUT_NOW, TAKE_BACK] };
}

const NAME_CHARS_MAX = (NOTIFICATION_BODY_CHARS_MAX - 120) / 2;

const nameOf = (text: string): string => shortened(onOneLine(text), NAME_CHARS_MAX);

/** What has become of a question, as it stands beside a member's answer. Moments come as the reader's clock shows them. */
export interface ShownQuestion {
  readonly state: QuestionState;
  readonly user: string;
  readonly asked: string;
  readonly answered: string | null;
  readonly signOut: string | null;
  readonly isLocked: boolean;
  /** Why the question could not be shown, or the session not be signed out. */
  readonly trouble: string | null;
  readonly isForThisRun: boolean;
}

/** The same words at the command line and on the pages. */
export function questionSentence(question: ShownQuestion): string {
  const sentence = sentenceOf(question);
  return question.isForThisRun ? sentence : `${sentence} This was asked for another run.`;
}

function sentenceOf({ state, user, asked, answered, signOut, isLocked, trouble }: ShownQuestion): string {
  const since = answered ?? asked;
  switch (state) {
    case 'asked':
      if (trouble !== null) return `${user} could not be asked yet: ${trouble}`;
      return isLocked
        ? `${user} was asked at ${asked}, no answer yet; the screen is locked, so the question waits behind the lock.`
        : `${user} was asked at ${asked}, no answer yet.`;
    case 'agreed':
      return signOut === null || signOut === since
        ? `${user} agreed at ${since} to be signed out.`
        : `${user} agreed to be signed out at ${signOut}.`;
    case 'signing-out':
      return `${user} agreed, and is being signed out.`;
    case 'signed-out':
      return `${user} agreed and was signed out.`;
    case 'declined':
      return `${user} declined at ${since} and is not asked again for this run.`;
    case 'unanswered':
      return `${user} was asked at ${asked} and gave no answer; the session was left alone.`;
    case 'withdrawn':
      return `${user} was asked at ${asked}; the question was withdrawn.`;
    case 'left':
      return `${user} was asked at ${asked} and signed out.`;
    case 'failed':
      return `${user} agreed, but could not be signed out: ${trouble ?? 'the machine gave no reason'}`;
    default:
      return assertNever(state);
  }
}
