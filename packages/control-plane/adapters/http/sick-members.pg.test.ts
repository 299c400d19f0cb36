import type { RunEventRecord } from '../../ports/runs.ts';
import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import type { GatewayEvent } from '@deskhand/protocol/http/sick-members.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createHttpWorld, type HttpWorld, type Person, problemOf } from '../../testing/http-world.ts';
import { sweepSickness } from '../../use-cases/sweeps/sweep-sickness.ts';
import { linuxFacts } from '../../testing/run-world.ts';

let world: HttpWorld;
let admin: Person;
let owner: Person;
let viewer: Person;
let clusterId = '';
let connectionId = '';
let flowId = '';
let made = 0;

beforeAll(async () => {
  world = await createHttpWorld();
  admin = await world.person('admin', ['admin']);
  owner = await world.person('owner', ['maker']);
  viewer = await world.person('viewer', ['viewer']);
  const cluster = await world.ask('POST', '/gateway-clusters', { as: admin, body: { name: 'North' } });
  clusterId = cluster.json<{ id: string }>().id;
  await world.database.pool.query(`update gateway_cluster set public_key = 'key', run_on_all_gateways = true`);
  for (const [order, id] of ['g1', 'g2', 'g3'].entries())
    await world.database.pool.query(
      `insert into gateway (id, name, cluster_id, member_order, public_key, session_host, version, facts)
        values ($1, $1, $2, $3, $1, 'linux', '1.2.3', $4)`,
      [id, clusterId, order, JSON.stringify(linuxFacts())],
    );
  const flow = await world.ask('POST', '/desktop-flows', { as: owner, body: { name: 'Ledger', script: 'WAIT 1\n' } });
  flowId = flow.json<{ id: string }>().id;
  const body = { name: 'Service', clusterId, accountName: '.\\svc' };
  connectionId = (await world.ask('POST', '/connections', { as: owner, body })).json<{ id: string }>().id;
});
afterAll(async () => {
  await world.end();
});
/** Three members linked and well, and nothing has happened. */
beforeEach(async () => {
  const { pool } = world.database;
  await pool.query('delete from gateway_event; delete from preflight_result; delete from add_on_slot; delete from run');
  await pool.query(
    `update gateway set linked_to = 'one', set_aside_since = null, canary_run_id = null, put_back_at = null`,
  );
  await pool.query(
    `update connection set sealed_password = 'sealed', password_version = 1, created_at = now() - interval '1 day'`,
  );
  world.sent.length = 0;
});

/** Runs of the account that are over: `f` did not come to its flow, `u` nobody knows of, `.` was fine. */
async function ended(gatewayId: string, marks: string, code = 'cannot-create-session'): Promise<void> {
  for (const mark of marks) {
    made += 1;
    const state = mark === 'f' ? 'failed' : mark === 'u' ? 'uncertain' : 'succeeded';
    await world.database.pool.query(
      `insert into run (id, flow_id, flow_version, connection_id, cluster_id, submitted_by, mode, priority, state, gateway_id, machine_user,
          when_session_blocked, inputs, start_deadline_at, execution_timeout_ms, attempt, acquired_at, started_at, ended_at, error)
        values ($1, $2, 1, $3, $4, $5, 'unattended', 'normal', $6, $7, 'svc', 'fail', '{}', now(), 60000, 1,
          clock_timestamp(), case when $6 = 'succeeded' then clock_timestamp() end, clock_timestamp(), $8)`,
      [
        ...[`over-${String(made)}`, flowId, connectionId, clusterId, owner.id, state, gatewayId],
        mark === 'f' ? JSON.stringify({ code, message: code }) : null,
      ],
    );
  }
}

const ports = () => ({
  sickMembers: world.stores.sickMembers,
  changes: world.changes,
  wakeups: { wake: () => undefined },
  newRunId: () => `canary-run-${String((made += 1))}`,
});
const sweep = (): Promise<void> => sweepSickness(ports());
const gateway = async (id: string): Promise<Gateway> =>
  (await world.ask('GET', `/gateways/${id}`, { as: viewer })).json();
const history = async (id = 'g1'): Promise<readonly GatewayEvent[]> =>
  (await world.ask('GET', `/gateways/${id}/history`, { as: viewer })).json<{ items: GatewayEvent[] }>().items;
