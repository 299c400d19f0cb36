import type { AccountStore } from '../../ports/accounts.ts';
import { type Refusal, refuse } from '../../ports/outcome.ts';

export interface KnownAccounts {
  readonly accounts: Pick<AccountStore, 'unknownOf'>;
}

/** Nothing is shared with an id that is nobody's: a mistyped one would be noticed by no one. */
export async function refusedAccounts(
  { accounts }: KnownAccounts,
  ids: readonly string[],
): Promise<Refusal | undefined> {
  const unknown = ids.length === 0 ? [] : await accounts.unknownOf(ids);
  return unknown.length > 0 ? refuse('not-found', { what: 'account' }) : undefined;
}
