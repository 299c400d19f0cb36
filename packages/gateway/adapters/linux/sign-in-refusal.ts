import type { SessionAccount, SessionRefusal, SessionRefusalCode } from '../../ports/session-host.ts';
import { getent } from '../../session-desktop/accounts.ts';
import type { LeaderAnswer } from './leader-protocol.ts';
import { pamCode } from './libpam.ts';

type Refused = Extract<LeaderAnswer, { ok: false }>;

/** PAM's answer as a reason people can act on. The shadow entry is read only after PAM has said no. */
export async function refusalOf(answer: Refused, account: SessionAccount): Promise<SessionRefusal> {
  const { user } = account;
  if (answer.step === 'lock')
    return { code: 'session-exists', message: `Deskhand already uses the account ${user} on this machine.` };
  switch (answer.code) {
    case pamCode.userUnknown:
      return { code: 'account-unknown', message: `This machine knows no account ${user}.` };
    case pamCode.newPasswordRequired:
    case pamCode.passwordExpired:
      return { code: 'password-expired', message: `The password of ${user} has expired and must be changed.` };
    case pamCode.accountExpired:
      return { code: 'account-expired', message: `The account ${user} has expired.` };
    default:
      break;
  }
  if (answer.step === 'open')
    return {
      code: 'cannot-create-session',
      message: `The machine refused to open a session for ${user} (PAM ${answer.code}).`,
    };
  return refusalByShadow(answer, account);
}

/** Stacks that end in pam_deny lose the reason, so the entry says what PAM no longer does. */
async function refusalByShadow(answer: Refused, { user }: SessionAccount): Promise<SessionRefusal> {
  const state = shadowState((await getent('shadow', user)).stdout, Math.floor(Date.now() / DAY_MS));
  if (answer.step === 'account') {
    if (state === 'account-expired') return { code: 'account-expired', message: `The account ${user} has expired.` };
    if (state === 'password-expired')
      return { code: 'password-expired', message: `The password of ${user} has expired and must be changed.` };
    return { code: 'account-refused', message: `The machine's rules do not let ${user} sign in (PAM ${answer.code}).` };
  }
  return state === 'locked'
    ? { code: 'account-locked', message: `The account ${user} is locked.` }
    : { code: 'password-wrong', message: `The password of ${user} is not right.` };
}

export const DAY_MS = 86_400_000;

/**
 * A shadow entry: name, hash, last change, minimum, maximum, warning, inactivity, expiry; all in days. `passwd -l` puts an
 * exclamation mark before the hash; `*` and `!` alone mean that no password ever fits.
 */
export function shadowState(line: string, today: number): 'locked' | 'account-expired' | 'password-expired' | 'usable' {
  const [, hash = '', changed, , maximum, , inactivity, expiry] = line.trim().split(':');
  if (/^[!*]/.test(hash)) return 'locked';
  if (isNumber(expiry) && today >= Number(expiry)) return 'account-expired';
  const lasts = isNumber(changed) && isNumber(maximum) ? Number(changed) + Number(maximum) : Infinity;
  return today > lasts + (isNumber(inactivity) ? Number(inactivity) : 0) ? 'password-expired' : 'usable';
}

const isNumber = (field: string | undefined): boolean => /^\d+$/.test(field ?? '');

export const notAccepted = {
  refused: 'The person at the screen refused the run.',
  unanswered: 'Nobody at the screen accepted the run within 60 seconds.',
  'cannot-ask': 'The person at the screen could not be asked. zenity is needed: apt-get install -y zenity',
} as const;

export function refuse(
  code: SessionRefusalCode,
  message: string,
): { readonly ok: false; readonly because: SessionRefusal } {
  return { ok: false, because: { code, message } };
}

/** A sign-in ends early because somebody cancelled it or because it took too long. */
export function cancelledOrLate(asked: AbortSignal | undefined): SessionRefusal {
  return asked?.aborted
    ? { code: 'cancelled', message: 'The sign-in was cancelled.' }
    : { code: 'session-creation-timeout', message: 'The sign-in took longer than a minute.' };
}