const steps = async (id = 'g1'): Promise<string> =>
  (await history(id))
    .map(({ event }) => event)
    .toReversed()
    .join(', ');
const due = () =>
  world.database.pool.query('update gateway set canary_due_at = clock_timestamp() where set_aside_since is not null');
const canaryRun = async (): Promise<string> => {
  const { rows } = await world.database.pool.query<{ id: string }>(
    `select id from run where canary_of is not null and ended_at is null`,
  );
  if (rows[0] === undefined) throw new Error('There is no canary.');
  return rows[0].id;
};
/** The gateway takes the canary and reports. */
async function endCanary(code?: string): Promise<void> {
  await world.database.pool.query(
    `update run set state = case when $2::text is null then 'succeeded' else 'failed' end, gateway_id = canary_of, acquired_at = clock_timestamp(),
      started_at = case when $2::text is null then clock_timestamp() end, ended_at = clock_timestamp(),
      error = case when $2::text is not null then jsonb_build_object('code', $2::text, 'message', '') end where id = $1`,
    [await canaryRun(), code ?? null],
  );
  await sweep();
}
async function setAside(): Promise<void> {
  await ended('g2', '......');
  await ended('g3', '......');
  await ended('g1', 'ffff');
  await sweep();
  expect((await gateway('g1')).health.word).toBe('Set aside');
}

test('a member that fails what its peers do not is set aside, with the figures, and everybody is told', async () => {
  await setAside();
  expect(await history()).toMatchObject([
    {
      ...{ event: 'set-aside', actor: 'Deskhand', gatewayName: 'g1' },
      detail:
        '4 of 4 of its last unattended runs failed at sign-in, session or runner start; on the other gateways 0 of 12 did.',
    },
  ]);
  expect(await gateway('g1')).toMatchObject({ setAside: { canariesPassed: 0, canariesToPass: 3 }, status: 'online' });
  expect((await gateway('g2')).setAside).toBeNull();
});

test('three faults, lost links and runs that failed everywhere set nobody aside', async () => {
  await ended('g2', '......');
  await ended('g1', 'fffuuuuuu');
  await sweep();
  await ended('g2', 'ffffff');
  await ended('g3', 'ffffff');
  await ended('g1', 'fff');
  await sweep();
  expect([await steps('g1'), await steps('g2'), await steps('g3')]).toEqual(['', '', '']);
});

test('where no other is left the state is told once, and the member takes runs on', async () => {
  await world.database.pool.query(`update gateway set linked_to = null where id <> 'g1'`);
  await ended('g1', 'ffff');
  await sweep();
  await sweep();
  expect(await steps()).toBe('kept-although-sick');
  expect((await gateway('g1')).health.word).toBe('Online');
});

test('canaries go to the member alone, as a run of its own class; three in a row put it back, and the old faults count no more', async () => {
  await setAside();
  await sweep();
  expect(await steps()).toBe('set-aside');
  for (let passed = 0; passed < 3; passed += 1) {
    await due();
    await sweep();
    const id = await canaryRun();
    const reading = await world.stores.queue.read(clusterId);
    expect(reading?.snapshot.classes).toMatchObject([{ canaryOf: 'g1', user: 'svc', heads: [{ id }] }]);
    const shown = (await world.ask('GET', `/runs/${id}`, { as: owner })).json<{ flow: { name: string } }>();
    expect(shown.flow.name).toBe('Canary sign-in');
    await endCanary();
  }
  expect(await steps()).toBe(`set-aside, ${'canary-began, canary-succeeded, '.repeat(3)}put-back`);
  await sweep();
  expect((await gateway('g1')).health.word).toBe('Online');
});

test('a canary that fails doubles the pause; one that nobody took says nothing', async () => {
  await setAside();
  await due();
  await sweep();
  await endCanary('cannot-create-session');
  expect((await history())[0]).toMatchObject({
    event: 'canary-failed',
    detail: 'It failed with cannot-create-session; the next one follows in 10 minutes.',
  });
  await due();
  await sweep();
  await world.database.pool.query(`update run set state = 'timedOut', ended_at = clock_timestamp() where id = $1`, [
    await canaryRun(),
  ]);
  await sweep();
  expect((await history())[0]).toMatchObject({ event: 'canary-open' });
  const { nextCanaryAt } = (await gateway('g1')).setAside ?? {};
  expect(new Date(nextCanaryAt ?? 0).getTime() - Date.now()).toBeGreaterThan(9 * 60_000);
});

