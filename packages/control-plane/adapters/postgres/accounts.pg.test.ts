import type { AccountId } from '@deskhand/domain/brand.ts';
import { beforeEach, expect, test } from 'vitest';
import type { AccountStore, InstallationStore, NewAccount } from '../../ports/accounts.ts';
import type { Change } from '../../ports/changes.ts';
import { claimSetup, newSetupCode } from '../../use-cases/accounts/setup.ts';
import { hashSecret } from '../../use-cases/accounts/secrets.ts';
import { authenticate, changeMyPassword, createToken, signIn } from '../../use-cases/accounts/sign-in.ts';
import { createAccount, updateAccount } from '../../use-cases/accounts/accounts.ts';
import type { Caller, Outcome } from '../../ports/outcome.ts';
import { argon2Hasher } from '../argon2/password-hasher.ts';
import { openAccountStore } from './accounts.ts';
import { openAuditReader } from './audit.ts';
import { ensureInstallation, openInstallationStore } from './installation.ts';
import { type TestDatabase, withTestDatabase } from '../../testing/test-database.ts';

let database: TestDatabase;
let ports: {
  accounts: AccountStore;
  installation: InstallationStore;
  passwords: typeof argon2Hasher;
  changes: { publish(change: Change): void };
};
let told: Change[];

beforeEach(async () => {
  told = [];
  database = await withTestDatabase();
  await ensureInstallation(database.pool);
  ports = {
    accounts: openAccountStore(database.pool),
    installation: openInstallationStore(database.pool),
    passwords: argon2Hasher,
    changes: { publish: (change) => void told.push(change) },
  };
  return () => database.pool.end();
});
const strong = 'a long enough sentence';
const signedOut = { actor: 'ada@corp.example', verb: 'sign-out', object: 'account', detail: {}, origin: 'test' };
const claim = (code: string, email = 'ada@corp.example') =>
  claimSetup(ports, { code, name: 'Ada', email, password: strong, origin: '127.0.0.1' });
function valueOf<T>(answer: Outcome<T>): T {
  if (!answer.ok) throw new Error(answer.code);
  return answer.value;
}
async function firstAdmin(): Promise<Caller> {
  const { account } = valueOf(await claim((await newSetupCode(ports)) as string));
  return {
    id: account.id,
    name: account.name,
    email: account.email,
    roles: account.roles,
    osAccounts: [],
    origin: '127.0.0.1',
  };
}

test('the set-up code makes the first admin once and never again', async () => {
  const code = (await newSetupCode(ports)) as string;
  expect((await claim(code)).ok).toBe(true);
  expect(await claim(code, 'eve@corp.example')).toMatchObject({ code: 'already-set-up' });
  expect(await newSetupCode(ports)).toBeUndefined();
});

test('only the newest set-up code works', async () => {
  const old = (await newSetupCode(ports)) as string;
  await newSetupCode(ports);
  expect(await claim(old)).toMatchObject({ code: 'setup-code-wrong' });
});

test('two people with the same code at the same moment make one admin', async () => {
  const code = (await newSetupCode(ports)) as string;
  const answers = await Promise.all([claim(code, 'a@corp.example'), claim(code, 'b@corp.example')]);
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  expect(await ports.accounts.list()).toHaveLength(1);
});

test('S08: an account of a public mail domain is refused', async () => {
  expect(await claim((await newSetupCode(ports)) as string, 'ada@gmail.com')).toMatchObject({
    code: 'personal-mail-domain',
  });
});

test('the domain of the first admin becomes the allowed one', async () => {
  const admin = await firstAdmin();
  const answer = await createAccount(ports, admin, {
    name: 'Eve',
    email: 'eve@other.example',
    password: strong,
    roles: ['maker'],
  });
  expect(answer).toMatchObject({ code: 'domain-not-allowed' });
});

test('a wrong password and an unknown e-mail get the same answer', async () => {
  await firstAdmin();
  const wrong = await signIn(ports, { email: 'ada@corp.example', password: 'wrong', origin: 'x' });
  expect(await signIn(ports, { email: 'nobody@corp.example', password: 'wrong', origin: 'x' })).toEqual(wrong);
});

test('a sign-in is known by its cookie until it is ended', async () => {
  await firstAdmin();
  const { token } = valueOf(await signIn(ports, { email: 'ADA@corp.example', password: strong, origin: 'x' }));
  expect((await authenticate(ports, { cookie: token }))?.email).toBe('ada@corp.example');
  await ports.accounts.endSignIn(hashSecret(token), signedOut);
  expect(await authenticate(ports, { cookie: token })).toBeUndefined();
});

