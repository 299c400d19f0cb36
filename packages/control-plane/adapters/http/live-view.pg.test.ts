import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServerMessage } from '@deskhand/protocol/link/messages.ts';
import { FRAME_WANTED, framesAddress, RUN_IS_OVER } from '@deskhand/protocol/live-view.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createHttpWorld, type HttpWorld, type Person } from '../../testing/http-world.ts';
import { createFramesServer } from '../link/frames-server.ts';
import { createLinkServer } from '../link/link-server.ts';

type Watch = Extract<ServerMessage, { type: 'watch' }>;

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const idle = { nowMs: () => 0, after: () => () => undefined, every: () => () => undefined };
const PICTURE = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.from('red')]);

let world: HttpWorld;
let port: number;
let cluster: string;
let run: string;
const people: Record<string, Person> = {};
const open: { destroy(): unknown }[] = [];

beforeAll(async () => {
  world = await createHttpWorld();
  people.admin = await world.person('admin', ['admin']);
  for (const role of ['operator', 'viewer'] as const) people[role] = await world.person(role, [role]);
  for (const name of ['owner', 'coOwner', 'stranger'])
    people[name] = await world.person(name, ['maker'], { osAccounts: ['alice'] });
  createLinkServer({ log: silent, timers: idle }).attach(
    world.app.server as never,
    undefined as never,
    createFramesServer(world.screens),
  );
  await world.app.listen({ host: '127.0.0.1', port: 0 });
  port = (world.app.server.address() as AddressInfo).port;
});
afterAll(async () => {
  await world.end();
});

let round = 0;
beforeEach(async () => {
  round += 1;
  const { pool } = world.database;
  cluster = await made('admin', '/gateway-clusters', { name: `Cluster ${round}` });
  await pool.query('update gateway_cluster set owner_id = $1 where id = $2', [by('owner').id, cluster]);
  const flowId = await made('owner', '/desktop-flows', { name: `Flow ${round}`, script: 'WAIT 1' });
  const share = { coOwners: [by('coOwner').id], users: [] };
  await world.ask('PUT', `/desktop-flows/${flowId}/shares`, { as: by('owner'), body: share });
  const connectionId = await made('owner', '/connections', {
    ...{ name: `To alice ${round}`, clusterId: cluster, accountName: 'alice' },
  });
  run = await made('owner', '/runs', { flowId, connectionId, mode: 'unattended' });
  await pool.query(
    `insert into gateway (id, cluster_id, name, public_key, session_host, version, member_order, linked_to, link_version)
      values ($1, $2, $1, $1, 'linux', '1', 0, 'one', 4)`,
    [`g${round}`, cluster],
  );
  await pool.query(`update run set state = 'running', attempt = 1, gateway_id = $1 where id = $2`, [`g${round}`, run]);
  world.sent.length = 0;
});
afterEach(() => {
  for (const one of open.splice(0)) one.destroy();
});

const by = (name: string): Person => people[name] as Person;
async function made(as: string, path: string, body: object): Promise<string> {
  return (await world.ask('POST', path, { as: by(as), body })).json<{ id: string }>().id;
}
const allow = () => world.ask('PATCH', `/gateway-clusters/${cluster}`, { as: by('admin'), body: { liveView: true } });

async function watchAs(name: string) {
  const headers = { authorization: `Bearer ${by(name).token}` };
  const path = `/api/v1/runs/${run}/screen`;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, path, headers }, resolve).on('error', reject);
  });
  open.push(answer);
  const seen = { status: answer.statusCode, text: '', isOver: false };
  answer.setEncoding('utf8').on('data', (chunk: string) => void (seen.text += chunk));
  answer.on('close', () => void (seen.isOver = true)).on('error', () => undefined);
  return { seen, close: () => void answer.destroy() };
}
const refusal = async (name: string) => {
  const { seen } = await watchAs(name);
  await expect.poll(() => seen.isOver).toBe(true);
  const { code } = JSON.parse(seen.text) as { code: string };
  return [seen.status, code];
};

/** The gateway brings frames as it was told to. */
async function gatewayComes(change: Partial<Watch> = {}) {
  const order = await vi.waitUntil(() => world.sent.findLast(({ message }) => message.type === 'watch'), 20_000);
  const watch = { ...(order.message as Watch), ...change };
  const socket = new WebSocket(`ws://127.0.0.1:${port}${framesAddress(watch)}`, {
    headers: { authorization: `Bearer ${watch.ticket}` },
  });
  open.push({ destroy: () => socket.terminate() });
  const heard = { wanted: 0, status: 0, closed: 0 };
  socket.on('message', (data) => void (heard.wanted += String(data) === FRAME_WANTED ? 1 : 0));
  socket.on('unexpected-response', (request, response) => {
    heard.status = response.statusCode ?? 0;
    request.destroy();
  });
  socket.on('close', (code) => void (heard.closed = code)).on('error', () => undefined);
  return { socket, heard, watch };
}

