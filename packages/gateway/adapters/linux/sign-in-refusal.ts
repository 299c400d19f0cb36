import type { SessionAccount, SessionRefusal } from '../../ports/session-host.ts';
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
  if (answer.step === 'account')
    return { code: 'account-refused', message: `The machine's rules do not let ${user} sign in (PAM ${answer.code}).` };
  const locked = isLockedShadowEntry((await getent('shadow', user)).stdout);
  return locked
    ? { code: 'account-locked', message: `The account ${user} is locked.` }
    : { code: 'password-wrong', message: `The password of ${user} is not right.` };
}

/** `passwd -l` puts an exclamation mark before the hash; `*` and `!` alone mean that no password ever fits. */
export function isLockedShadowEntry(line: string): boolean {
  const hash = line.split(':')[1];
  return hash !== undefined && /^[!*]/.test(hash);
}
