import type { PreflightAnswer } from '@deskhand/domain/preflight/preflight.ts';
import type { Preflight } from '@deskhand/protocol/http/preflight.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Change } from '../../ports/changes.ts';
import { createHttpWorld, type HttpWorld, type Person } from '../../testing/http-world.ts';
import { memberAnswered } from '../../use-cases/connections/ask-members.ts';
import { sweepPreflights } from '../../use-cases/sweeps/sweep-preflights.ts';

let world: HttpWorld;
let owner: Person;
let friend: Person;
let stranger: Person;
let viewer: Person;
let connectionId = '';
let rounds = 0;

beforeAll(async () => {
  world = await createHttpWorld();
  const admin = await world.person('admin', ['admin']);
  owner = await world.person('owner', ['maker']);
  friend = await world.person('friend', ['operator']);
  stranger = await world.person('stranger', ['maker']);
  viewer = await world.person('viewer', ['viewer']);
  const made = await world.ask('POST', '/gateway-clusters', { as: admin, body: { name: 'North' } });
  const { id: clusterId } = made.json<{ id: string }>();
  await world.database.pool.query(`update gateway_cluster set public_key = 'key'`);
  for (const [order, id] of ['g1', 'g2', 'g3'].entries())
    await world.database.pool.query(
      `insert into gateway (id, name, cluster_id, member_order, public_key, session_host, version)
        values ($1, $1, $2, $3, $1, 'linux', '0.1.0')`,
      [id, clusterId, order],
    );
  const body = { name: 'Alice', clusterId, accountName: '.\\alice' };
  connectionId = (await world.ask('POST', '/connections', { as: owner, body })).json<{ id: string }>().id;
  const shares = { as: owner, body: { accounts: [friend.id, viewer.id] } };
  await world.ask('PUT', `/connections/${connectionId}/shares`, shares);
});
afterAll(async () => {
  await world.end();
});
/** Nothing checked, three members linked, and a password that was just entered. */
beforeEach(async () => {
  const { pool } = world.database;
  await pool.query('delete from preflight_round; delete from preflight_result');
  await pool.query(`update gateway set linked_to = 'one', link_version = 3`);
  await rotate();
  world.sent.length = 0;
});

async function rotate(): Promise<void> {
  const known = (await world.ask('GET', `/connections/${connectionId}`, { as: owner })).json<{
    passwordVersion: number;
  }>();
  const body = { sealed: 'sealed', clusterPublicKey: 'key', passwordVersion: known.passwordVersion + 1 };
  const done = await world.ask('PUT', `/connections/${connectionId}/password`, { as: owner, body });
  expect(done.statusCode).toBe(200);
}
const begin = async (as = owner): Promise<Preflight> =>
  (await world.ask('POST', `/connections/${connectionId}/preflight`, { as })).json<Preflight>();
const read = async (as = owner): Promise<Preflight> =>
  (await world.ask('GET', `/connections/${connectionId}/preflight`, { as })).json<Preflight>();
const verdicts = async (): Promise<readonly string[]> => (await read()).members.map(({ verdict }) => verdict);
/** Who was asked, in this order. */
const asked = (): readonly string[] =>
  world.sent.flatMap(({ gatewayId, message }) => (message.type === 'preflight' ? [gatewayId] : []));
const ports = () => ({
  preflights: world.stores.preflights,
  changes: world.changes,
  links: {
    send: (gatewayId: string, message: (typeof world.sent)[number]['message']) =>
      world.sent.push({ gatewayId, message }) > 0,
  },
  newRoundId: () => `round-${String((rounds += 1))}`,
});
/** The member that was asked last answers. */
async function answer(given: PreflightAnswer, isDirectoryAccount = false): Promise<void> {
  const last = world.sent.findLast(({ message }) => message.type === 'preflight');
  if (last?.message.type !== 'preflight') throw new Error('Nobody was asked.');
  const { requestId } = last.message;
  await memberAnswered(ports(), last.gatewayId, { requestId, answer: given, isDirectoryAccount });
}
const late = () => world.database.pool.query(`update preflight_result set asked_at = asked_at - interval '2 minutes'`);
const yesterday = () =>
  world.database.pool.query(
    `update connection set rotated_at = rotated_at - interval '25 hours', created_at = created_at - interval '25 hours';
     update preflight_round set begun_at = begun_at - interval '25 hours'`,
  );

test('a connection that was never checked says so for each member', async () => {
  expect(await read()).toMatchObject({ state: 'never', begunAt: null });
  expect(await verdicts()).toEqual(['open', 'open', 'open']);
});

test('each step is told to those who may use the connection by name, and to nobody who may not', async () => {
  const told: Change[] = [];
  const stop = world.changes.subscribe((change) => void told.push(change));
  await begin();
  for (let members = 0; members < 3; members += 1) await answer('ok');
  stop();
  const people = [owner.id, friend.id, viewer.id];
  // Asked and answered of each of the three, and the end.
  expect(told).toEqual(
    Array.from({ length: 7 }, () => ({ kind: 'own-changed', what: 'connection', id: connectionId, people })),
  );
});

test('members are asked one after another, with the sealed password and what it is bound to', async () => {
  expect(await begin()).toMatchObject({ state: 'under-way', begunBy: owner.email });
  expect(asked()).toEqual(['g1']);
  const { passwordVersion } = await read();
  expect(world.sent[0]?.message).toMatchObject({
    ...{ type: 'preflight', connectionId, accountName: '.\\alice', sealedPassword: 'sealed' },
    ...{ sealContext: 'connection', passwordVersion },
  });
  await answer('ok');
  expect(asked()).toEqual(['g1', 'g2']);
  await answer('account-unknown');
  await answer('ok');
  expect(asked()).toEqual(['g1', 'g2', 'g3']);
  expect(await read()).toMatchObject({ state: 'over' });
  expect(await verdicts()).toEqual(['yes', 'no', 'yes']);
  const audits = (await world.auditRows()).filter(({ verb }) => verb === 'preflight');
  expect(audits.at(-1)).toMatchObject({ actor: owner.email, object: `connection ${connectionId}` });
});

