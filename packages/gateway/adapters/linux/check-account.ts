import { readFileSync } from 'node:fs';
import { mayTry } from '@deskhand/domain/preflight/lock-out.ts';
import type { PreflightAnswer } from '@deskhand/domain/preflight/preflight.ts';
import type {
  AccountCheck,
  AccountCheckRequest,
  SessionAccount,
  SessionRefusalCode,
} from '../../ports/session-host.ts';
import { getent } from '../../session-desktop/accounts.ts';
import type { AccountProver } from './account-prover.ts';
import { readFailureCount } from './failure-count.ts';
import { DAY_MS, shadowState } from './sign-in-refusal.ts';

/** Everything that can be found out without a password comes first, so that a try is spent only where it decides. */
export async function checkAccount(
  prover: Pick<AccountProver, 'findAccount' | 'checkPassword'>,
  request: AccountCheckRequest,
): Promise<AccountCheck> {
  const { accountName, password, beforeTry } = request;
  const found = await prover.findAccount(accountName);
  if (!found.ok) return { answer: answerOf(found.because.code), isDirectoryAccount: false };
  const { account } = found;
  const isDirectoryAccount = !isInPasswordFile(account);
  const answered = (answer: PreflightAnswer): AccountCheck => ({ answer, isDirectoryAccount });
  if (await isLockedByShadow(account)) return answered('account-locked');
  if (password === undefined) return answered('no-password');
  const count = readFailureCount(account.user, Date.now());
  const allowed = count === undefined ? ({ ok: true } as const) : mayTry(count);
  if (!allowed.ok) return answered(allowed.because);
  try {
    beforeTry({ isDirectoryAccount });
  } catch {
    return answered('no-answer');
  }
  const proven = await prover.checkPassword(account, password);
  return answered(proven.ok ? 'ok' : answerOf(proven.because.code));
}

/** What is not in the machine's own file comes from a directory: SSSD, winbind, LDAP. */
function isInPasswordFile({ user }: SessionAccount): boolean {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .some((line) => line.startsWith(`${user}:`));
}

async function isLockedByShadow({ user }: SessionAccount): Promise<boolean> {
  const { stdout } = await getent('shadow', user);
  return stdout !== '' && shadowState(stdout, Math.floor(Date.now() / DAY_MS)) === 'locked';
}

function answerOf(code: SessionRefusalCode): PreflightAnswer {
  switch (code) {
    case 'account-unknown':
    case 'account-expired':
    case 'account-locked':
    case 'password-expired':
    case 'password-wrong':
      return code;
    case 'account-refused':
      return 'not-permitted';
    default:
      return 'no-answer';
  }
}
