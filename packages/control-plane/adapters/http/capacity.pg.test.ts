import type { CapacityPlan, Hindsight } from '@deskhand/protocol/http/capacity.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpWorld, type HttpWorld, type Person, problemOf } from '../../testing/http-world.ts';
import { linuxFacts } from '../../testing/run-world.ts';

let world: HttpWorld;
let admin: Person;
let owner: Person;
let maker: Person;
let viewer: Person;
let cluster: string;
let empty: string;

const MINUTE_MS = 60_000;

beforeAll(async () => {
  world = await createHttpWorld();
  admin = await world.person('admin', ['admin']);
  owner = await world.person('owner', ['maker']);
  maker = await world.person('maker', ['maker']);
  viewer = await world.person('viewer', ['viewer']);
  const made = async (name: string): Promise<string> =>
    (await world.ask('POST', '/gateway-clusters', { as: admin, body: { name } })).json<{ id: string }>().id;
  cluster = await made('North');
  empty = await made('South');
  const { pool } = world.database;
  await pool.query('update gateway_cluster set owner_id = $1 where id = $2', [owner.id, cluster]);
  await pool.query(
    `insert into gateway (id, name, cluster_id, member_order, public_key, session_host, version, facts)
      values ('g1', 'north-1', $1, 0, 'g1', 'linux', '0.1.0', $2)`,
    [cluster, JSON.stringify(linuxFacts({ sessionLimit: 1 }))],
  );
  await pool.query(`insert into desktop_flow (id, name, owner_id) values ('flow', 'Flow', $1)`, [owner.id]);
  await pool.query(
    `insert into desktop_flow_version (flow_id, version, script, inputs, outputs, problems, saved_by)
      values ('flow', 1, 'WAIT 1', '[]', '[]', 0, $1)`,
    [owner.id],
  );
  await pool.query(
    `insert into connection (id, name, cluster_id, owner_id, account_name, machine_user)
      values ('c', 'c', $1, $2, 'robot', 'robot')`,
    [cluster, owner.id],
  );
  await twoHoursOfHistory();
});
afterAll(async () => {
  await world.end();
});

interface Past {
  readonly id: string;
  /** Minutes ago. */
  readonly requested: number;
  readonly user: string;
  readonly waited?: number;
  readonly held?: number;
  readonly deadline?: number;
}

async function addPast({ id, requested, user, waited, held = 0, deadline = 60 }: Past): Promise<void> {
  const answers = [{ gatewayId: 'g1', name: 'north-1', because: noFreeSlot }];
  const error = { code: 'NoCandidateMachine', message: 'No machine', details: 'north-1: busy' };
  await world.database.pool.query(
    `insert into run (id, flow_id, flow_version, connection_id, cluster_id, submitted_by, mode, priority, state, gateway_id,
        machine_user, when_session_blocked, inputs, execution_timeout_ms, requested_at, start_deadline_at, acquired_at,
        ended_at, signed_out_at, error, last_reasons)
      select $1, 'flow', 1, 'c', $2, $3, 'unattended', 'normal', case when $6::float8 is null then 'timedOut' else 'succeeded' end,
        case when $6::float8 is not null then 'g1' end, $5, 'fail', '{}', 1000, asked, asked + make_interval(secs => $8::float8 * 60),
        asked + make_interval(secs => $6::float8 * 60), ended, ended, case when $6::float8 is null then $9::jsonb end,
        case when $6::float8 is null then $10::jsonb end
      from (select now() - make_interval(secs => $4::float8 * 60) as asked) a,
        lateral (select asked + make_interval(secs => coalesce($6::float8 + $7::float8, $8::float8) * 60) as ended) e`,
    [
      ...[id, cluster, owner.id, requested, user, waited ?? null, held],
      ...[deadline, JSON.stringify(error), JSON.stringify(answers)],
    ],
  );
}

const noFreeSlot = { code: 'no-free-slot', kind: 'capacity', message: 'busy', remedy: '' };

