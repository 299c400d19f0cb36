/** What the probe saw on a display; judged apart from the looking, so that every case can be a table row. */
export interface LockObservation {
  /** How many of the keyboard grabs, 200 ms apart, were refused because somebody holds the keyboard. */
  readonly grabsRefused: number;
  readonly grabsTried: number;
  readonly screen: { readonly width: number; readonly height: number };
  /** The topmost mapped window that manages itself (override-redirect), where there is one. */
  readonly topmost: WindowSeen | null;
  /** Names of processes of the account that are known lockers. */
  readonly lockers: readonly string[];
  /** First value of `_SCREENSAVER_STATUS` (xscreensaver), where set. */
  readonly screensaverStatus: number | null;
  /** What a screen saver service on the session bus answered, where one did. */
  readonly screensaverActive: boolean | null;
}

export interface WindowSeen {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface LockVerdict {
  /** False: this account cannot open the display, so it is no session of its own. */
  readonly access: boolean;
  readonly locked: boolean | 'unknown';
  readonly because: string;
}

/** Lockers that hold the keyboard; their process name tells them from an open menu, which holds it too. */
export const knownLockers: ReadonlySet<string> = new Set([
  'i3lock',
  'xsecurelock',
  'slock',
  'xlock',
  'xtrlock',
  'physlock',
  'vlock',
  'betterlockscreen',
  'mate-screensaver',
  'cinnamon-screensaver',
  'xscreensaver-auth',
  'xscreensaver-gfx',
  'kscreenlocker_greet',
  'light-locker',
  'gtklock',
]);

/** Atoms BLANK and LOCK are interned by name; the first value of the status names which of them holds. */
export function judgeLock(seen: LockObservation, lockAtom: number | null): Omit<LockVerdict, 'access'> {
  if (seen.screensaverStatus !== null && lockAtom !== null && seen.screensaverStatus === lockAtom) {
    return { locked: true, because: 'xscreensaver reports a locked screen' };
  }
  if (seen.screensaverActive === true)
    return { locked: true, because: 'the screen saver service reports an active screen lock' };
  const heldThroughout = seen.grabsTried > 0 && seen.grabsRefused === seen.grabsTried;
  if (!heldThroughout) return { locked: false, because: 'the keyboard is free' };
  const locker = seen.lockers[0];
  if (locker !== undefined) return { locked: true, because: `${locker} holds the keyboard` };
  if (seen.topmost !== null && covers(seen.topmost, seen.screen))
    return { locked: true, because: 'a window covers the screen and holds the keyboard' };
  // An open menu holds the keyboard as well, and nobody has locked anything.
  return { locked: false, because: 'something holds the keyboard but does not cover the screen' };
}

export function covers(window: WindowSeen, screen: { readonly width: number; readonly height: number }): boolean {
  return (
    window.x <= 0 &&
    window.y <= 0 &&
    window.x + window.width >= screen.width &&
    window.y + window.height >= screen.height
  );
}
