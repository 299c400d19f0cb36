import { type NotificationState, notificationFor } from '@deskhand/domain/session/notifications.ts';
import type { RunError } from '@deskhand/domain/run/run.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import { wantEnd } from './attempt-in-hand.ts';
import { nameOf } from './attempt-record.ts';
import type { AttemptInHand, Core } from './core.ts';

/** A notification service that does not answer must not hold a run up. */
export const NOTIFICATION_WAIT_MS = 2_000;

/** Shows a popup of one of the five moments (S62–S67); never fails, because a run does not depend on it. */
export async function showNotification(
  core: Core,
  attempt: AttemptInHand,
  state: NotificationState,
  error?: RunError,
): Promise<void> {
  const { session, facts } = attempt;
  if (session === undefined || !facts.notifications) return;
  const subject = { flowName: facts.flowName, mode: facts.mode, ...(error ? { error } : {}) };
  try {
    await atMost(core.timers, NOTIFICATION_WAIT_MS, session.notifier.show(notificationFor(state, subject)));
  } catch (fault) {
    core.log.info({ ...nameOf(facts), state, because: String(fault) }, 'a notification could not be shown');
  }
}

export function listenForStop(core: Core, attempt: AttemptInHand): void {
  if (attempt.facts.mode !== 'attended' || !attempt.facts.notifications) return;
  attempt.session?.notifier.onStop(() => wantEnd(core, attempt, 'stopped-by-person'));
}

/** Rejects when it takes too long; the work itself goes on unheard. */
export async function atMost<T>(timers: Timers, limitMs: number, work: Promise<T>): Promise<T> {
  let callOff = (): void => undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    callOff = timers.after(limitMs, () => reject(new Error(`No answer within ${limitMs} ms.`)));
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    callOff();
  }
}
