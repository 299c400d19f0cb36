import { type AuditFact, auditBy, type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import { type AccountPorts, refusedPassword } from './accounts.ts';
import { hashSecret, newId, newSecret } from './secrets.ts';
import type { AccountRecord, ApiTokenRecord } from '../../ports/accounts.ts';

export const SIGN_IN_LIFETIME_MS = 12 * 3_600_000;

export interface SignedIn {
  readonly account: AccountRecord;
  /** The cookie's value; the store holds its hash only. */
  readonly token: string;
}

/** The answer is the same, and takes as long, whether the e-mail or the password is wrong. */
export async function signIn(
  ports: AccountPorts,
  request: { email: string; password: string; origin: string },
): Promise<Outcome<SignedIn>> {
  const account = await ports.accounts.byEmail(request.email);
  const right = await ports.passwords.verify(account?.passwordHash ?? (await decoyHash(ports)), request.password);
  if (!account || !account.passwordHash || !right) return refuse('sign-in-refused');
  if (account.disabled) return refuse('account-disabled');
  const { email: actor, id } = account;
  const audit = { actor, verb: 'sign-in', object: `account ${id}`, detail: {}, origin: request.origin };
  return done(await openSignIn(ports, account, request.origin, audit));
}

export async function openSignIn(
  ports: AccountPorts,
  account: AccountRecord,
  origin: string,
  audit: AuditFact | null,
): Promise<SignedIn> {
  const { secret, hash } = newSecret('dhs');
  const opened = { tokenHash: hash, accountId: account.id, lifetimeMs: SIGN_IN_LIFETIME_MS, origin };
  await ports.accounts.addSignIn(opened, audit);
  return { account, token: secret };
}

let decoy: Promise<string> | undefined;
const decoyHash = (ports: AccountPorts): Promise<string> => {
  decoy ??= ports.passwords.hash(newSecret('decoy').secret);
  return decoy;
};

/** Who a cookie or an API token belongs to; disabled accounts are nobody. */
export async function authenticate(
  ports: AccountPorts,
  credential: { cookie?: string; bearer?: string },
): Promise<AccountRecord | undefined> {
  const account = credential.bearer
    ? await ports.accounts.byApiToken(hashSecret(credential.bearer))
    : credential.cookie
      ? await ports.accounts.bySignIn(hashSecret(credential.cookie))
      : undefined;
  return account?.disabled ? undefined : account;
}

export async function changeMyPassword(
  ports: AccountPorts,
  caller: Caller,
  request: { current: string; next: string; cookie: string | undefined },
): Promise<Outcome<null>> {
  const account = await ports.accounts.byId(caller.id);
  if (!account?.passwordHash || !(await ports.passwords.verify(account.passwordHash, request.current)))
    return refuse('sign-in-refused');
  const weak = refusedPassword(request.next);
  if (weak) return weak;
  const passwordHash = await ports.passwords.hash(request.next);
  const audit = auditBy(caller, 'change-password', `account ${caller.id}`);
  const except = request.cookie ? hashSecret(request.cookie) : null;
  await ports.accounts.change(caller.id, { passwordHash }, audit, { except });
  return done(null);
}

export async function createToken(
  ports: AccountPorts,
  caller: Caller,
  request: { name: string; expiresAt: Date | null },
): Promise<Outcome<{ token: string; apiToken: ApiTokenRecord }>> {
  const { secret, hash } = newSecret('dht');
  const id = newId();
  const audit = auditBy(caller, 'create', `api-token ${id}`, { name: request.name });
  const apiToken = await ports.accounts.addToken({ id, tokenHash: hash, accountId: caller.id, ...request }, audit);
  return done({ token: secret, apiToken });
}