test('a wrong password is not asked for again on that machine, until it is rotated', async () => {
  await begin();
  await answer('password-wrong');
  await answer('ok');
  await answer('ok');
  expect(await verdicts()).toEqual(['no', 'yes', 'yes']);
  await begin();
  expect(asked()).toEqual(['g1', 'g2', 'g3', 'g2']);
  await answer('ok');
  await answer('ok');
  expect(await verdicts()).toEqual(['no', 'yes', 'yes']);
  await rotate();
  expect((await begin()).state).toBe('under-way');
  expect(asked().at(-1)).toBe('g1');
});

test('a wrong password of a directory account is tried nowhere else', async () => {
  await begin();
  await answer('password-wrong', true);
  expect(asked()).toEqual(['g1']);
  expect(await read()).toMatchObject({ state: 'over' });
  expect((await read()).members[1]?.sentence).toContain('it is tried nowhere else');
  await begin();
  expect(asked()).toEqual(['g1']);
});

test('members that are offline or of an older release are passed over, and say so', async () => {
  await world.database.pool.query(
    `update gateway set linked_to = null where id = 'g1'; update gateway set link_version = 2 where id = 'g2'`,
  );
  await begin();
  expect(asked()).toEqual(['g3']);
  await answer('ok');
  const { members, state } = await read();
  expect(state).toBe('over');
  expect(members.map(({ sentence }) => sentence)).toEqual([
    expect.stringContaining('offline'),
    expect.stringContaining('older release'),
    expect.stringContaining('the password is right'),
  ]);
});

test('who asks while a check is under way looks on', async () => {
  const audits = (await world.auditRows()).length;
  await begin();
  expect(await begin(friend)).toMatchObject({ state: 'under-way', begunBy: owner.email });
  expect(asked()).toEqual(['g1']);
  expect(await world.auditRows()).toHaveLength(audits + 1);
});

test('a member that does not answer keeps the others waiting for its time only, and may answer later still', async () => {
  await begin();
  await sweepPreflights(ports());
  expect(asked()).toEqual(['g1']);
  await late();
  await sweepPreflights(ports());
  expect(asked()).toEqual(['g1', 'g2']);
  expect((await read()).members[0]?.sentence).toContain('did not answer in time');
  const first = world.sent[0]?.message;
  if (first?.type !== 'preflight') throw new Error('Nobody was asked.');
  await memberAnswered(ports(), 'g1', { requestId: first.requestId, answer: 'ok', isDirectoryAccount: false });
  expect(await verdicts()).toEqual(['yes', 'open', 'open']);
  expect(asked()).toEqual(['g1', 'g2']);
});

test('a password that is rotated meanwhile is checked with the next round, and the old answer says nothing about it', async () => {
  await begin();
  await rotate();
  await answer('password-wrong');
  expect((await read()).members[0]).toMatchObject({ verdict: 'open', answer: 'password-wrong' });
});

test('only who may use the connection may check it, and who may run nothing checks nothing', async () => {
  const status = async (method: string, as: Person) =>
    (await world.ask(method, `/connections/${connectionId}/preflight`, { as })).statusCode;
  expect([await status('GET', stranger), await status('POST', stranger)]).toEqual([404, 404]);
  expect([await status('GET', viewer), await status('POST', viewer)]).toEqual([200, 403]);
  expect(await status('POST', friend)).toBe(202);
});

test('by the clock a connection is checked a day after its last check, once, and with a row of the audit', async () => {
  await sweepPreflights(ports());
  expect(asked()).toEqual([]);
  await yesterday();
  await sweepPreflights(ports());
  await sweepPreflights(ports());
  expect(asked()).toEqual(['g1']);
  await answer('ok');
  await answer('ok');
  await answer('ok');
  await sweepPreflights(ports());
  expect(asked()).toHaveLength(3);
  expect((await world.auditRows()).at(-1)).toMatchObject({ verb: 'preflight', actor: 'Deskhand' });
  await yesterday();
  await sweepPreflights(ports());
  expect(asked()).toHaveLength(4);
});

test('by the clock nobody is checked while all gateways are away, nor a connection without a password', async () => {
  await yesterday();
  await world.database.pool.query('update gateway set linked_to = null');
  await sweepPreflights(ports());
  expect(await read()).toMatchObject({ state: 'never' });
  await world.database.pool.query(`update gateway set linked_to = 'one'; update connection set sealed_password = null`);
  await sweepPreflights(ports());
  expect(await read()).toMatchObject({ state: 'never' });
});

test('the question goes through the server that holds the link, and no sealed password with it', async () => {
  const nudges: unknown[] = [];
  const elsewhere = await createHttpWorld({ beside: world, isLinkedElsewhere: () => true });
  const heard = world.changes.onNudge((nudge) => nudges.push(nudge));
  try {
    const begun = await elsewhere.ask('POST', `/connections/${connectionId}/preflight`, { as: owner });
    expect(begun.statusCode).toBe(202);
    await expect.poll(() => nudges).toEqual([{ kind: 'preflight', gatewayId: 'g1', roundId: expect.any(String) }]);
  } finally {
    heard();
    await elsewhere.end();
  }
});
