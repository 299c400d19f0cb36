import type { AccountRecord, AccountStore } from '../../ports/accounts.ts';

/**
 * How long a request may be admitted by what an earlier one read. Another replica that removes a token or changes an
 * account is heeded within this time; what this replica changes counts from its answer on.
 */
export const TOKEN_MEMORY_MS = 1_000;
const TOKENS_KEPT_MAX = 10_000;

interface Remembered {
  readonly untilMs: number;
  readonly account: AccountRecord;
}

/**
 * Spares programs that call often one read for each request. Only API tokens are remembered: a person's sign-in is read
 * every time, so that signing out somewhere is heeded everywhere at once.
 */
export function rememberApiTokens(accounts: AccountStore, nowMs: () => number): AccountStore {
  const remembered = new Map<string, Remembered>();
  let changes = 0;
  const forget = (): void => {
    changes += 1;
    remembered.clear();
  };
  /** Forgets on both sides of a change: what was read while it went on must not outlive it. */
  const forgetting =
    <Arguments extends unknown[], Answer>(change: (...given: Arguments) => Promise<Answer>) =>
    async (...given: Arguments): Promise<Answer> => {
      forget();
      try {
        return await change(...given);
      } finally {
        forget();
      }
    };
  return {
    ...accounts,
    change: forgetting(accounts.change),
    removeToken: forgetting(accounts.removeToken),
    byApiToken: async (tokenHash) => {
      const name = tokenHash.toString('base64');
      const known = remembered.get(name);
      if (known !== undefined && nowMs() < known.untilMs) return known.account;
      const changesBefore = changes;
      const untilMs = nowMs() + TOKEN_MEMORY_MS;
      const account = await accounts.byApiToken(tokenHash);
      if (account === undefined || changes !== changesBefore) return account;
      if (remembered.size >= TOKENS_KEPT_MAX) remembered.clear();
      remembered.set(name, { untilMs, account });
      return account;
    },
  };
}
