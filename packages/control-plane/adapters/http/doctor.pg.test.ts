import type { DoctorReport } from '@deskhand/protocol/doctor.ts';
import type { GatewayCheck } from '@deskhand/protocol/http/doctor.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpWorld, type HttpWorld, type Person, problemOf } from '../../testing/http-world.ts';

let world: HttpWorld;
let admin: Person;
let maker: Person;
let viewer: Person;

beforeAll(async () => {
  world = await createHttpWorld();
  admin = await world.person('admin', ['admin']);
  maker = await world.person('maker', ['maker']);
  viewer = await world.person('viewer', ['viewer']);
  const cluster = (await world.ask('POST', '/gateway-clusters', { as: admin, body: { name: 'North' } })).json<{
    id: string;
  }>();
  for (const id of ['g1', 'g2'])
    await world.database.pool.query(
      `insert into gateway (id, name, cluster_id, member_order, public_key, session_host, version)
        values ($1, $1, $2, 0, $1, 'linux', '0.1.0')`,
      [id, cluster.id],
    );
  await world.database.pool.query(`update gateway set linked_to = 'one' where id = 'g1'`);
});
afterAll(async () => {
  await world.end();
});

const report: DoctorReport = {
  madeAt: '2026-01-01T00:00:00.000Z',
  version: '0.1.0',
  checks: [
    { name: 'disk', good: false, optional: false, found: 'full', fix: 'free space', code: 'journal-not-writable' },
  ],
};
const ask = async (id: string, as = maker): Promise<GatewayCheck> =>
  (await world.ask('POST', `/gateways/${id}/doctor`, { as })).json<GatewayCheck>();
const read = async (id: string): Promise<GatewayCheck> =>
  (await world.ask('GET', `/gateways/${id}/doctor`, { as: viewer })).json<GatewayCheck>();
const questions = () => world.sent.flatMap(({ message }) => (message.type === 'runDoctor' ? [message.requestId] : []));
const answer = (requestId = questions().at(-1) ?? '') => world.stores.checks.answer('g1', requestId, report);

test('a gateway that was never asked has no report', async () => {
  expect(await read('g1')).toMatchObject({ state: 'never-asked', report: null, advice: [] });
});

test('a question goes over the link once, however many ask, and the report is there for all', async () => {
  expect(await ask('g1')).toMatchObject({ state: 'asked', askedBy: 'maker', report: null });
  expect(await ask('g1', admin)).toMatchObject({ state: 'asked', askedBy: 'maker' });
  expect(questions()).toHaveLength(1);
  expect(await answer()).toBe(true);
  expect(await read('g1')).toMatchObject({ state: 'answered', report });
  expect((await world.auditRows()).filter(({ verb }) => verb === 'examine')).toMatchObject([
    { object: 'gateway g1', actor: 'maker@corp.example' },
  ]);
});

test('an answer to an older question, or a second one, counts no more', async () => {
  const [old] = questions();
  await ask('g1');
  expect(await answer(old)).toBe(false);
  expect(await answer()).toBe(true);
  expect(await answer()).toBe(false);
});

test('a question that nobody answers is late after its time: it may be asked anew, and the last report stays', async () => {
  await ask('g1');
  await world.database.pool.query(`update machine_check set asked_at = asked_at - interval '1 minute'`);
  expect(await read('g1')).toMatchObject({ state: 'unanswered', report });
  expect((await read('g1')).advice.map(({ name }) => name)).toEqual(['version', 'busy']);
  const before = questions().length;
  expect(await ask('g1')).toMatchObject({ state: 'asked' });
  expect(questions()).toHaveLength(before + 1);
  await answer();
});

test('S59: an offline gateway is asked nothing; power and network come first', async () => {
  const before = world.sent.length;
  const check = await ask('g2');
  expect(check).toMatchObject({ state: 'offline', report: null });
  expect(check.advice.map(({ name }) => name)).toEqual(['power', 'network', 'gateway']);
  expect(world.sent).toHaveLength(before);
});

test('who may only look sees reports and asks for none; a restart is an admin’s', async () => {
  const rowsBefore = (await world.auditRows()).length;
  const refused = await world.ask('POST', '/gateways/g1/doctor', { as: viewer });
  expect(refused.statusCode).toBe(403);
  expect((await world.ask('POST', '/gateways/g1/restart', { as: maker })).statusCode).toBe(403);
  expect((await world.ask('POST', '/gateways/none/doctor', { as: maker })).statusCode).toBe(404);
  expect(await world.auditRows()).toHaveLength(rowsBefore);
});

test('S60: a restart goes over the link and into the audit; an offline gateway cannot be reached', async () => {
  const rowsBefore = (await world.auditRows()).length;
  const done = await world.ask('POST', '/gateways/g1/restart', { as: admin });
  expect([done.statusCode, done.json()]).toEqual([202, { gatewayId: 'g1' }]);
  expect(world.sent.at(-1)).toEqual({ gatewayId: 'g1', message: { type: 'restart' } });
  expect((await world.auditRows()).at(-1)).toMatchObject({ verb: 'restart', object: 'gateway g1' });
  const refused = await world.ask('POST', '/gateways/g2/restart', { as: admin });
  expect([refused.statusCode, problemOf(refused).code]).toEqual([409, 'gateway-offline']);
  expect(await world.auditRows()).toHaveLength(rowsBefore + 1);
});

test('the question goes through the server that holds the link', async () => {
  const nudges: unknown[] = [];
  const elsewhere = await createHttpWorld({ beside: world, isLinkedElsewhere: () => true });
  const heard = world.changes.onNudge((nudge) => nudges.push(nudge));
  try {
    const asked = await elsewhere.ask('POST', '/gateways/g1/doctor', { as: maker });
    expect(asked.statusCode).toBe(202);
    await expect
      .poll(() => nudges)
      .toContainEqual(
        expect.objectContaining({
          kind: 'send',
          gatewayId: 'g1',
          message: expect.objectContaining({ type: 'runDoctor' }),
        }),
      );
  } finally {
    heard();
    await elsewhere.end();
  }
});
