import type {
  AccountChange,
  AccountRecord,
  AccountStore,
  ApiTokenRecord,
} from '@deskhand/control-plane/ports/accounts.ts';
import type { SimulatedDatabase } from './database.ts';
import { byName, given } from './named-rows.ts';
import { newAccount } from './new-rows.ts';
import type { AccountRow, ApiTokenRow } from './rows.ts';
import { dateOf } from './run-records.ts';
import type { StoreSession } from './server.ts';
import { foreignKeyViolation, uniqueViolation } from './store-fault.ts';

const USE_NOTED_EVERY_MS = 60_000;
const ACCOUNTS = 'accounts';

export function openSimulatedAccountStore(session: StoreSession): AccountStore {
  return { ...peopleMethods(session), ...signInMethods(session), ...tokenMethods(session) };
}

type PeopleMethods = Pick<AccountStore, 'list' | 'byId' | 'unknownOf' | 'byEmail' | 'add' | 'change'>;

function peopleMethods(session: StoreSession): PeopleMethods {
  const { database } = session.server;
  return {
    list: () => session.run('list-accounts', () => [...database.accounts.values()].sort(byName).map(accountOf)),
    byId: (id) =>
      session.run('account-by-id', () => {
        const row = database.accounts.get(id);
        return row && accountOf(row);
      }),
    unknownOf: (ids) =>
      session.run('unknown-accounts', () => ids.filter((id) => database.accounts.get(id) === undefined)),
    byEmail: (email) =>
      session.run('account-by-email', () => {
        const row = withEmail(database, email);
        return row && accountOf(row);
      }),
    add: (account, audit) =>
      session.run('add-account', () => {
        if (database.accounts.get(account.id) !== undefined || withEmail(database, account.email) !== undefined)
          return 'email-taken';
        database.accounts.set(account.id, newAccount({ ...account, createdAtMs: database.nowMs() }));
        database.addAudit(audit);
        return 'added';
      }),
    change: (id, change, audit, endSignIns) =>
      session.run(
        'change-account',
        () => {
          if (losesLastAdmin(database, id, change)) return 'last-admin';
          const row = database.accounts.get(id);
          if (row === undefined) return 'not-found';
          const changed = { ...row, ...given(change) };
          database.accounts.set(id, changed);
          if (endSignIns !== undefined) endSignInsOf(database, id, endSignIns.except);
          if (Object.keys(given(change)).length > 0) database.addAudit(audit);
          return accountOf(changed);
        },
        () => ACCOUNTS,
      ),
  };
}

export function accountOf({ createdAtMs, lastSignInAtMs, ...row }: AccountRow): AccountRecord {
  return { ...row, createdAt: new Date(createdAtMs), lastSignInAt: dateOf(lastSignInAtMs) };
}

export function withEmail(database: SimulatedDatabase, email: string): AccountRow | undefined {
  return [...database.accounts.values()].find((row) => row.email.toLowerCase() === email.toLowerCase());
}

/** Whether nobody would be left who can administer. */
function losesLastAdmin(database: SimulatedDatabase, id: string, change: AccountChange): boolean {
  const steps = change.disabled === true || (change.roles !== undefined && !change.roles.includes('admin'));
  const others = [...database.accounts.values()].filter((row) => row.id !== id && !row.disabled);
  return steps && !others.some((row) => row.roles.includes('admin'));
}

type SignInMethods = Pick<AccountStore, 'addSignIn' | 'bySignIn' | 'endSignIn' | 'endSignInsOf'>;

