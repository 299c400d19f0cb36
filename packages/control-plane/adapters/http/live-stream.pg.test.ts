import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { routes } from '@deskhand/protocol/http/routes.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpWorld, type HttpWorld, type Person } from '../../testing/http-world.ts';

let world: HttpWorld;
const people: Record<string, Person> = {};
let flowId: string;
let connectionId: string;

beforeAll(async () => {
  world = await createHttpWorld();
  people.admin = await world.person('admin', ['admin']);
  people.operator = await world.person('operator', ['operator']);
  people.viewer = await world.person('viewer', ['viewer']);
  people.roleless = await world.person('roleless', []);
  people.owner = await world.person('owner', ['maker'], { osAccounts: ['alice'] });
  people.friend = await world.person('friend', ['maker']);
  people.stranger = await world.person('stranger', ['maker']);
  const cluster = await made('admin', '/gateway-clusters', { name: 'Cluster' });
  await world.database.pool.query('update gateway_cluster set owner_id = $1', [by('owner').id]);
  flowId = await made('owner', '/desktop-flows', { name: 'Flow', script: 'WAIT 1' });
  connectionId = await made('owner', '/connections', { name: 'C', clusterId: cluster, accountName: 'alice' });
  await world.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await world.end();
});

const by = (name: string): Person => people[name] as Person;
async function made(as: string, path: string, body: object): Promise<string> {
  return (await world.ask('POST', path, { as: by(as), body })).json<{ id: string }>().id;
}
const submit = () => made('owner', '/runs', { flowId, connectionId, mode: 'attended' });

interface Stream {
  readonly answer: IncomingMessage;
  text(): string;
  lastId(): string;
  isOver(): boolean;
  close(): void;
}

async function open(headers: Record<string, string>, lastEventId?: string): Promise<Stream> {
  const { port } = world.app.server.address() as AddressInfo;
  const all = { ...headers, ...(lastEventId ? { 'last-event-id': lastEventId } : {}) };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, path: `/api/v1${routes.events.path}`, headers: all }, resolve).on('error', reject);
  });
  let text = '';
  let over = false;
  answer.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  answer.on('close', () => {
    over = true;
  });
  answer.on('error', () => undefined);
  const stream: Stream = {
    answer,
    text: () => text,
    lastId: () => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '',
    isOver: () => over,
    close: () => void answer.destroy(),
  };
  if (answer.statusCode === 200) await expect.poll(() => text).toContain('retry:');
  return stream;
}
const openAs = (name: string, lastEventId?: string) => open({ authorization: `Bearer ${by(name).token}` }, lastEventId);
const until = (condition: () => boolean) => expect.poll(condition, { interval: 20 }).toBe(true);

test('is not opened for whoever is not signed in', async () => {
  expect((await open({})).answer.statusCode).toBe(401);
});

