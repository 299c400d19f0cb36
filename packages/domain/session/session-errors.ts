import type { RunError } from '../run/run.ts';
import type { WaitCode, WaitReason } from '../run-queue/snapshot.ts';

/** Public error codes of the field for the session rules, so that what people know and search for stays true. */
const errorCodes: Partial<Record<WaitCode, string>> = {
  'session-exists-single': 'Win10AlreadyHasActiveSession',
  'session-exists-multi': 'SessionExistsForTheUserWhenUnattended',
  'cannot-create-session': 'TooManyActiveSessions',
  'attended-not-signed-in': 'AttendedUserNotLoggedIn',
  'attended-not-active': 'AttendedUserSessionNotActive',
  'attended-locked': 'AttendedUserSessionNotActive',
  'attended-wayland': 'AttendedSessionNotSupported',
  'virtual-other-account': 'VirtualOtherAccount',
};

/** The error of a run that was refused by a session rule; the remedy stands in its details. */
export function runErrorOf(because: WaitReason): RunError {
  return { code: errorCodes[because.code] ?? because.code, message: because.message, details: because.remedy };
}
