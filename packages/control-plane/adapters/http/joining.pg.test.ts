import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { JoinRequest } from '@deskhand/protocol/http/joining.ts';
import { type MemberOperation, memberProofText } from '@deskhand/protocol/join-code.ts';
import { enrolProofText } from '@deskhand/protocol/link/messages.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpWorld, type HttpWorld, type Person, problemOf } from '../../testing/http-world.ts';

const CLUSTER_KEY = 'A'.repeat(43);
const ANSWER = 'B'.repeat(43);
const OPENING = { publicKey: 'C'.repeat(43), secret: 'D'.repeat(43) };
const SEALED = 'a-sealed-key';

let world: HttpWorld;
let admin: Person;
let count = 0;

beforeAll(async () => {
  world = await createHttpWorld();
  admin = await world.person('admin', ['admin']);
});
afterAll(async () => {
  await world.end();
});

interface Machine {
  readonly name: string;
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

function machine(): Machine {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  count += 1;
  return { name: `machine-${count}`, publicKey: String(publicKey.export({ format: 'jwk' }).x), privateKey };
}

const signed = (text: string, { privateKey }: Machine): string =>
  sign(null, Buffer.from(text), privateKey).toString('base64url');

const ask = async (path: string, body?: unknown) => await world.ask('POST', path, { body });

async function cluster(): Promise<string> {
  count += 1;
  const answer = await world.ask('POST', '/gateway-clusters', { as: admin, body: { name: `Cluster ${count}` } });
  return answer.json<{ id: string }>().id;
}

async function newToken(clusterId: string): Promise<string> {
  const answer = await world.ask('POST', `/gateway-clusters/${clusterId}/enrolment-tokens`, { as: admin });
  return answer.json<{ token: string }>().token;
}

interface Member extends Machine {
  readonly gatewayId: string;
}

async function enrolled(
  clusterId: string,
  sessionHost: 'linux' | 'virtual' = 'linux',
  by = machine(),
): Promise<Member> {
  const token = await newToken(clusterId);
  const { name, publicKey } = by;
  const proof = signed(enrolProofText({ token, name, publicKey }), by);
  const more = sessionHost === 'linux' ? { clusterPublicKey: CLUSTER_KEY, encryptedClusterKey: 'x' } : {};
  const answer = await ask('/gateways', { token, name, publicKey, proof, sessionHost, version: '1', ...more });
  return { ...by, gatewayId: answer.json<{ gatewayId: string }>().gatewayId };
}

async function asking(clusterId: string, change: Record<string, unknown> = {}, by = machine()) {
  const token = String(change.token ?? (await newToken(clusterId)));
  const { name, publicKey } = by;
  const proof = signed(enrolProofText({ token, name, publicKey }), by);
  const commitment = 'E'.repeat(43);
  const body = { token, name, publicKey, proof, sessionHost: 'linux', commitment, waitMs: 60_000, ...change };
  const answer = await ask('/join-requests', body);
  return { ...by, token, answer, id: answer.statusCode === 201 ? answer.json<{ id: string }>().id : '' };
}

/** What a member says, with a fresh nonce and its signature. */
async function saying(
  member: Member,
  operation: MemberOperation,
  { id = '', content = '' }: { id?: string; content?: string } = {},
) {
  const { nonce } = (await ask(`/gateways/${member.gatewayId}/challenges`)).json<{ nonce: string }>();
  const { gatewayId } = member;
  const text = memberProofText({ operation, gatewayId, nonce, joinRequestId: id, content });
  return { gatewayId, nonce, proof: signed(text, member) };
}
const list = async (member: Member) =>
  await ask('/join-requests/pending', { member: await saying(member, 'listJoinRequests') });
const answer = async (member: Member, id: string) =>
  await ask(`/join-requests/${id}/answer`, {
    member: await saying(member, 'answerJoinRequest', { id, content: ANSWER }),
    answer: ANSWER,
  });
const readOpening = async (member: Member, id: string) =>
  await ask(`/join-requests/${id}/read-opening`, { member: await saying(member, 'readJoinOpening', { id }) });
const settle = async (member: Member, id: string, sealedKey: string | null) =>
  await ask(`/join-requests/${id}/settlement`, {
    member: await saying(member, 'settleJoinRequest', { id, content: sealedKey ?? '' }),
    sealedKey,
  });
const reveal = async (id: string, token: string) =>
  await ask(`/join-requests/${id}/opening`, { token, opening: OPENING });
const progress = async (id: string, token: string) => await ask(`/join-requests/${id}/progress`, { token });

const outdate = async (id: string): Promise<void> => {
  await world.database.pool.query('update join_request set expires_at = now() where id = $1', [id]);
};

test('a request is taken up, opened and confirmed, each step told by one row of the audit log', async () => {
  const clusterId = await cluster();
  const member = await enrolled(clusterId);
  const before = (await world.auditRows()).length;
  const newcomer = await asking(clusterId);
  const { id, token } = newcomer;
  const pending = (await list(member)).json<{ items: JoinRequest[] }>().items;
  expect(pending).toMatchObject([{ id, name: newcomer.name, publicKey: newcomer.publicKey, state: 'waiting' }]);
  expect((await progress(id, token)).json()).toEqual({ state: 'waiting', answer: null, sealedKey: null });
  expect((await answer(member, id)).json()).toEqual({ state: 'answered' });
  expect((await progress(id, token)).json()).toMatchObject({ answer: ANSWER });
  expect((await readOpening(member, id)).json()).toEqual({ opening: null });
  expect((await reveal(id, token)).json()).toEqual({ state: 'revealed' });
  expect((await readOpening(member, id)).json()).toEqual({ opening: OPENING });
  expect((await settle(member, id, SEALED)).json()).toEqual({ state: 'confirmed' });
  expect((await progress(id, token)).json()).toMatchObject({ state: 'confirmed', sealedKey: SEALED });
  const rows = (await world.auditRows()).slice(before).filter(({ object }) => object.startsWith('join-request'));
  expect(rows).toMatchObject([
    { verb: 'ask-to-join', actor: `gateway ${newcomer.name}`, detail: { name: newcomer.name } },
    { verb: 'answer-join', actor: `gateway ${member.name}` },
    { verb: 'reveal-join-key', actor: `gateway ${newcomer.name}` },
    { verb: 'confirm-join', actor: `gateway ${member.name}`, detail: { name: newcomer.name } },
  ]);
});

test('once the machine is enrolled, nothing of its request is kept', async () => {
  const clusterId = await cluster();
  const member = await enrolled(clusterId);
  const by = machine();
  const { id, token } = await asking(clusterId, {}, by);
  await answer(member, id);
  await reveal(id, token);
  await settle(member, id, SEALED);
  const proof = signed(enrolProofText({ token, name: by.name, publicKey: by.publicKey }), by);
  const body = { token, name: by.name, publicKey: by.publicKey, proof, sessionHost: 'linux', version: '1' };
  expect((await ask('/gateways', { ...body, clusterPublicKey: CLUSTER_KEY })).statusCode).toBe(201);
  expect(problemOf(await progress(id, token)).code).toBe('join-request-missing');
  const { rows } = await world.database.pool.query('select 1 from join_request where sealed_key = $1 and id = $2', [
    SEALED,
    id,
  ]);
  expect(rows).toEqual([]);
});

test('each step is taken once', async () => {
  const clusterId = await cluster();
  const [member, other] = [await enrolled(clusterId), await enrolled(clusterId)];
  const { id, token } = await asking(clusterId);
  expect(problemOf(await reveal(id, token)).code).toBe('join-step-taken');
  await answer(member, id);
  expect(problemOf(await answer(member, id)).code).toBe('join-step-taken');
  expect(problemOf(await answer(other, id)).code).toBe('join-step-taken');
  expect(problemOf(await settle(member, id, SEALED)).code).toBe('join-step-taken');
  await reveal(id, token);
  expect(problemOf(await reveal(id, token)).code).toBe('join-step-taken');
  expect((await list(member)).json()).toEqual({ items: [] });
  await settle(member, id, null);
  expect((await progress(id, token)).json()).toMatchObject({ state: 'refused', sealedKey: null });
  expect(problemOf(await settle(member, id, SEALED)).code).toBe('join-step-taken');
});

test('only the member that took a request up reads its key and settles it', async () => {
  const clusterId = await cluster();
  const [member, other] = [await enrolled(clusterId), await enrolled(clusterId)];
  const { id, token } = await asking(clusterId);
  await answer(member, id);
  await reveal(id, token);
  expect(problemOf(await readOpening(other, id)).code).toBe('join-request-missing');
  expect(problemOf(await settle(other, id, SEALED)).code).toBe('join-request-missing');
});

test('a request that is out of date is taken no further by anybody', async () => {
  const clusterId = await cluster();
  const member = await enrolled(clusterId);
  const waiting = await asking(clusterId);
  await outdate(waiting.id);
  expect(problemOf(await progress(waiting.id, waiting.token)).code).toBe('join-expired');
  expect((await list(member)).json()).toEqual({ items: [] });
  expect(problemOf(await answer(member, waiting.id)).code).toBe('join-expired');
  const revealed = await asking(clusterId);
  await answer(member, revealed.id);
  await reveal(revealed.id, revealed.token);
  await outdate(revealed.id);
  expect(problemOf(await readOpening(member, revealed.id)).code).toBe('join-expired');
  expect(problemOf(await settle(member, revealed.id, SEALED)).code).toBe('join-expired');
  expect((await progress(revealed.id, revealed.token)).payload).not.toContain(SEALED);
});

test('a new request of the same token replaces the old one', async () => {
  const clusterId = await cluster();
  const member = await enrolled(clusterId);
  const by = machine();
  const first = await asking(clusterId, {}, by);
  await answer(member, first.id);
  const second = await asking(clusterId, { token: first.token }, by);
  expect(problemOf(await readOpening(member, first.id)).code).toBe('join-request-missing');
  expect((await list(member)).json<{ items: JoinRequest[] }>().items.map(({ id }) => id)).toEqual([second.id]);
});

test('whoever asks must hold a good token and its own key, for a cluster that has one', async () => {
  const clusterId = await cluster();
  expect(problemOf((await asking(clusterId)).answer).code).toBe('cluster-has-no-key');
  const member = await enrolled(clusterId);
  expect(problemOf((await asking(clusterId, { token: 'dhe_nothing' })).answer).code).toBe('enrolment-token-wrong');
  expect(problemOf((await asking(clusterId, { publicKey: machine().publicKey })).answer).code).toBe('link-proof-wrong');
  expect(problemOf((await asking(clusterId, { sessionHost: 'virtual' })).answer).code).toBe('invalid-request');
  expect(problemOf((await asking(clusterId, { waitMs: 900_001 })).answer).code).toBe('invalid-request');
  const sameName = { ...machine(), name: member.name };
  expect(problemOf((await asking(clusterId, {}, sameName)).answer).code).toBe('gateway-name-taken');
});

test('a request is nothing to another token', async () => {
  const clusterId = await cluster();
  await enrolled(clusterId);
  const [mine, theirs] = [await asking(clusterId), await asking(clusterId)];
  expect(problemOf(await progress(mine.id, theirs.token)).code).toBe('join-request-missing');
  expect(problemOf(await reveal(mine.id, theirs.token)).code).toBe('join-request-missing');
});

test('a member proves itself with its own key, over this saying, once', async () => {
  const clusterId = await cluster();
  const member = await enrolled(clusterId);
  const { id } = await asking(clusterId);
  const once = await saying(member, 'listJoinRequests');
  expect((await ask('/join-requests/pending', { member: once })).statusCode).toBe(200);
  const refused = [
    { path: '/join-requests/pending', body: { member: once } },
    { path: '/join-requests/pending', body: { member: await saying(member, 'readJoinOpening') } },
    { path: '/join-requests/pending', body: { member: { ...(await saying(member, 'listJoinRequests')), proof: 'x' } } },
    {
      path: '/join-requests/pending',
      body: { member: await saying({ ...machine(), gatewayId: member.gatewayId }, 'listJoinRequests') },
    },
    {
      path: `/join-requests/${id}/answer`,
      body: {
        member: await saying(member, 'answerJoinRequest', { id, content: ANSWER }),
        answer: randomBytes(32).toString('base64url'),
      },
    },
  ];
  for (const { path, body } of refused) expect(problemOf(await ask(path, body)).code).toBe('link-proof-wrong');
  const nobody = await ask('/gateways/none/challenges');
  expect(problemOf(nobody).code).toBe('link-identity-unknown');
});

test('a virtual, a quarantined and a removed gateway take no part', async () => {
  const clusterId = await cluster();
  const [virtual, quarantined, removed] = [
    await enrolled(clusterId, 'virtual'),
    await enrolled(clusterId),
    await enrolled(clusterId),
  ];
  await world.database.pool.query('update gateway set quarantined = true where id = $1', [quarantined.gatewayId]);
  const goodbye = await saying(removed, 'listJoinRequests');
  await world.ask('DELETE', `/gateways/${removed.gatewayId}`, { as: admin });
  expect(problemOf(await list(virtual)).code).toBe('link-proof-wrong');
  expect(problemOf(await list(quarantined)).code).toBe('link-proof-wrong');
  expect(problemOf(await ask('/join-requests/pending', { member: goodbye })).code).toBe('link-proof-wrong');
});

test('a member of another cluster sees and reaches nothing', async () => {
  const [here, elsewhere] = [await cluster(), await cluster()];
  await enrolled(here);
  const stranger = await enrolled(elsewhere);
  const { id } = await asking(here);
  expect((await list(stranger)).json()).toEqual({ items: [] });
  expect(problemOf(await answer(stranger, id)).code).toBe('join-request-missing');
});

test('tokens and proofs cannot be guessed at speed', async () => {
  const codes: string[] = [];
  for (let guess = 0; guess < 12; guess++)
    codes.push(
      problemOf(await progress('none', `dhe_guess-${guess}`)).code,
      problemOf(await ask('/gateways/none/challenges')).code,
    );
  expect(codes.slice(-2)).toEqual(['rate-limited', 'rate-limited']);
});
