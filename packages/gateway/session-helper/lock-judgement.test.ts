import { expect, test } from 'vitest';
import { judgeLock, type LockObservation } from './lock-judgement.ts';

const LOCK_ATOM = 379;
const free: LockObservation = {
  grabsRefused: 0,
  grabsTried: 1,
  screen: { width: 1280, height: 800 },
  topmost: null,
  lockers: [],
  screensaverStatus: null,
  screensaverActive: null,
};
const held = { grabsRefused: 3, grabsTried: 3 };
const cover = { x: 0, y: 0, width: 1280, height: 800 };

test.each<readonly [string, Partial<LockObservation>, boolean]>([
  ['a free keyboard', {}, false],
  ['i3lock: keyboard held under a covering window', { ...held, topmost: cover, lockers: ['i3lock'] }, true],
  ['a locker without a window of its own', { ...held, lockers: ['xsecurelock'] }, true],
  ['an unknown locker that covers the screen', { ...held, topmost: cover }, true],
  ['a covering window larger than the screen', { ...held, topmost: { x: -5, y: -5, width: 1400, height: 900 } }, true],
  ['an open menu', { ...held, topmost: { x: 10, y: 10, width: 200, height: 300 } }, false],
  [
    'a keyboard that was held for a moment only',
    { grabsRefused: 1, grabsTried: 2, topmost: cover, lockers: ['i3lock'] },
    false,
  ],
  ['a covering window that leaves the keyboard free, such as a film', { topmost: cover }, false],
  ['xscreensaver locked', { screensaverStatus: LOCK_ATOM }, true],
  ['xscreensaver blanked but not locked', { screensaverStatus: LOCK_ATOM - 1 }, false],
  ['a screen saver service that says active', { screensaverActive: true }, true],
  ['a screen saver service that says inactive', { screensaverActive: false }, false],
])('%s', (_, seen, locked) => {
  expect(judgeLock({ ...free, ...seen }, LOCK_ATOM).locked).toBe(locked);
});
