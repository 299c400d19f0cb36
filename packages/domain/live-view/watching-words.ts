import { notificationFor, type NotificationSubject, type SessionNotification } from '../session/notifications.ts';

/** Names are of people, and a bubble has room for few. */
const NAMES_SHOWN_MAX = 3;

/** What the person at an attended session reads while somebody watches, and once nobody does any more. */
export function watchingSentence(watchers: readonly string[]): string {
  const shown = watchers.slice(0, NAMES_SHOWN_MAX);
  const others = watchers.length - shown.length;
  const names = others > 0 ? [...shown, others === 1 ? 'one other' : `${others} others`] : shown;
  const last = names.at(-1);
  if (last === undefined) return 'Nobody watches this run any more';
  const before = names.slice(0, -1).join(', ');
  return before === '' ? `${last} watches this run` : `${before} and ${last} watch this run`;
}

/** Stands in the place of the popup that says that the flow runs, so it keeps that one's advice and its Stop button. */
export function watchingNotification(watchers: readonly string[], subject: NotificationSubject): SessionNotification {
  return { ...notificationFor('running', subject), title: watchingSentence(watchers) };
}
