import type { Role } from '@deskhand/domain/account/permissions.ts';
import type { AccountId } from '@deskhand/domain/brand.ts';
import { isPersonalMailDomain } from '@deskhand/domain/connection/account-rule.ts';
import type {
  AccountChange,
  AccountRecord,
  AccountStore,
  InstallationStore,
  PasswordHasher,
} from '../../ports/accounts.ts';
import type { TellPorts } from '../system/tell-of-own.ts';
import { auditBy, type Caller, done, type Outcome, type Refusal, refuse } from '../../ports/outcome.ts';
import { isPasswordStrong, PASSWORD_LENGTH_MIN } from './password-rules.ts';
import { newId } from './secrets.ts';

export interface AccountPorts {
  readonly accounts: AccountStore;
  readonly installation: InstallationStore;
  readonly passwords: PasswordHasher;
}

/** Who changes accounts beside a running server has no pages to tell. */
export interface AccountAdminPorts extends AccountPorts, TellPorts {}

export interface NewAccountRequest {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly roles: readonly Role[];
  readonly osAccounts?: readonly string[];
}

export const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase();

export async function createAccount(
  ports: AccountAdminPorts,
  caller: Caller,
  request: NewAccountRequest,
): Promise<Outcome<AccountRecord>> {
  const { allowedDomains } = await ports.installation.settings();
  const because = refusedEmail(request.email, allowedDomains) ?? refusedPassword(request.password);
  if (because) return because;
  const account = {
    id: newId() as AccountId,
    name: request.name,
    email: request.email,
    passwordHash: await ports.passwords.hash(request.password),
    roles: request.roles,
    osAccounts: request.osAccounts ?? [],
  };
  const audit = auditBy(caller, 'create', `account ${request.email}`, {
    roles: request.roles,
    osAccounts: account.osAccounts,
  });
  if ((await ports.accounts.add(account, audit)) === 'email-taken') return refuse('email-taken');
  tell(ports, account.id);
  return found(await ports.accounts.byId(account.id));
}

export async function updateAccount(
  ports: AccountAdminPorts,
  caller: Caller,
  id: string,
  change: Pick<AccountChange, 'name' | 'roles' | 'disabled' | 'osAccounts'>,
): Promise<Outcome<AccountRecord>> {
  // A disabled account is out at once, not when its cookie ends.
  const answer = await ports.accounts.change(
    id,
    change,
    auditBy(caller, 'update', `account ${id}`, { ...change }),
    change.disabled ? { except: null } : undefined,
  );
  if (answer === 'not-found') return refuse('not-found', { what: 'account' });
  if (answer === 'last-admin') return refuse('last-admin');
  tell(ports, id);
  return done(answer);
}

/** Everybody who is signed in may list accounts, to share things with them. */
const tell = ({ changes }: TellPorts, id: string): void => changes.publish({ kind: 'changed', what: 'account', id });

export async function resetPassword(
  ports: AccountPorts,
  caller: Caller,
  id: string,
  password: string,
): Promise<Outcome<null>> {
  const weak = refusedPassword(password);
  if (weak) return weak;
  const passwordHash = await ports.passwords.hash(password);
  const audit = auditBy(caller, 'reset-password', `account ${id}`);
  const answer = await ports.accounts.change(id, { passwordHash }, audit, { except: null });
  return answer === 'not-found' ? refuse('not-found', { what: 'account' }) : done(null);
}

export async function revokeSignIns(ports: AccountPorts, caller: Caller, id: string): Promise<Outcome<null>> {
  const answer = await ports.accounts.endSignInsOf(id, auditBy(caller, 'revoke-sign-ins', `account ${id}`));
  return answer === 'not-found' ? refuse('not-found', { what: 'account' }) : done(null);
}

/** Public mail domains are refused even when nobody limited the domains (S08). */
export function refusedEmail(email: string, allowedDomains: readonly string[]): Refusal | undefined {
  const domain = domainOf(email);
  if (isPersonalMailDomain(domain)) return refuse('personal-mail-domain', { domain });
  if (allowedDomains.length > 0 && !allowedDomains.includes(domain))
    return refuse('domain-not-allowed', { domains: allowedDomains.join(', ') });
  return undefined;
}

export function refusedPassword(password: string): Refusal | undefined {
  return isPasswordStrong(password) ? undefined : refuse('password-too-weak', { length: PASSWORD_LENGTH_MIN });
}

function found(account: AccountRecord | undefined): Outcome<AccountRecord> {
  return account ? done(account) : refuse('not-found', { what: 'account' });
}
