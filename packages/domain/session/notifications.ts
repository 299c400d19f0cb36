import type { RunError, RunMode } from '../run/run.ts';
import { onOneLine, shortened } from './text-to-show.ts';
import { HANDS_OFF_ADVICE } from './texts.ts';

/** The five moments at which a popup appears in the session (S62–S67). */
export type NotificationState = 'downloading' | 'running' | 'cancelled' | 'succeeded' | 'failed';

export interface NotificationSubject {
  readonly flowName: string;
  readonly mode: RunMode;
  /** For `failed`. */
  readonly error?: RunError;
}

export interface SessionNotification {
  readonly title: string;
  readonly body: string;
  readonly urgency: 'low' | 'normal' | 'critical';
  readonly stopButton: boolean;
}

/** Bubbles cut long text off without saying so. */
export const NOTIFICATION_BODY_CHARS_MAX = 300;

/** Pure words; how they are shown, and that markup in a flow's name is not obeyed, is the session adapter's business. */
export function notificationFor(state: NotificationState, subject: NotificationSubject): SessionNotification {
  const isAttended = subject.mode === 'attended';
  const body = [onOneLine(subject.flowName), detailOf(state, subject)].filter((line) => line !== '').join('\n');
  return {
    title: titles[state],
    body: shortened(body, NOTIFICATION_BODY_CHARS_MAX),
    urgency: urgencies[state],
    stopButton: isAttended && state === 'running',
  };
}

function detailOf(state: NotificationState, { mode, error }: NotificationSubject): string {
  if (state === 'running' && mode === 'attended') return HANDS_OFF_ADVICE;
  return state === 'failed' ? (error?.message ?? '') : '';
}

const titles = {
  downloading: 'Desktop flow is downloading',
  running: 'Desktop flow is running',
  cancelled: 'Desktop flow was cancelled',
  succeeded: 'Desktop flow succeeded',
  failed: 'Desktop flow failed',
} as const satisfies Record<NotificationState, string>;

const urgencies = {
  downloading: 'low',
  running: 'normal',
  cancelled: 'normal',
  succeeded: 'low',
  failed: 'critical',
} as const satisfies Record<NotificationState, SessionNotification['urgency']>;
