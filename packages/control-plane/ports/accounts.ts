import type { Role } from '@deskhand/domain/account/permissions.ts';
import type { AccountId } from '@deskhand/domain/brand.ts';
import type { AuditFact } from './outcome.ts';

export interface AccountRecord {
  readonly id: AccountId;
  readonly name: string;
  readonly email: string;
  readonly passwordHash: string | null;
  readonly roles: readonly Role[];
  readonly disabled: boolean;
  readonly osAccounts: readonly string[];
  readonly createdAt: Date;
  readonly lastSignInAt: Date | null;
}
export type NewAccount = Omit<AccountRecord, 'disabled' | 'createdAt' | 'lastSignInAt'>;
export type AccountChange = Partial<Pick<AccountRecord, 'name' | 'roles' | 'disabled' | 'osAccounts' | 'passwordHash'>>;

export interface ApiTokenRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** People, their sign-ins and their API tokens. Secrets reach the store as hashes only. */
export interface AccountStore {
  list(): Promise<readonly AccountRecord[]>;
  byId(id: string): Promise<AccountRecord | undefined>;
  /** Those of the ids that are nobody's. */
  unknownOf(ids: readonly string[]): Promise<readonly string[]>;
  byEmail(email: string): Promise<AccountRecord | undefined>;
  /** Answers `email-taken` when another account has the address. */
  add(account: NewAccount, audit: AuditFact): Promise<'added' | 'email-taken'>;
  /** Answers `last-admin` when nobody would be left who can administer. */
  change(
    id: string,
    change: AccountChange,
    audit: AuditFact,
    /** Ends the account's sign-ins with the change, all or all but one. */
    endSignIns?: { readonly except: Buffer | null },
  ): Promise<AccountRecord | 'not-found' | 'last-admin'>;

  /** Without an audit fact when the change that led to it has told already. */
  addSignIn(
    signIn: { tokenHash: Buffer; accountId: AccountId; lifetimeMs: number; origin: string },
    audit: AuditFact | null,
  ): Promise<void>;
  /** The account of a living sign-in or API token; notes that it was used. */
  bySignIn(tokenHash: Buffer): Promise<AccountRecord | undefined>;
  byApiToken(tokenHash: Buffer): Promise<AccountRecord | undefined>;
  endSignIn(tokenHash: Buffer, audit: AuditFact): Promise<void>;
  endSignInsOf(accountId: string, audit: AuditFact): Promise<'ended' | 'not-found'>;

  listTokens(accountId: AccountId): Promise<readonly ApiTokenRecord[]>;
  addToken(
    token: { id: string; tokenHash: Buffer; accountId: AccountId; name: string; expiresAt: Date | null },
    audit: AuditFact,
  ): Promise<ApiTokenRecord>;
  removeToken(accountId: AccountId, id: string, audit: AuditFact): Promise<boolean>;
}

/** The one row that tells whether the first admin exists, and the settings. */
export interface InstallationStore {
  isClaimed(): Promise<boolean>;
  /** Replaces the set-up code; only the newest one works. */
  setSetupCode(codeHash: Buffer, lifetimeMs: number): Promise<void>;
  /**
   * Makes the first admin if the code is right and nobody was faster. What `deskhand up` enrolled before there was
   * anybody becomes the first admin's: clusters, gateways, the example's connection and its operating-system account.
   */
  claim(
    codeHash: Buffer,
    admin: NewAccount,
    allowedDomains: readonly string[],
    audit: AuditFact,
  ): Promise<'claimed' | 'setup-code-wrong' | 'already-set-up'>;
  settings(): Promise<SettingsRecord>;
  changeSettings(change: Partial<SettingsRecord>, audit: AuditFact): Promise<SettingsRecord>;
}

export interface SettingsRecord {
  readonly allowedDomains: string[];
  readonly runRetentionDays: number;
  /** Zero keeps none. */
  readonly decisionRetentionDays: number;
  readonly logBytesMax: number;
  readonly screenshotBytesMax: number;
  readonly unattendedAddOns: number | null;
}

/** What holds until an admin says otherwise. */
export const settingsDefaults: SettingsRecord = {
  allowedDomains: [],
  runRetentionDays: 90,
  decisionRetentionDays: 7,
  logBytesMax: 2_000_000_000,
  screenshotBytesMax: 2_000_000_000,
  unattendedAddOns: null,
};

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}
