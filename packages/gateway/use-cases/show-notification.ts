import { watchingNotification } from '@deskhand/domain/live-view/watching-words.ts';
import {
  type NotificationState,
  notificationFor,
  type SessionNotification,
} from '@deskhand/domain/session/notifications.ts';
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
  const { facts } = attempt;
  // The popup that says that it runs takes the place of the one that says who watches, which must stay.
  if (state === 'running' && attempt.watchers.size > 0) return await showWatchers(core, attempt);
  if (!facts.notifications) return;
  const subject = { flowName: facts.flowName, mode: facts.mode, ...(error ? { error } : {}) };
  await show(core, attempt, state, notificationFor(state, subject));
}

/** Whoever sits at an attended session is told who watches, even where the connection shows no other popups. */
export async function showWatchers(core: Core, attempt: AttemptInHand): Promise<void> {
  const { facts, watchers } = attempt;
  if (facts.mode !== 'attended') return;
  const names = [...new Set([...watchers.values()].flat())];
  await show(core, attempt, 'watched', watchingNotification(names, facts));
}

async function show(
  core: Core,
  { session, facts }: AttemptInHand,
  state: NotificationState | 'watched',
  notification: SessionNotification,
): Promise<void> {
  if (session === undefined) return;
  try {
    await atMost(core.timers, NOTIFICATION_WAIT_MS, session.notifier.show(notification));
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