test('a password that was refused there is not tried again, until it is another one', async () => {
  await setAside();
  await due();
  await sweep();
  await endCanary('password-wrong');
  await due();
  await sweep();
  expect((await history())[0]).toMatchObject({ event: 'canary-impossible' });
  await world.database.pool.query(`update connection set rotated_at = clock_timestamp(), password_version = 2`);
  await due();
  await sweep();
  expect((await history())[0]).toMatchObject({ event: 'canary-began' });
});

test('an account that a preflight would not try for fear of locking it is no account for a canary', async () => {
  await setAside();
  await world.database.pool.query(
    `insert into preflight_result (connection_id, gateway_id, round_id, password_version, asked_at, answered_at, answer)
      values ($1, 'g1', 'r', 1, now(), now(), 'too-few-tries')`,
    [connectionId],
  );
  await due();
  await sweep();
  expect((await history())[0]).toMatchObject({ event: 'canary-impossible' });
});

test('two servers that sweep at once set aside once and begin one canary', async () => {
  await ended('g2', '......');
  await ended('g3', '......');
  await ended('g1', 'ffff');
  await Promise.all([sweep(), sweep(), sweep()]);
  expect(await steps()).toBe('set-aside');
  await due();
  await Promise.all([sweep(), sweep(), sweep()]);
  expect(await steps()).toBe('set-aside, canary-began');
});

test('an admin sets aside, tries now and puts back; each is told with the name, and written into the audit log', async () => {
  await ended('g2', '.');
  const act = (verb: string, as: Person) => world.ask('POST', `/gateways/g1/${verb}`, { as });
  for (const verb of ['set-aside', 'put-back', 'canary'])
    expect(problemOf(await act(verb, owner))).toMatchObject({ code: 'not-allowed' });
  expect(problemOf(await act('put-back', admin))).toMatchObject({ code: 'conflict' });
  expect((await act('set-aside', admin)).json<Gateway>().health.word).toBe('Set aside');
  expect(problemOf(await act('set-aside', admin))).toMatchObject({ code: 'conflict' });
  expect((await act('canary', admin)).statusCode).toBe(202);
  await sweep();
  const events = (await world.ask('GET', `/runs/${await canaryRun()}/events`, { as: owner })).json<{
    items: RunEventRecord[];
  }>().items;
  expect(events[0]).toMatchObject({ event: 'submit', detail: 'Submitted as a canary sign-in', actor: 'Deskhand' });
  expect((await act('put-back', admin)).json<Gateway>().setAside).toBeNull();
  expect(await history()).toMatchObject([
    { event: 'put-back', actor: 'admin' },
    { event: 'canary-began', actor: 'Deskhand' },
    { event: 'set-aside', actor: 'admin' },
  ]);
  const verbs = (await world.auditRows()).filter(({ object }) => object === 'gateway g1').map(({ verb }) => verb);
  expect(verbs.slice(-4)).toEqual(['set-aside', 'canary', 'canary', 'put-back']);
  const clusterPage = await world.ask('GET', `/gateway-clusters/${clusterId}/history?limit=2`, { as: viewer });
  const { items } = clusterPage.json<{ items: GatewayEvent[] }>();
  expect(items.map(({ event }) => event)).toEqual(['put-back', 'canary-began']);
  const rest = await world.ask('GET', `/gateways/g1/history?before=${String(items[1]?.number)}`, { as: viewer });
  expect(rest.json<{ items: GatewayEvent[] }>().items.map(({ event }) => event)).toEqual(['set-aside']);
});

test('what nobody knows is not found, and the history ends by the database’s clock', async () => {
  for (const path of ['/gateways/none/history', '/gateway-clusters/none/history'])
    expect(problemOf(await world.ask('GET', path, { as: viewer }))).toMatchObject({ code: 'not-found' });
  expect(problemOf(await world.ask('POST', '/gateways/none/set-aside', { as: admin }))).toMatchObject({
    code: 'not-found',
  });
  await world.ask('POST', '/gateways/g1/set-aside', { as: admin });
  await world.database.pool.query(`update gateway_event set at = now() - interval '91 days'`);
  expect(await world.stores.retention.removeGatewayEventsOlderThan(90, 10)).toBe(1);
  expect(await steps()).toBe('');
});