/** One machine with one slot: a long run, two that waited for it, and one that gave up. */
async function twoHoursOfHistory(): Promise<void> {
  await addPast({ id: 'long', requested: 120, user: 'a', waited: 0, held: 30 });
  await addPast({ id: 'second', requested: 115, user: 'b', waited: 25, held: 10 });
  await addPast({ id: 'third', requested: 112, user: 'c', waited: 32, held: 10 });
  await addPast({ id: 'gave-up', requested: 110, user: 'd', deadline: 16 });
}

const plan = async (body: object = {}, as = admin, id = cluster) =>
  await world.ask('POST', `/gateway-clusters/${id}/plan-capacity`, { as, body });
const planned = async (body: object = {}): Promise<CapacityPlan> => {
  const answer = await plan(body);
  expect(answer.statusCode).toBe(200);
  return answer.json<CapacityPlan>();
};

describe('the own history', () => {
  test('played unchanged it is compared with what really happened', async () => {
    const { real, before, after, source, isShort, notes } = await planned();
    expect(real).toMatchObject({ runs: 4, started: 3, missed: 1, waits: { maxMs: 32 * MINUTE_MS } });
    expect(before).toMatchObject({ runs: 4, started: 3, missed: 1, members: 1, slots: 1, slotsPeak: 1 });
    expect(Math.round(before.waits.maxMs / MINUTE_MS)).toBe(28 + 4);
    expect({ after, source, isShort }).toEqual({ after: null, source: 'history', isShort: true });
    expect(notes[0]).toContain('shorter than seven days');
  });

  test('N4: with one machine more nobody gives up, and the waits are shorter', async () => {
    const { before, after } = await planned({ changes: { members: 1 } });
    expect(after).toMatchObject({ members: 1, missed: 1 });
    const { after: shared } = await planned({ changes: { members: 1, runOnAllGateways: true } });
    expect(shared).toMatchObject({ members: 2, slots: 2, missed: 0 });
    expect(shared?.waits.p95Ms).toBeLessThan(before.waits.p95Ms);
  });

  test('N4: how many machines and add-ons it takes is said with what one fewer would cost', async () => {
    const { enough } = await planned({ enough: true });
    expect(enough).toMatchObject({ isPossible: true, furtherMembers: 1, switchOn: true, addOns: null });
    expect(enough?.says.join(' ')).toContain(
      'It takes 1 machine more, with Run on all gateways in cluster switched on',
    );
  });

  test('the fairness of the cluster is played, and a plan may state another', async () => {
    const fairness = { ageing: null, share: { by: 'user', atMost: 1 }, lanes: [] };
    const { after: free } = await planned({ changes: { slots: 4 } });
    expect(free?.missed).toBe(0);
    const { after: shared, notes } = await planned({ changes: { slots: 4, fairness } });
    expect(shared).toMatchObject({ missed: 1, missedBecause: [{ code: 'share-used', count: 1 }] });
    expect(notes.at(-1)).toContain('no user has more than 1 at work at once');
    const set = async (body: object) => await world.ask('PATCH', `/gateway-clusters/${cluster}`, { as: admin, body });
    expect((await set({ fairness })).statusCode).toBe(200);
    expect((await planned({ changes: { slots: 4 } })).after).toMatchObject({ missed: 1 });
    const none = { ageing: null, share: null, lanes: [] };
    expect((await planned({ changes: { slots: 4, fairness: none } })).after).toMatchObject({ missed: 0 });
    expect((await set({ fairness: none })).statusCode).toBe(200);
  });

  test('a span without runs has none', async () => {
    const { before } = await planned({ from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' });
    expect(before).toMatchObject({ runs: 0, missed: 0 });
  });
});

describe('a load that is given', () => {
  const load = { perHour: 12, durationMs: 4 * MINUTE_MS, startDeadlineMs: 30 * MINUTE_MS, fromHour: 8, toHour: 18 };

  test('in a few words', async () => {
    const { before, real, source } = await planned({ load: { ...load, accounts: 3 } });
    expect({ real, source }).toEqual({ real: null, source: 'described' });
    expect(before.runs).toBeGreaterThan(500);
    expect(before.buckets.filter(({ arrived }) => arrived > 0)).toHaveLength(50);
  });

  test('run by run', async () => {
    const run = { atMs: 0, durationMs: 600_000, startDeadlineMs: 900_000, account: 'a', flow: 'mail' };
    const runs = [run, { ...run, account: 'b' }, { ...run, account: 'c' }];
    const { before, after } = await planned({ runs, changes: { slots: 3 } });
    expect([before.missed, after?.missed]).toEqual([1, 0]);
  });

  test('run by run with who submits them, of which each has a share', async () => {
    const run = { atMs: 0, durationMs: 600_000, startDeadlineMs: 900_000, flow: 'mail' };
    const runs = [
      { ...run, account: 'a', user: 'ada' },
      { ...run, account: 'b', user: 'ada' },
      { ...run, account: 'c', user: 'ben' },
    ];
    const fairness = { ageing: null, share: { by: 'user', atMost: 1 }, lanes: [] };
    const { after } = await planned({ runs, changes: { slots: 3, fairness } });
    expect(after).toMatchObject({ slotsPeak: 2, waits: { maxMs: 600_000 } });
  });
});

describe('what is refused', () => {
  const highLane = { for: 'high', slots: 1 };

  test('whoever neither steers the queue nor owns the cluster', async () => {
    expect((await plan({}, owner)).statusCode).toBe(200);
    for (const as of [maker, viewer]) {
      const answer = await plan({}, as);
      expect([answer.statusCode, problemOf(answer).code]).toEqual([403, 'not-allowed']);
    }
  });

  test.each([
    ['a cluster that is not there', {}, 'none', 404, 'not-found'],
    ['a cluster without machines', {}, '', 409, 'plan-without-machines'],
    [
      'a span that ends before it begins',
      { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' },
      undefined,
      400,
      'invalid-request',
    ],
    [
      'two loads at once',
      { load: { perHour: 1, durationMs: 1, startDeadlineMs: 1 }, from: '2026-01-01T00:00:00Z' },
      undefined,
      400,
      'invalid-request',
    ],
    [
      'two lanes for the same runs',
      { changes: { fairness: { ageing: null, share: null, lanes: [highLane, highLane] } } },
      undefined,
      400,
      'invalid-request',
    ],
    [
      'hours that end before they begin',
      { load: { perHour: 1, durationMs: 1, startDeadlineMs: 1, fromHour: 9, toHour: 8 } },
      undefined,
      400,
      'invalid-request',
    ],
    [
      'a load that is too large',
      { load: { perHour: 10_000, durationMs: 1, startDeadlineMs: 1 } },
      undefined,
      422,
      'plan-too-large',
    ],
  ])('%s', async (_what, body, id, status, code) => {
    const answer = await plan(body, admin, id === '' ? empty : (id ?? cluster));
    expect([answer.statusCode, problemOf(answer).code]).toEqual([status, code]);
  });
});

describe('a run that timed out', () => {
  const hindsight = async (id: string, as = owner) => await world.ask('GET', `/runs/${id}/hindsight`, { as });

  test('S53: names the strategy that would have let it start, by playing the queue of that time again', async () => {
    const { strategy, isPlayed, says } = (await hindsight('gave-up')).json<Hindsight>();
    expect({ strategy, isPlayed }).toEqual({ strategy: 'spread-over-time', isPlayed: true });
    expect(says[0]).toContain('submitted 1 h later, it would have started at once');
  });

  test('another one names none', async () => {
    expect((await hindsight('second')).json<Hindsight>()).toEqual({ strategy: null, isPlayed: false, says: [] });
  });

  test('and nobody is told who may not see the run', async () => {
    expect((await hindsight('gave-up', maker)).statusCode).toBe(404);
  });
});

test('a plan leaves nothing behind: no row, no event, no change', async () => {
  const rows = async (): Promise<unknown> => {
    const text = `select (select count(*) from run) as runs, (select count(*) from run_event) as events,
      (select count(*) from audit_log) as audited, (select sum(queue_version) from gateway_cluster) as version`;
    return (await world.database.pool.query<Record<string, unknown>>(text)).rows;
  };
  const before = [await rows(), world.sent.length];
  await planned({ changes: { members: 2 }, enough: true });
  expect([await rows(), world.sent.length]).toEqual(before);
});
