/** How an account stands with whatever counts its wrong passwords on a machine. */
export interface FailureCount {
  /** Wrong tries that count now. */
  readonly failures: number;
  /** With so many the account is locked. */
  readonly lockedAt: number;
}

export type MayTry =
  | { readonly ok: true }
  | { readonly ok: false; readonly because: 'account-locked' | 'too-few-tries' };

/** A preflight never uses the last try of an account: if the password is wrong, its person must still have one. */
export function mayTry({ failures, lockedAt }: FailureCount): MayTry {
  if (failures >= lockedAt) return { ok: false, because: 'account-locked' };
  return lockedAt - failures > 1 ? { ok: true } : { ok: false, because: 'too-few-tries' };
}

/** What a machine remembers of the password of one connection. */
export interface RememberedTry {
  readonly passwordVersion: number;
  /** `begun`: the machine or the directory stopped before it answered, so it may have been counted as wrong. */
  readonly outcome: 'begun' | 'wrong';
  readonly atMs: number;
}

/** Long enough for every usual count of wrong tries to begin anew. */
export const UNKNOWN_OUTCOME_REST_MS = 20 * 3_600_000;

/** Whether the same sealed password may be tried once more, by what was remembered before the last try. */
export function mayTryAgain(
  before: RememberedTry | undefined,
  now: { readonly passwordVersion: number; readonly nowMs: number },
): { readonly ok: true } | { readonly ok: false; readonly because: 'password-wrong' | 'not-tried-again' } {
  if (before === undefined || before.passwordVersion !== now.passwordVersion) return { ok: true };
  if (before.outcome === 'wrong') return { ok: false, because: 'password-wrong' };
  // A clock that was set back makes the rest longer, never shorter.
  return now.nowMs - before.atMs >= UNKNOWN_OUTCOME_REST_MS ? { ok: true } : { ok: false, because: 'not-tried-again' };
}
