import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { enrolProofText } from '@deskhand/protocol/link/messages.ts';
import { beforeEach, describe, expect, test } from 'vitest';
import { createHttpWorld, type HttpWorld, type Person, problemOf } from '../../testing/http-world.ts';
import { newSetupCode } from '../../use-cases/accounts/setup.ts';

let world: HttpWorld;
let admin: Person;
const password = 'a long enough sentence';
const email = 'bob@corp.example';

beforeEach(async () => {
  world = await createHttpWorld({ connections: 4 });
  admin = await world.person('admin', ['admin']);
  return () => world.end();
});
const makeBob = () =>
  world.ask('POST', '/accounts', { as: admin, body: { name: 'Bob', email, password, roles: ['viewer'] } });
const signIn = async (from: string, given: string, as = email) =>
  await world.ask('POST', '/sign-in', { body: { email: as, password: given }, remoteAddress: from });

describe('guessing at a sign-in', () => {
  test('ends after ten tries from one address, with the time to wait, and not for other addresses', async () => {
    await makeBob();
    for (let i = 0; i < 10; i += 1)
      expect(problemOf(await signIn('10.0.0.1', `wrong ${i}`)).code).toBe('sign-in-refused');
    const answer = await signIn('10.0.0.1', password);
    expect(answer.statusCode).toBe(429);
    expect(problemOf(answer).code).toBe('rate-limited');
    const seconds = Number(answer.headers['retry-after']);
    expect(seconds).toBeGreaterThan(30);
    expect(seconds).toBeLessThanOrEqual(60);
    expect((await signIn('10.0.0.2', password)).statusCode).toBe(200);
  });

  test('of one account from many addresses ends too, for known and unknown e-mails alike', async () => {
    await makeBob();
    for (const target of [email, 'nobody@corp.example']) {
      for (let i = 0; i < 20; i += 1)
        expect(problemOf(await signIn(`10.1.${i}.1`, 'wrong', i % 2 ? target : target.toUpperCase())).code).toBe(
          'sign-in-refused',
        );
      const answer = await signIn('10.1.200.1', 'wrong', target);
      expect([target, problemOf(answer).code]).toEqual([target, 'rate-limited']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(3000);
    }
  });

  test('does not lock out the owner, who has signed in from the same place before', async () => {
    await makeBob();
    expect((await signIn('10.9.9.9', password)).statusCode).toBe(200);
    for (let i = 0; i < 20; i += 1) await signIn(`10.1.${i}.1`, 'wrong');
    expect(problemOf(await signIn('10.1.200.1', password)).code).toBe('rate-limited');
    expect((await signIn('10.9.9.9', password)).statusCode).toBe(200);
  });

  test('is not made longer by signing in to an account of one’s own between the guesses', async () => {
    await makeBob();
    const eve = { name: 'Eve', email: 'eve@corp.example', password, roles: ['viewer'] };
    await world.ask('POST', '/accounts', { as: admin, body: eve });
    const codes: string[] = [];
    for (let i = 0; i < 12; i += 1) {
      const answer = await signIn('10.0.0.1', 'wrong');
      codes.push(problemOf(answer).code);
      await signIn('10.0.0.1', password, eve.email);
    }
    expect(codes.slice(10)).toEqual(['rate-limited', 'rate-limited']);
  });

  test('of the own password by whoever found a page open ends as well', async () => {
    await makeBob();
    const cookie = `deskhand=${(await signIn('10.0.0.1', password)).cookies[0]?.value}`;
    const change = (current: string) =>
      world.ask('PUT', '/me/password', { headers: { cookie }, body: { current, next: `${password} 2` } });
    for (let i = 0; i < 10; i += 1) expect((await change('wrong')).statusCode).toBe(401);
    expect(problemOf(await change(password)).code).toBe('rate-limited');
  });
});

test('a disabled account hears so only with its right password', async () => {
  const { id } = (await makeBob()).json<{ id: string }>();
  await world.ask('PATCH', `/accounts/${id}`, { as: admin, body: { disabled: true } });
  expect(problemOf(await signIn('10.0.0.1', 'wrong')).code).toBe('sign-in-refused');
  expect(problemOf(await signIn('10.0.0.1', password)).code).toBe('account-disabled');
});

test('a set-up code that is wrong, old or replaced makes no admin', async () => {
  const fresh = await createHttpWorld({ connections: 4 });
  const claim = async (code: string, change: object = {}) =>
    await fresh.ask('POST', '/setup', { body: { code, name: 'Ada', email: 'ada@corp.example', password, ...change } });
  expect(problemOf(await claim('setup_guess')).code).toBe('setup-code-wrong');
  const old = (await newSetupCode(fresh.stores)) as string;
  const code = (await newSetupCode(fresh.stores)) as string;
  expect(problemOf(await claim(old)).code).toBe('setup-code-wrong');
  expect(problemOf(await claim(code, { password: 'short' })).code).toBe('password-too-weak');
  expect(problemOf(await claim(code, { email: 'ada@gmail.com' })).code).toBe('personal-mail-domain');
  expect(problemOf(await claim(code, { allowedDomain: 'other.example' })).code).toBe('domain-not-allowed');
  await fresh.database.pool.query('update installation set setup_code_expires_at = now()');
  expect(problemOf(await claim(code)).code).toBe('setup-code-wrong');
  expect((await fresh.ask('GET', '/setup')).json()).toEqual({ claimed: false });
  const last = (await newSetupCode(fresh.stores)) as string;
  expect((await claim(last)).statusCode).toBe(201);
  expect(problemOf(await claim(last)).code).toBe('already-set-up');
  await fresh.end();
});

test('an API token is shown once and never again', async () => {
  const made = await world.ask('POST', '/api-tokens', { as: admin, body: { name: 'ci' } });
  const { token } = made.json<{ token: string }>();
  for (const path of ['/api-tokens', '/me', '/audit-log', '/accounts'])
    expect((await world.ask('GET', path, { as: admin })).payload).not.toContain(token.slice(4));
  const { rows } = await world.database.pool.query('select token_hash from api_token');
  const hash = createHash('sha256').update(token).digest('hex');
  expect(rows.map((row: { token_hash: Buffer }) => row.token_hash.toString('hex'))).toContain(hash);
  expect((await world.ask('GET', '/me', { headers: { authorization: `Bearer ${token}` } })).statusCode).toBe(200);
});

describe('enrolment', () => {
  const KEY = 'A'.repeat(43);
  const OTHER_KEY = 'B'.repeat(43);

  async function clusterWithToken(name: string): Promise<{ id: string; token: string }> {
    const { id } = (await world.ask('POST', '/gateway-clusters', { as: admin, body: { name } })).json<{ id: string }>();
    const answer = await world.ask('POST', `/gateway-clusters/${id}/enrolment-tokens`, { as: admin });
    const { token, command } = answer.json<{ token: string; command: string }>();
    expect(command).not.toContain(token);
    return { id, token };
  }
  const tokenOf = async (id: string): Promise<string> =>
    (await world.ask('POST', `/gateway-clusters/${id}/enrolment-tokens`, { as: admin })).json<{ token: string }>()
      .token;

  function request(token: string, name = 'gate', change: Record<string, unknown> = {}) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const x = String(publicKey.export({ format: 'jwk' }).x);
    const proof = sign(null, Buffer.from(enrolProofText({ token, name, publicKey: x })), privateKey);
    const proved = { token, name, publicKey: x, proof: proof.toString('base64url') };
    return { ...proved, sessionHost: 'linux', version: '1', clusterPublicKey: KEY, ...change };
  }
  const enrol = async (body: object) => await world.ask('POST', '/gateways', { body });

  test('a token enrols one gateway, into its own cluster, once', async () => {
    const first = await clusterWithToken('First');
    const second = await clusterWithToken('Second');
    const answer = await enrol(request(first.token));
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ clusterId: first.id, clusterPublicKey: KEY });
    expect(problemOf(await enrol(request(first.token, 'another'))).code).toBe('enrolment-token-wrong');
    const again = await world.ask('POST', '/gateways/enrolment', { body: { token: first.token } });
    expect(problemOf(again).code).toBe('enrolment-token-wrong');
    // A token leads to its own cluster whatever the request says.
    const other = await enrol({ ...request(second.token, 'another'), clusterId: first.id });
    expect(problemOf(other).code).toBe('invalid-request');
  });

  test('two machines with one token at the same moment: one is in', async () => {
    const { token } = await clusterWithToken('Race');
    const answers = await Promise.all([enrol(request(token, 'one')), enrol(request(token, 'two'))]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 403]);
  });

  test('an expired token, a made-up one and a wrong proof are refused and use nothing up', async () => {
    const { token } = await clusterWithToken('Proof');
    expect(problemOf(await enrol(request('dhe_made-up'))).code).toBe('enrolment-token-wrong');
    const right = request(token);
    const wrong = [
      { ...right, proof: request(token).proof },
      { ...right, name: 'renamed' },
      { ...right, publicKey: request(token).publicKey },
      { ...right, proof: '' },
      { ...right, publicKey: '!'.repeat(43) },
    ];
    for (const body of wrong) expect(problemOf(await enrol(body)).code).toBe('link-proof-wrong');
    expect((await enrol(right)).statusCode).toBe(201);
    const late = await clusterWithToken('Late');
    await world.database.pool.query('update enrolment_token set expires_at = now() where used_at is null');
    expect(problemOf(await enrol(request(late.token, 'late'))).code).toBe('enrolment-token-wrong');
  });

  test('a second member brings the cluster’s key, or is told that it needs it; the token stays good', async () => {
    const { id, token } = await clusterWithToken('Keys');
    expect((await enrol(request(token, 'one'))).statusCode).toBe(201);
    const next = await tokenOf(id);
    expect(problemOf(await enrol(request(next, 'two', { clusterPublicKey: OTHER_KEY }))).code).toBe(
      'cluster-key-needed',
    );
    const { clusterPublicKey: _, ...without } = request(next, 'two');
    expect(problemOf(await enrol(without)).code).toBe('cluster-key-needed');
    expect((await enrol(request(next, 'two'))).statusCode).toBe(201);
    // A virtual gateway holds no key, so it needs none and gives none.
    const last = await tokenOf(id);
    const virtual = request(last, 'three', { sessionHost: 'virtual', clusterPublicKey: OTHER_KEY });
    expect((await enrol(virtual)).json()).toMatchObject({ clusterPublicKey: KEY });
  });

  test('a taken name and a copied identity are refused by their own names', async () => {
    const { id, token } = await clusterWithToken('Names');
    const pair = generateKeyPairSync('ed25519');
    const copied = { privateKey: pair.privateKey, publicKey: String(pair.publicKey.export({ format: 'jwk' }).x) };
    const text = enrolProofText({ token, name: 'gate', publicKey: copied.publicKey });
    const proved = sign(null, Buffer.from(text), copied.privateKey).toString('base64url');
    expect((await enrol({ ...request(token), publicKey: copied.publicKey, proof: proved })).statusCode).toBe(201);
    const next = await tokenOf(id);
    expect(problemOf(await enrol(request(next))).code).toBe('gateway-name-taken');
    const { privateKey, publicKey } = copied;
    const proof = sign(null, Buffer.from(enrolProofText({ token: next, name: 'copy', publicKey })), privateKey);
    const copy = { ...request(next, 'copy'), publicKey, proof: proof.toString('base64url') };
    const answer = problemOf(await enrol(copy));
    expect(answer.code).toBe('conflict');
    expect(answer.detail).toContain('copied from another machine');
  });
});
