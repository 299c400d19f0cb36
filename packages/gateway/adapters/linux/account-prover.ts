import { hostname } from 'node:os';
import type { PasswordCheck, SessionAccount, SessionRefusal } from '../../ports/session-host.ts';
import { findAccount, whyAccountRefused } from '../../session-desktop/accounts.ts';
import type { LeaderAnswer } from './leader-protocol.ts';
import type { Leaders } from './leader.ts';
import { PAM_SERVICE } from './pam-service.ts';
import { cancelledOrLate, refusalOf, refuse } from './sign-in-refusal.ts';

export const SIGN_IN_TIMEOUT_MS = 60_000;

export interface AccountProverOptions {
  readonly leaders: Leaders;
  /** Accounts that the machine's own configuration allows although they belong to the system. */
  readonly systemAccounts: readonly string[];
  /** Why PAM cannot be asked. */
  readonly pamTrouble: string | undefined;
}

/** Who an account name means on this machine, and whether it may sign in: all that is judged before there is a session. */
export class AccountProver {
  private readonly options: AccountProverOptions;

  constructor(options: AccountProverOptions) {
    this.options = options;
  }

  /** The account behind a connection's account name, with the reasons it may not be used; for preflight as for sign-in. */
  async findAccount(accountName: string): Promise<PasswordCheck> {
    const looked = await findAccount(accountName, hostname());
    if (!looked.found) {
      return looked.because === 'unknown'
        ? refuse('account-unknown', `This machine knows no account ${accountName}.`)
        : refuse(
            'cannot-create-session',
            `The account directory of this machine does not answer, so ${accountName} could not be looked up.`,
          );
    }
    const refused = this.whyRefused(looked.account);
    return refused === undefined ? { ok: true, account: looked.account } : { ok: false, because: refused };
  }

  async checkPassword(account: SessionAccount, password: string): Promise<PasswordCheck> {
    const refused = this.whyRefused(account);
    if (refused !== undefined) return { ok: false, because: refused };
    const order = { service: PAM_SERVICE, user: account.user, lockFile: null, openSession: false, hold: false };
    const signal = AbortSignal.timeout(SIGN_IN_TIMEOUT_MS);
    const started = await this.options.leaders.start({ order, password, signal });
    if (started.ok) return { ok: true, account };
    return { ok: false, because: await this.refusal(started.answer, account) };
  }

  /** `asked` tells a sign-in that somebody cancelled from one that took too long. */
  refusal(
    answer: Extract<LeaderAnswer, { ok: false }> | 'cancelled' | 'failed',
    account: SessionAccount,
    asked?: AbortSignal,
  ): Promise<SessionRefusal> | SessionRefusal {
    if (answer === 'cancelled') return cancelledOrLate(asked);
    if (answer !== 'failed') return refusalOf(answer, account);
    const noAnswer = `The password of ${account.user} could not be checked: PAM gave no answer.`;
    return { code: 'cannot-create-session', message: this.options.pamTrouble ?? noAnswer };
  }

  private whyRefused(account: SessionAccount): SessionRefusal | undefined {
    const because = whyAccountRefused(account, this.options.systemAccounts);
    return because === undefined ? undefined : { code: 'account-refused', message: because };
  }
}