test('carries the security headers and is kept by no cache', async () => {
  const stream = await openAs('viewer');
  expect(stream.answer.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  stream.close();
});

test('tells of a run to those who may see it, and of the queue to whoever may read queues', async () => {
  const names = ['owner', 'admin', 'operator', 'stranger', 'viewer', 'roleless'];
  const streams = new Map<string, Stream>();
  for (const name of names) streams.set(name, await openAs(name));
  const run = await submit();
  const text = (name: string): string => streams.get(name)?.text() ?? '';
  const queue = '"type":"run-queue"';
  await until(() => ['owner', 'admin', 'operator'].every((name) => text(name).includes(run)));
  await until(() => ['stranger', 'viewer'].every((name) => text(name).includes(queue)));
  // Everything of this change was sent in one turn, so what has not come by now never comes.
  for (const name of ['stranger', 'viewer', 'roleless'])
    expect([name, text(name).includes(run)]).toEqual([name, false]);
  expect(text('roleless')).not.toContain(queue);
  for (const stream of streams.values()) stream.close();
});

test('goes on after the last event that a page saw, and tells a page from elsewhere to reload', async () => {
  const first = await openAs('owner');
  const seen = await submit();
  await until(() => first.text().includes(seen) && first.text().includes('run-queue'));
  const lastId = first.lastId();
  const keeper = await openAs('admin');
  first.close();
  const missed = await submit();
  await until(() => keeper.text().includes(missed));
  const second = await openAs('owner', lastId);
  await until(() => second.text().includes(missed));
  expect(second.text()).not.toContain(`"id":"${seen}"`);
  const stranger = await openAs('stranger', lastId);
  expect(stranger.text()).not.toContain(missed);
  for (const bad of ['other-1', 'x', `${lastId.split('-')[0]}-999999999x`, '-', 'a-b-c']) {
    const stream = await openAs('owner', bad);
    await until(() => stream.text().includes('"type":"reload"'));
    stream.close();
  }
  for (const stream of [keeper, second, stranger]) stream.close();
});

test('who may see a flow or a connection learns of each change of it, who may not learns of none', async () => {
  const names = ['owner', 'friend', 'admin', 'operator', 'stranger', 'viewer', 'roleless'];
  const streams = new Map<string, Stream>();
  for (const name of names) streams.set(name, await openAs(name));
  const text = (name: string): string => streams.get(name)?.text() ?? '';
  const told = (id: string): readonly string[] => names.filter((name) => text(name).includes(`"id":"${id}"`));
  const times = (name: string, id: string): number => text(name).split(`"id":"${id}"`).length - 1;
  const change = async (method: string, path: string, body?: object): Promise<void> => {
    const answer = await world.ask(method, path, { as: by('owner'), ...(body ? { body } : {}) });
    expect([path, answer.statusCode]).toEqual([path, method === 'DELETE' ? 204 : 200]);
  };
  /** Each change for itself: `seen` is who is told of it. */
  const tells = async (id: string, seen: readonly string[], act: () => Promise<unknown>): Promise<void> => {
    const before = new Map(names.map((name) => [name, times(name, id)]));
    await act();
    await until(() => seen.every((name) => times(name, id) > (before.get(name) ?? 0)));
    for (const name of names.filter((one) => !seen.includes(one)))
      expect([name, times(name, id)]).toEqual([name, before.get(name)]);
  };
  const friends = [by('friend').id];

  const flow = await made('owner', '/desktop-flows', { name: 'Told', script: 'WAIT 1' });
  const path = `/desktop-flows/${flow}`;
  await until(() => told(flow).length === 3);
  await tells(flow, ['owner', 'admin', 'operator'], () => change('PATCH', path, { name: 'Told anew' }));
  const shared = ['owner', 'friend', 'admin', 'operator'];
  await tells(flow, shared, () => change('PUT', `${path}/shares`, { coOwners: [], users: friends }));
  await tells(flow, shared, () => change('PUT', `${path}/script`, { script: 'WAIT 2', baseVersion: 1 }));
  await tells(flow, shared, () => change('PUT', `${path}/shares`, { coOwners: [], users: [] }));
  await tells(flow, ['owner', 'admin', 'operator'], () => change('DELETE', path));

  const { rows } = await world.database.pool.query<{ id: string }>('select id from gateway_cluster');
  const body = { name: 'Told', clusterId: rows[0]?.id, accountName: 'alice' };
  const connection = await made('owner', '/connections', body);
  const place = `/connections/${connection}`;
  await until(() => told(connection).length === 2);
  await tells(connection, ['owner', 'friend', 'admin'], () => change('PUT', `${place}/shares`, { accounts: friends }));
  await tells(connection, ['owner', 'friend', 'admin'], () => change('PATCH', place, { notifications: false }));
  await tells(connection, ['owner', 'friend', 'admin'], () => change('DELETE', place));

  const account = by('stranger').id;
  await tells(account, names, () =>
    world.ask('PATCH', `/accounts/${account}`, { as: by('admin'), body: { name: 'S' } }),
  );
  // A stream keeps the order, so that what was told before the last change has come.
  for (const name of ['stranger', 'viewer', 'roleless'])
    expect([name, times(name, flow), times(name, connection)]).toEqual([name, 0, 0]);
  expect(times('operator', connection)).toBe(0);
  for (const stream of streams.values()) stream.close();
});

test('one account does not take all streams', async () => {
  const streams: Stream[] = [];
  for (let i = 0; i < 50; i += 1) streams.push(await openAs('viewer'));
  const refused = await openAs('viewer');
  expect(refused.answer.statusCode).toBe(503);
  expect(refused.answer.headers['content-type']).toContain('application/problem+json');
  const other = await openAs('stranger');
  expect(other.answer.statusCode).toBe(200);
  for (const stream of [...streams, refused, other]) stream.close();
});

test('a HEAD opens no stream', async () => {
  const answer = await world.app.inject({
    method: 'HEAD',
    url: '/api/v1/events',
    headers: { authorization: `Bearer ${by('viewer').token}` },
  });
  expect(answer.statusCode).toBe(404);
});
