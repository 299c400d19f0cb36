import type { AccountId } from '@deskhand/domain/brand.ts';
import { done, type Outcome, refuse } from '../../ports/outcome.ts';
import { type AccountPorts, domainOf, refusedEmail, refusedPassword } from './accounts.ts';
import { hashSecret, newId, newSecret } from './secrets.ts';
import { openSignIn, type SignedIn } from './sign-in.ts';

export const SETUP_CODE_LIFETIME_MS = 24 * 3_600_000;

/** A new one-time code while nobody has claimed the installation; undefined afterwards. */
export async function newSetupCode(ports: AccountPorts): Promise<string | undefined> {
  if (await ports.installation.isClaimed()) return undefined;
  const { secret, hash } = newSecret('setup');
  await ports.installation.setSetupCode(hash, SETUP_CODE_LIFETIME_MS);
  return secret;
}

export interface ClaimRequest {
  readonly code: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  /** Left out, the domain of the e-mail becomes the allowed one. */
  readonly allowedDomain?: string;
  readonly origin: string;
}

export async function claimSetup(ports: AccountPorts, request: ClaimRequest): Promise<Outcome<SignedIn>> {
  const domain = (request.allowedDomain ?? domainOf(request.email)).toLowerCase();
  const because = refusedEmail(request.email, [domain]) ?? refusedPassword(request.password);
  if (because) return because;
  const admin = {
    id: newId() as AccountId,
    name: request.name,
    email: request.email,
    passwordHash: await ports.passwords.hash(request.password),
    roles: ['admin'] as const,
    osAccounts: [],
  };
  const audit = {
    actor: request.email,
    verb: 'set-up',
    object: 'installation',
    detail: { allowedDomain: domain },
    origin: request.origin,
  };
  const answer = await ports.installation.claim(hashSecret(request.code), admin, [domain], audit);
  if (answer !== 'claimed') return refuse(answer);
  const account = await ports.accounts.byId(admin.id);
  if (!account) throw new Error('The first admin was claimed but cannot be found.');
  return done(await openSignIn(ports, account, request.origin, null));
}
