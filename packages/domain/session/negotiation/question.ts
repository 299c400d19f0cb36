import type { GatewayId, RunId } from '../../brand.ts';

/** Whether people whose sessions keep a run from starting are asked (N10), and whether again after nobody answered. */
export const negotiationPolicies = ['off', 'ask-once', 'ask-again'] as const;
export type NegotiationPolicy = (typeof negotiationPolicies)[number];

/** A question without an answer is closed after this, and the session is left alone. */
export const ANSWER_WAIT_MS = 10 * 60_000;
/** What `In 10 minutes` means. */
export const SIGN_OUT_LATER_MS = 10 * 60_000;
/** A second notice comes so long before a sign-out that was promised for later. */
export const SECOND_NOTICE_MS = 60_000;
/**
 * A promise that could not be kept for so long, because a machine or the servers were away, is dropped: whoever agreed to
 * 10:14 does not expect it at noon.
 */
export const LATE_SIGN_OUT_MAX_MS = 120_000;
/** Nobody is asked again within this about the same session, whatever run it would be for. */
export const QUESTION_PAUSE_MS = 15 * 60_000;

export const questionStates = [
  /** No answer yet. */
  'asked',
  /** The person agreed, to now or to a moment that is named. */
  'agreed',
  /** The gateway was told to sign the session out. */
  'signing-out',
  'signed-out',
  'declined',
  'unanswered',
  /** It is not needed any more. */
  'withdrawn',
  /** The person signed out without having been asked to by then. */
  'left',
  /** The person agreed and the machine could not do it. */
  'failed',
] as const;
export type QuestionState = (typeof questionStates)[number];

export type QuestionEvent =
  | 'agree'
  /** Before it or after it: whoever agreed may take it back until the sign-out. */
  | 'decline'
  | 'expire'
  | 'withdraw'
  /** The machine no longer has the session. */
  | 'leave'
  | 'order'
  /** The gateway says that it signed the session out. */
  | 'sign-out'
  | 'fail';

/** The only table of a question's states. A sign-out comes after the person agreed, and after nothing else. */
export const questionTransitions = {
  asked: { agree: 'agreed', decline: 'declined', expire: 'unanswered', withdraw: 'withdrawn', leave: 'left' },
  agreed: { agree: 'agreed', decline: 'declined', withdraw: 'withdrawn', leave: 'left', order: 'signing-out' },
  'signing-out': {
    decline: 'declined',
    withdraw: 'withdrawn',
    leave: 'signed-out',
    'sign-out': 'signed-out',
    fail: 'failed',
  },
  // What the gateway was told before it was withdrawn may have been done already, and then that is what is told.
  withdrawn: { 'sign-out': 'signed-out' },
  'signed-out': {},
  declined: {},
  unanswered: {},
  left: {},
  failed: {},
} as const satisfies Record<QuestionState, Partial<Record<QuestionEvent, QuestionState>>>;

/** From which state an event leads where. */
export function movesOf(event: QuestionEvent): readonly { readonly from: QuestionState; readonly to: QuestionState }[] {
  const table: Readonly<Record<string, Partial<Record<QuestionEvent, QuestionState>>>> = questionTransitions;
  return Object.entries(table).flatMap(([from, row]) => {
    const to = row[event];
    return to === undefined ? [] : [{ from: from as QuestionState, to }];
  });
}

export const openStates = ['asked', 'agreed', 'signing-out'] as const satisfies readonly QuestionState[];
export const isOpen = ({ state }: Pick<Question, 'state'>): boolean =>
  state === 'asked' || state === 'agreed' || state === 'signing-out';

/** One question to the person of one session, about one run. */
export interface Question {
  readonly id: string;
  readonly gatewayId: GatewayId;
  readonly sessionId: string;
  /** Whose session it is, in the machine's spelling. */
  readonly user: string;
  readonly runId: RunId;
  /** The run still waits. */
  readonly runWaits: boolean;
  readonly state: QuestionState;
  readonly askedAtMs: number;
  /** For which moment the person agreed. */
  readonly signOutAtMs: number | null;
}

/** What the person sees: the question, or when the sign-out comes, or that it comes in a moment. */
export type Notice = 'ask' | 'agreed' | 'soon';

export function noticeOf({ state, signOutAtMs }: Question, nowMs: number): Notice {
  if (state === 'asked' || signOutAtMs === null) return 'ask';
  const leftMs = signOutAtMs - nowMs;
  return leftMs > 0 && leftMs <= SECOND_NOTICE_MS ? 'soon' : 'agreed';
}
