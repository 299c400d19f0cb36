import { onOneLine, shortened } from '../session/text-to-show.ts';
import { notificationFor, type NotificationSubject, type SessionNotification } from '../session/notifications.ts';

/** Names are of people, and a bubble has room for few. */
const NAMES_SHOWN_MAX = 3;
const NAME_CHARS_MAX = 40;

/**
 * What the person at an attended session reads while somebody watches, and once nobody does any more. The names stand last,
 * because many desktops show one line of a title and cut off the rest.
 */
export function watchingSentence(watchers: readonly string[]): string {
  const shown = watchers.slice(0, NAMES_SHOWN_MAX).map((name) => shortened(onOneLine(name), NAME_CHARS_MAX));
  const others = watchers.length - shown.length;
  const names = others > 0 ? [...shown, others === 1 ? 'one other' : `${others} others`] : shown;
  const last = names.at(-1);
  if (last === undefined) return 'Nobody watches this run any more';
  const before = names.slice(0, -1).join(', ');
  return `This run is watched by ${before === '' ? last : `${before} and ${last}`}`;
}

/** Stands in the place of the popup that says that the flow runs, so it keeps that one's advice and its Stop button. */
export function watchingNotification(watchers: readonly string[], subject: NotificationSubject): SessionNotification {
  return { ...notificationFor('running', subject), title: watchingSentence(watchers) };
}