function signInMethods(session: StoreSession): SignInMethods {
  const { database } = session.server;
  return {
    addSignIn: ({ tokenHash, accountId, lifetimeMs, origin }, audit) =>
      session.run('add-sign-in', () => {
        const account = database.accounts.get(accountId);
        if (account === undefined) throw foreignKeyViolation('sign_in_account_id_fkey');
        const nowMs = database.nowMs();
        const key = tokenHash.toString('hex');
        if (database.signIns.get(key) !== undefined) throw uniqueViolation('sign_in_pkey');
        database.signIns.set(key, { tokenHash: key, accountId, origin, expiresAtMs: nowMs + lifetimeMs });
        database.accounts.set(accountId, { ...account, lastSignInAtMs: nowMs });
        for (const old of [...database.signIns.values()])
          if (old.expiresAtMs < nowMs) database.signIns.delete(old.tokenHash);
        if (audit !== null) database.addAudit(audit);
      }),
    bySignIn: (tokenHash) =>
      session.run('account-by-sign-in', () => {
        const signIn = database.signIns.get(tokenHash.toString('hex'));
        const isLiving = signIn !== undefined && signIn.expiresAtMs > database.nowMs();
        const row = isLiving ? database.accounts.get(signIn.accountId) : undefined;
        return row && accountOf(row);
      }),
    endSignIn: (tokenHash, audit) =>
      session.run('end-sign-in', () => {
        if (database.signIns.delete(tokenHash.toString('hex'))) database.addAudit(audit);
      }),
    endSignInsOf: (accountId, audit) =>
      session.run('end-sign-ins', () => {
        if (database.accounts.get(accountId) === undefined) return 'not-found';
        endSignInsOf(database, accountId, null);
        database.addAudit(audit);
        return 'ended';
      }),
  };
}

function endSignInsOf(database: SimulatedDatabase, accountId: string, except: Buffer | null): void {
  for (const signIn of [...database.signIns.values()])
    if (signIn.accountId === accountId && signIn.tokenHash !== except?.toString('hex'))
      database.signIns.delete(signIn.tokenHash);
}

type TokenMethods = Pick<AccountStore, 'byApiToken' | 'listTokens' | 'addToken' | 'removeToken'>;

function tokenMethods(session: StoreSession): TokenMethods {
  const { database } = session.server;
  return {
    byApiToken: async (tokenHash) => {
      const token = await session.run('account-by-token', () => livingToken(database, tokenHash));
      if (token?.isStale === true) await session.run('note-token-use', () => noteUse(database, token.id));
      return token?.account;
    },
    listTokens: (accountId) =>
      session.run('list-tokens', () =>
        [...database.apiTokens.values()]
          .filter((row) => row.accountId === accountId)
          .sort((a, b) => a.createdAtMs - b.createdAtMs)
          .map(tokenOf),
      ),
    addToken: ({ id, tokenHash, accountId, name, expiresAt }, audit) =>
      session.run('add-token', () => {
        if (database.accounts.get(accountId) === undefined) throw foreignKeyViolation('api_token_account_id_fkey');
        const row: ApiTokenRow = {
          ...{ id, accountId, name, tokenHash: tokenHash.toString('hex') },
          createdAtMs: database.nowMs(),
          expiresAtMs: expiresAt?.getTime() ?? null,
          lastUsedAtMs: null,
        };
        const isKnown = [...database.apiTokens.values()].some(
          (one) => one.id === id || one.tokenHash === row.tokenHash,
        );
        if (isKnown) throw uniqueViolation('api_token_pkey');
        database.apiTokens.set(id, row);
        database.addAudit(audit);
        return tokenOf(row);
      }),
    removeToken: (accountId, id, audit) =>
      session.run('remove-token', () => {
        if (database.apiTokens.get(id)?.accountId !== accountId) return false;
        database.apiTokens.delete(id);
        database.addAudit(audit);
        return true;
      }),
  };
}

function livingToken(database: SimulatedDatabase, tokenHash: Buffer) {
  const nowMs = database.nowMs();
  const hash = tokenHash.toString('hex');
  const token = [...database.apiTokens.values()].find((row) => row.tokenHash === hash);
  const account = token && database.accounts.get(token.accountId);
  if (account === undefined || (token?.expiresAtMs != null && token.expiresAtMs <= nowMs)) return undefined;
  const lastUsedAtMs = token?.lastUsedAtMs ?? Number.NEGATIVE_INFINITY;
  return { id: token?.id ?? '', account: accountOf(account), isStale: lastUsedAtMs < nowMs - USE_NOTED_EVERY_MS };
}

/** Noted at most once a minute: reading must not cost a write. */
function noteUse(database: SimulatedDatabase, id: string): void {
  const row = database.apiTokens.get(id);
  if (row !== undefined) database.apiTokens.set(id, { ...row, lastUsedAtMs: database.nowMs() });
}

function tokenOf({ id, name, createdAtMs, expiresAtMs, lastUsedAtMs }: ApiTokenRow): ApiTokenRecord {
  const times = { expiresAt: dateOf(expiresAtMs), lastUsedAt: dateOf(lastUsedAtMs) };
  return { id, name, createdAt: new Date(createdAtMs), ...times };
}