const rowsOfRun = async () =>
  (await world.auditRows()).filter((row) => row.object === `run ${run}` && row.verb !== 'submit');

describe('who is let in', () => {
  test('nobody, while the cluster has live views off, which is how a cluster begins', async () => {
    expect(await refusal('owner')).toEqual([409, 'live-view-off']);
    expect(await refusal('admin')).toEqual([409, 'live-view-off']);
  });

  test.each([
    ['operator', [403, 'not-allowed']],
    ['coOwner', [403, 'not-allowed']],
    ['stranger', [404, 'not-found']],
    ['viewer', [404, 'not-found']],
  ])('not the %s, and nothing is written of it', async (name, expected) => {
    await allow();
    expect(await refusal(name)).toEqual(expected);
    expect(await rowsOfRun()).toEqual([]);
    expect(world.sent).toEqual([]);
  });

  test.each([
    [`state = 'queued', gateway_id = null`, '', 'run-not-on-screen'],
    [`state = 'succeeded'`, '', 'run-not-on-screen'],
    [`attempt = 1`, 'linked_to = null', 'gateway-offline'],
    [`attempt = 1`, 'link_version = 3', 'gateway-too-old'],
  ])('nobody, where there is nothing to be seen (%s %s)', async (ofRun, ofGateway, code) => {
    await allow();
    await world.database.pool.query(`update run set ${ofRun} where id = $1`, [run]);
    if (ofGateway !== '') await world.database.pool.query(`update gateway set ${ofGateway} where id = 'g${round}'`);
    expect(await refusal('owner')).toEqual([409, code]);
  });
});

test('whoever submitted a run sees its frames, and the audit log has who watched, from when and for how long', async () => {
  await allow();
  const { seen, close } = await watchAs('owner');
  const { socket, heard, watch } = await gatewayComes();
  expect(watch).toMatchObject({ runId: run, attempt: 1, watchers: ['owner'] });
  await expect.poll(() => heard.wanted).toBe(1);
  const [begun] = await rowsOfRun();
  expect(begun).toMatchObject({ verb: 'watch', actor: 'owner@corp.example', detail: { gateway: `g${round}` } });
  socket.send(PICTURE);
  await expect.poll(() => seen.text).toContain('event: frame');
  const [, data = ''] = /data: (\{"at".*)/.exec(seen.text) ?? [];
  expect(Buffer.from((JSON.parse(data) as { png: string }).png, 'base64')).toEqual(PICTURE);
  await expect.poll(() => heard.wanted).toBe(2);
  close();
  await expect.poll(() => heard.closed).toBe(1000);
  await expect
    .poll(async () => (await rowsOfRun())[1])
    .toMatchObject({ verb: 'stop-watching', detail: { because: 'left' } });
  expect(world.sent.at(-1)?.message.type).toBe('stopWatching');
});

test('frames without the ticket, and frames for another server, are refused', async () => {
  await allow();
  await watchAs('admin');
  const [wrong, elsewhere] = [await gatewayComes({ ticket: 'guessed' }), await gatewayComes({ server: 'another' })];
  await expect.poll(() => wrong.heard.status !== 0 && elsewhere.heard.status !== 0).toBe(true);
  expect([wrong.heard.status, elsewhere.heard.status]).toEqual([410, 421]);
});

test('the watch ends with the run, and says so', async () => {
  await allow();
  const { seen } = await watchAs('owner');
  const { socket, heard } = await gatewayComes();
  await expect.poll(() => heard.wanted).toBe(1);
  socket.close(RUN_IS_OVER);
  await expect.poll(() => seen.isOver).toBe(true);
  expect(seen.text).toContain('event: ended\ndata: {"because":"run-ended"}');
});

test('an admin who turns live views off ends those that are open', async () => {
  await allow();
  const { seen } = await watchAs('owner');
  await gatewayComes();
  await world.ask('PATCH', `/gateway-clusters/${cluster}`, { as: by('admin'), body: { liveView: false } });
  await expect.poll(() => seen.isOver).toBe(true);
  expect(seen.text).toContain('not-allowed-any-more');
});
