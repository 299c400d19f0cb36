import { type Account, accountRoutes, type ApiToken } from '@deskhand/protocol/http/accounts.ts';
import type { FastifyReply } from 'fastify';
import type { AccountRecord, ApiTokenRecord } from '../../ports/accounts.ts';
import {
  type AccountAdminPorts,
  createAccount,
  resetPassword,
  revokeSignIns,
  updateAccount,
} from '../../use-cases/accounts/accounts.ts';
import { claimSetup } from '../../use-cases/accounts/setup.ts';
import { hashSecret } from '../../use-cases/accounts/secrets.ts';
import {
  changeMyPassword,
  createToken,
  SIGN_IN_LIFETIME_MS,
  type SignedIn,
  signIn,
} from '../../use-cases/accounts/sign-in.ts';
import { auditBy, done, type Outcome, refuse } from '../../ports/outcome.ts';
import { empty, type HandlersOf, iso, isoOrNull } from './handlers.ts';
import { SIGN_IN_COOKIE } from './server.ts';

export function accountHandlers(ports: AccountAdminPorts): HandlersOf<typeof accountRoutes> {
  return {
    getSetup: async () => done({ claimed: await ports.installation.isClaimed() }),
    claimSetup: async ({ body, origin, reply, secure }) =>
      withCookie(await claimSetup(ports, { ...body, origin }), reply, secure),
    signIn: async ({ body, origin, reply, secure }) =>
      withCookie(await signIn(ports, { ...body, origin }), reply, secure),
    signOut: async ({ caller, cookie, reply }) => {
      if (cookie)
        await ports.accounts.endSignIn(hashSecret(cookie), auditBy(caller, 'sign-out', `account ${caller.id}`));
      reply.clearCookie(SIGN_IN_COOKIE, { path: '/' });
      return done(empty);
    },
    whoAmI: async ({ caller }) => wire(await ports.accounts.byId(caller.id)),
    changeMyPassword: async ({ caller, body, cookie }) =>
      emptied(await changeMyPassword(ports, caller, { ...body, cookie })),
    listMyTokens: async ({ caller }) => done({ items: (await ports.accounts.listTokens(caller.id)).map(tokenToWire) }),
    createToken: async ({ caller, body }) => {
      const answer = await createToken(ports, caller, {
        name: body.name,
        expiresAt: body.expiresAt ? new Date(body.expiresAt) : null,
      });
      return answer.ok ? done({ token: answer.value.token, apiToken: tokenToWire(answer.value.apiToken) }) : answer;
    },
    revokeToken: async ({ caller, params }) => {
      const removed = await ports.accounts.removeToken(
        caller.id,
        params.id,
        auditBy(caller, 'revoke', `api-token ${params.id}`),
      );
      return removed ? done(empty) : refuse('not-found', { what: 'API token' });
    },
    listAccounts: async () => done({ items: (await ports.accounts.list()).map(accountToWire) }),
    createAccount: async ({ caller, body }) => mapped(await createAccount(ports, caller, body)),
    updateAccount: async ({ caller, params, body }) => mapped(await updateAccount(ports, caller, params.id, body)),
    resetPassword: async ({ caller, params, body }) =>
      emptied(await resetPassword(ports, caller, params.id, body.password)),
    revokeSignIns: async ({ caller, params }) => emptied(await revokeSignIns(ports, caller, params.id)),
  };
}

function withCookie(answer: Outcome<SignedIn>, reply: FastifyReply, secure: boolean): Outcome<Account> {
  if (!answer.ok) return answer;
  reply.setCookie(SIGN_IN_COOKIE, answer.value.token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure,
    maxAge: SIGN_IN_LIFETIME_MS / 1000,
  });
  return done(accountToWire(answer.value.account));
}

const mapped = (answer: Outcome<AccountRecord>): Outcome<Account> =>
  answer.ok ? done(accountToWire(answer.value)) : answer;
const emptied = (answer: Outcome<null>): Outcome<typeof empty> => (answer.ok ? done(empty) : answer);
const wire = (account: AccountRecord | undefined): Outcome<Account> =>
  account ? done(accountToWire(account)) : refuse('not-found', { what: 'account' });

export function accountToWire(account: AccountRecord): Account {
  const { id, name, email, roles, disabled, osAccounts, createdAt, lastSignInAt } = account;
  return {
    id,
    name,
    email,
    roles: [...roles],
    disabled,
    osAccounts: [...osAccounts],
    createdAt: iso(createdAt),
    lastSignInAt: isoOrNull(lastSignInAt),
  };
}

function tokenToWire(token: ApiTokenRecord): ApiToken {
  return {
    id: token.id,
    name: token.name,
    createdAt: iso(token.createdAt),
    expiresAt: isoOrNull(token.expiresAt),
    lastUsedAt: isoOrNull(token.lastUsedAt),
  };
}