test('a new password ends every other sign-in and keeps the own one', async () => {
  const admin = await firstAdmin();
  const other = valueOf(await signIn(ports, { email: admin.email, password: strong, origin: 'x' }));
  const own = valueOf(await signIn(ports, { email: admin.email, password: strong, origin: 'x' }));
  valueOf(await changeMyPassword(ports, admin, { current: strong, next: 'another long sentence', cookie: own.token }));
  expect(await authenticate(ports, { cookie: other.token })).toBeUndefined();
  expect(await authenticate(ports, { cookie: own.token })).toBeDefined();
});

test('an API token is stored as a hash only and works as its account', async () => {
  const admin = await firstAdmin();
  const { token } = valueOf(await createToken(ports, admin, { name: 'ci', expiresAt: null }));
  expect((await authenticate(ports, { bearer: token }))?.id).toBe(admin.id);
  const dump = await database.pool.query('select * from api_token');
  expect(JSON.stringify(dump.rows)).not.toContain(token);
});

test('an expired API token is nobody', async () => {
  const admin = await firstAdmin();
  const { token } = valueOf(await createToken(ports, admin, { name: 'old', expiresAt: new Date(Date.now() - 1000) }));
  expect(await authenticate(ports, { bearer: token })).toBeUndefined();
});

test('pages are told of an account that was made or changed, and of none that was refused', async () => {
  const admin = await firstAdmin();
  const request = { name: 'Eve', email: 'eve@corp.example', password: strong, roles: ['maker'] as const };
  const eve = valueOf(await createAccount(ports, admin, request));
  expect(await createAccount(ports, admin, request)).toMatchObject({ code: 'email-taken' });
  valueOf(await updateAccount(ports, admin, eve.id, { name: 'Eva' }));
  expect(await updateAccount(ports, admin, 'nobody', { name: 'Eva' })).toMatchObject({ code: 'not-found' });
  const change = { kind: 'changed', what: 'account', id: eve.id };
  expect(told).toEqual([change, change]);
});

test('the last admin keeps the role', async () => {
  const admin = await firstAdmin();
  expect(await updateAccount(ports, admin, admin.id, { roles: ['viewer'] })).toMatchObject({ code: 'last-admin' });
  expect((await ports.accounts.byId(admin.id))?.roles).toEqual(['admin']);
});

test('a disabled account is out at once', async () => {
  const admin = await firstAdmin();
  const eve = valueOf(
    await createAccount(ports, admin, { name: 'Eve', email: 'eve@corp.example', password: strong, roles: ['maker'] }),
  );
  const { token } = valueOf(await signIn(ports, { email: eve.email, password: strong, origin: 'x' }));
  valueOf(await updateAccount(ports, admin, eve.id, { disabled: true }));
  expect(await authenticate(ports, { cookie: token })).toBeUndefined();
  expect(await signIn(ports, { email: eve.email, password: strong, origin: 'x' })).toMatchObject({
    code: 'account-disabled',
  });
});

test('every change leaves one row in the audit log, without the password', async () => {
  const admin = await firstAdmin();
  await createAccount(ports, admin, { name: 'Eve', email: 'eve@corp.example', password: strong, roles: ['maker'] });
  const rows = await openAuditReader(database.pool).list({ actor: null, object: null, before: null, limit: 10 });
  expect(rows.map(({ verb }) => verb)).toEqual(['create', 'set-up']);
  expect(JSON.stringify(rows)).not.toContain(strong);
});

test('a row of the audit log cannot be changed or deleted', async () => {
  await firstAdmin();
  await database.pool.query(`update audit_log set actor = 'nobody'`);
  await database.pool.query('delete from audit_log');
  const rows = await openAuditReader(database.pool).list({ actor: null, object: null, before: null, limit: 10 });
  expect(rows.map(({ actor }) => actor)).toEqual(['ada@corp.example']);
});

test('what was enrolled before there was anybody becomes the first admin’s', async () => {
  await database.pool.query(`insert into gateway_cluster (id, name) values ('c', 'This machine')`);
  await database.pool.query(
    `insert into connection (id, name, cluster_id, account_name, machine_user) values ('k', 'Try', 'c', 'deskhand-try', 'deskhand-try')`,
  );
  const admin = await firstAdmin();
  expect((await ports.accounts.byId(admin.id as AccountId))?.osAccounts).toEqual(['deskhand-try']);
  const owners = await database.pool.query(
    'select owner_id from gateway_cluster union select owner_id from connection',
  );
  expect(owners.rows).toEqual([{ owner_id: admin.id }]);
});

const account = (id: string, email: string): NewAccount => ({
  id: id as AccountId,
  name: id,
  email,
  passwordHash: null,
  roles: ['viewer'],
  osAccounts: [],
});
test('an e-mail belongs to one account, whatever its case', async () => {
  const audit = { actor: 't', verb: 'create', object: 'x', detail: {}, origin: 't' };
  expect(await ports.accounts.add(account('a', 'x@corp.example'), audit)).toBe('added');
  expect(await ports.accounts.add(account('b', 'X@CORP.example'), audit)).toBe('email-taken');
});
