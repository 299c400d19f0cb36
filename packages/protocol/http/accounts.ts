import type { Role } from '@deskhand/domain/account/permissions.ts';
import Type, { type Static } from 'typebox';
import { id, idParams, listOf, name, oneOf, orNull, route, time } from './route.ts';

export const roles = ['admin', 'maker', 'operator', 'viewer'] as const satisfies readonly Role[];

const email = Type.String({ minLength: 3, maxLength: 254, pattern: '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$' });
const password = Type.String({ minLength: 1, maxLength: 1024 });

export const Account = Type.Object({
  id,
  name,
  email,
  roles: Type.Array(oneOf(roles)),
  disabled: Type.Boolean(),
  /** Operating-system accounts that are this person's own, as an admin approved them. */
  osAccounts: Type.Array(Type.String({ maxLength: 256 })),
  createdAt: time,
  lastSignInAt: orNull(time),
});
export type Account = Static<typeof Account>;

export const ApiToken = Type.Object({ id, name, createdAt: time, expiresAt: orNull(time), lastUsedAt: orNull(time) });
export type ApiToken = Static<typeof ApiToken>;

export const accountRoutes = {
  getSetup: route('GET', '/setup', {
    permission: 'public',
    summary: 'Whether the first admin exists',
    reply: Type.Object({ claimed: Type.Boolean() }),
  }),
  claimSetup: route('POST', '/setup', {
    permission: 'public',
    summary: 'Make the first admin with the one-time code, and sign in',
    body: Type.Object({
      code: Type.String({ maxLength: 200 }),
      name,
      email,
      password,
      allowedDomain: Type.Optional(Type.String({ maxLength: 253 })),
    }),
    reply: Account,
  }),
  signIn: route('POST', '/sign-in', {
    permission: 'public',
    summary: 'Sign in with e-mail and password; the answer sets the cookie',
    body: Type.Object({ email, password }),
    reply: Account,
    status: 200,
  }),
  signOut: route('POST', '/sign-out', { permission: 'signed-in', summary: 'End this sign-in', status: 204 }),
  whoAmI: route('GET', '/me', { permission: 'signed-in', summary: 'The account that asks', reply: Account }),
  changeMyPassword: route('PUT', '/me/password', {
    permission: 'signed-in',
    summary: 'Change the own password; ends every other sign-in',
    body: Type.Object({ current: password, next: password }),
  }),
  listMyTokens: route('GET', '/api-tokens', {
    permission: 'signed-in',
    summary: 'The own API tokens',
    reply: listOf(ApiToken),
  }),
  createToken: route('POST', '/api-tokens', {
    permission: 'signed-in',
    summary: 'Make an API token; it is shown once',
    body: Type.Object({ name, expiresAt: Type.Optional(time) }),
    reply: Type.Object({ token: Type.String(), apiToken: ApiToken }),
  }),
  revokeToken: route('DELETE', '/api-tokens/{id}', {
    permission: 'signed-in',
    summary: 'Revoke an API token',
    params: idParams,
  }),
  listAccounts: route('GET', '/accounts', { permission: 'signed-in', summary: 'All accounts', reply: listOf(Account) }),
  createAccount: route('POST', '/accounts', {
    permission: 'account.admin',
    summary: 'Make an account with a first password',
    body: Type.Object({
      name,
      email,
      password,
      roles: Type.Array(oneOf(roles)),
      osAccounts: Type.Optional(Type.Array(Type.String({ maxLength: 256 }), { maxItems: 50 })),
    }),
    reply: Account,
  }),
  updateAccount: route('PATCH', '/accounts/{id}', {
    permission: 'account.admin',
    summary: 'Change name, roles, operating-system accounts, or disable',
    params: idParams,
    body: Type.Partial(
      Type.Object({
        name,
        roles: Type.Array(oneOf(roles)),
        disabled: Type.Boolean(),
        osAccounts: Type.Array(Type.String({ maxLength: 256 }), { maxItems: 50 }),
      }),
    ),
    reply: Account,
  }),
  resetPassword: route('PUT', '/accounts/{id}/password', {
    permission: 'account.admin',
    summary: 'Set a password; ends every sign-in of the account',
    params: idParams,
    body: Type.Object({ password }),
  }),
  revokeSignIns: route('DELETE', '/accounts/{id}/sign-ins', {
    permission: 'account.admin',
    summary: 'End every sign-in of the account',
    params: idParams,
  }),
};
