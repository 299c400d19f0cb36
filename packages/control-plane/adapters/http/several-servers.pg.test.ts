import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Nudge } from '../../ports/changes.ts';
import { createHttpWorld, type HttpWorld, type Person, problemOf } from '../../testing/http-world.ts';
import { linuxFacts } from '../../testing/run-world.ts';

/** Two servers on one database; the gateway of the one cluster is linked to the second. */
let here: HttpWorld;
let there: HttpWorld;
let owner: Person;
let submission: { flowId: string; connectionId: string; mode: 'attended' };
const nudges: Nudge[] = [];

beforeAll(async () => {
  here = await createHttpWorld({ isLinkedElsewhere: () => true, trustedProxies: ['127.0.0.1'] });
  there = await createHttpWorld({ beside: here });
  there.changes.onNudge((nudge) => nudges.push(nudge));
  owner = await here.person('owner', ['maker', 'admin'], { osAccounts: ['alice'] });
  const clusterId = await made('/gateway-clusters', { name: 'Cluster' });
  const flowId = await made('/desktop-flows', { name: 'Flow', script: 'WAIT 1' });
  submission = {
    flowId,
    connectionId: await made('/connections', { name: 'C', clusterId, accountName: 'alice' }),
    mode: 'attended',
  };
  const session = { id: '1', user: 'alice', uid: 1000, state: 'active', locked: false, ours: false, runId: null };
  const sessions = [{ ...session, display: ':0', type: 'x11' }];
  await here.database.pool.query(
    `insert into gateway (id, cluster_id, name, owner_id, public_key, session_host, version, member_order, linked_to, facts)
      values ('g1', $1, 'g1', $2, 'key', 'linux', '1', 1, 'there', $3)`,
    [clusterId, owner.id, JSON.stringify(linuxFacts({ sessions: sessions as never }))],
  );
});
afterAll(async () => {
  await there?.end();
  await here?.end();
});

async function made(path: string, body: object): Promise<string> {
  return (await here.ask('POST', path, { as: owner, body })).json<{ id: string }>().id;
}

test('a run submitted at one server is offered over the link that another one holds, and so is its cancel', async () => {
  const run = await made('/runs', submission);
  await expect.poll(() => nudges.map((nudge) => nudge.kind)).toContain('send');
  expect(nudges).toContainEqual({
    kind: 'send',
    gatewayId: 'g1',
    message: expect.objectContaining({ type: 'offer', runId: run, attempt: 1, accountName: 'alice' }),
  });
  await here.ask('POST', `/runs/${run}/cancel`, { as: owner, body: {} });
  const withdraw = { type: 'withdraw', runId: run, attempt: 1 };
  await expect.poll(() => nudges).toContainEqual({ kind: 'send', gatewayId: 'g1', message: withdraw });
});

test('a gateway that is removed at one server loses the link that another one holds', async () => {
  await here.ask('DELETE', '/gateways/g1?confirm=yes', { as: owner });
  await expect.poll(() => nudges).toContainEqual({ kind: 'unlink', gatewayId: 'g1', olderThan: null });
});

test('one idempotency key is one run, whichever servers are asked at the same moment', async () => {
  const ask = (world: HttpWorld) =>
    world.ask('POST', '/runs', { as: owner, body: submission, headers: { 'idempotency-key': 'one' } });
  const answers = await Promise.all([ask(here), ask(there), ask(here), ask(there)]);
  expect(answers.map((answer) => answer.statusCode)).toEqual([201, 201, 201, 201]);
  expect(new Set(answers.map((answer) => answer.json<{ id: string }>().id)).size).toBe(1);
});

test('a sign-in that ends at one server is over at the other at once, a token within a second', async () => {
  const somebody = await here.person('somebody', ['viewer']);
  const cookie = { cookie: `deskhand=${somebody.cookie}` };
  expect((await there.ask('GET', '/me', { headers: cookie })).statusCode).toBe(200);
  expect((await there.ask('GET', '/me', { as: somebody })).statusCode).toBe(200);
  await here.ask('PATCH', `/accounts/${somebody.id}`, { as: owner, body: { disabled: true } });
  expect((await there.ask('GET', '/me', { headers: cookie })).statusCode).toBe(401);
  await expect.poll(async () => (await there.ask('GET', '/me', { as: somebody })).statusCode).toBe(401);
});

test('a live stream tells what other servers did, and who comes from another one is told to reload', async () => {
  await Promise.all([here, there].map((world) => world.app.listen({ host: '127.0.0.1', port: 0 })));
  const [first, second] = [await stream(here), await stream(there)];
  const run = (await there.ask('POST', '/runs', { as: owner, body: submission })).json<{ id: string }>().id;
  await expect.poll(() => first.text()).toContain(run);
  await expect.poll(() => second.text()).toContain(run);
  const moved = await stream(there, /^id: (.*)$/gm.exec(first.text())?.[1]);
  await expect.poll(() => moved.text()).toContain('"type":"reload"');
  for (const one of [first, second, moved]) one.close();
});

test('behind a balancer one person’s wrong passwords slow down nobody else', async () => {
  const signIn = (client: string) =>
    here.ask('POST', '/sign-in', {
      body: { email: `${client}@corp.example`, password: 'a wrong sentence' },
      headers: { 'x-forwarded-for': client },
    });
  for (let tries = 0; tries < 10; tries += 1) await signIn('198.51.100.7');
  expect(problemOf(await signIn('198.51.100.7')).code).toBe('rate-limited');
  expect(problemOf(await signIn('198.51.100.8')).code).toBe('sign-in-refused');
});

test('a server that stops says so before it is gone, and the other goes on', async () => {
  const open = await stream(here);
  const ready = () => here.app.inject('/readyz');
  expect((await ready()).statusCode).toBe(200);
  const stopping = here.stopListening();
  await expect.poll(() => open.isOver()).toBe(true);
  await stopping;
  expect((await there.app.inject('/readyz')).statusCode).toBe(200);
});

async function stream(world: HttpWorld, lastEventId?: string) {
  const { port } = world.app.server.address() as AddressInfo;
  const headers = { authorization: `Bearer ${owner.token}`, ...(lastEventId ? { 'last-event-id': lastEventId } : {}) };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, path: '/api/v1/events', headers }, resolve).on('error', reject);
  });
  let text = '';
  let isOver = false;
  answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  answer.on('close', () => (isOver = true)).on('error', () => undefined);
  await expect.poll(() => text).toContain('retry:');
  return { text: () => text, isOver: () => isOver, close: () => void answer.destroy() };
}
