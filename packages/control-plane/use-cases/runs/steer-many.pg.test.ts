import type { AccountId } from '@deskhand/domain/brand.ts';
import type { CancelledRuns } from '@deskhand/protocol/http/many-runs.ts';
import { afterEach, expect, test } from 'vitest';
import type { Caller } from '../../ports/outcome.ts';
import { alice, createRunWorld, FLOW, linuxFacts, type RunWorld, succeeded, value } from '../../testing/run-world.ts';

const QUEUED_AT_ONCE = 100_000;
const COPIES_PER_STATEMENT = 5_000;

let world: RunWorld;
const open = async (...given: Parameters<typeof createRunWorld>): Promise<RunWorld> => {
  world = await createRunWorld(...given);
  return world;
};
afterEach(() => world.close());

const bob: Caller = { ...alice, id: 'bob' as AccountId, name: 'Bob', email: 'bob@corp.example' };
const addBob = () =>
  world.database.pool.query(
    `insert into account (id, name, email, roles) values ('bob', 'Bob', 'bob@corp.example', '{maker}')`,
  );
const upToNow = async (): Promise<number> => value(await world.runs.count(alice, {})).upTo;
const auditRows = async (verb: string) =>
  (await world.database.pool.query('select object, detail from audit_log where verb = $1 order by number', [verb]))
    .rows;

test('a filter cancels what waits and asks what is on a machine, up to the request number that was counted', async () => {
  await open();
  const link = await world.linkUp('g1', { facts: linuxFacts({ sessionLimit: 1 }) });
  const running = await world.submit();
  const attempt = await world.start(link, running);
  const waiting = [await world.submit(), await world.submit({ user: 'user2' })];
  const { count, upTo } = value(await world.runs.count(alice, { flow: FLOW, can: 'cancel' }));
  expect(count).toBe(3);
  const later = await world.submit();
  const answer = value(await world.runs.cancelMany(alice, { filter: { flow: FLOW }, upTo }));
  expect(answer).toEqual({ cancelled: 2, cancelling: 1, refused: [], next: null });
  for (const run of waiting) expect(await world.state(run.id)).toBe('cancelled');
  expect(await world.state(running.id)).toBe('cancelling');
  expect(await world.state(later.id)).toBe('queued');
  expect(world.sent.at(-1)?.message).toMatchObject({ type: 'cancel', runId: running.id, attempt });
  expect(await auditRows('cancel')).toEqual([
    { object: 'runs', detail: { filter: { flow: FLOW }, upTo, cancelled: 2, cancelling: 1 } },
  ]);
  // Asked again, it finds nothing that is not being cancelled, and tells of nothing.
  expect(value(await world.runs.cancelMany(alice, { filter: { flow: FLOW }, upTo }))).toMatchObject({ cancelled: 0 });
  expect(await auditRows('cancel')).toHaveLength(1);
});

test('named runs are answered one by one: cancelled, finished, or not there for who may not see them', async () => {
  await open();
  await addBob();
  await world.database.pool.query(`update connection set shared_with = '{bob}'`);
  await world.database.pool.query(`update desktop_flow set users = '{bob}'`);
  const [mine, over] = [await world.submit(), await world.submit()];
  value(await world.runs.cancel(alice, over.id));
  const selection = { runs: [mine.id, over.id, 'no-such-run'] };
  expect(value(await world.runs.cancelMany(bob, selection))).toMatchObject({
    cancelled: 0,
    refused: [{ code: 'not-found', count: 3, runs: selection.runs }],
  });
  expect(value(await world.runs.cancelMany(alice, selection))).toMatchObject({
    cancelled: 1,
    refused: [
      { code: 'not-found', count: 1, runs: ['no-such-run'] },
      { code: 'run-already-finished', message: 'This run has already finished.', count: 1, runs: [over.id] },
    ],
  });
});

test('a filter reaches no further than its caller sees', async () => {
  await open();
  await addBob();
  const run = await world.submit();
  const upTo = await upToNow();
  expect(value(await world.runs.count(bob, { state: 'queued' })).count).toBe(0);
  expect(value(await world.runs.cancelMany(bob, { filter: { state: 'queued' }, upTo }))).toMatchObject({
    cancelled: 0,
  });
  expect(await world.state(run.id)).toBe('queued');
});

test.each([
  ['no filter and no runs', {}],
  ['an empty filter', { filter: {}, upTo: 9 }],
  ['a filter that only looks like one', { filter: { search: '' }, upTo: 9 }],
  ['a filter without an end', { filter: { state: 'queued' } }],
  ['both', { filter: { state: 'queued' }, upTo: 9, runs: ['a'] }],
  ['a state that does not exist', { filter: { state: 'asleep' }, upTo: 9 }],
])('%s is refused, and nothing is cancelled', async (_, selection) => {
  await open();
  const run = await world.submit();
  expect(await world.runs.cancelMany(alice, selection)).toMatchObject({ ok: false, code: 'invalid-request' });
  expect(await world.runs.resubmitMany(alice, selection, 'key')).toMatchObject({ ok: false, code: 'invalid-request' });
  expect(await world.state(run.id)).toBe('queued');
});

test('resubmitting by a filter makes one run for each, however often it is asked, and none of its own runs', async () => {
  await open();
  const old = [await world.submit(), await world.submit({ user: 'user2' }), await world.submit({ user: 'user3' })];
  for (const run of old) value(await world.runs.cancel(alice, run.id));
  const request = { filter: { state: 'cancelled' }, upTo: await upToNow() };
  const first = value(await world.runs.resubmitMany(alice, request, 'again'));
  expect(first).toMatchObject({ refused: [], next: null });
  expect(first.resubmitted.map(({ resubmitOf }) => resubmitOf)).toEqual(old.map(({ id }) => id));
  // They end as the old ones did, so that only the number tells them apart.
  for (const { run } of first.resubmitted) value(await world.runs.cancel(alice, run));
  expect(value(await world.runs.resubmitMany(alice, request, 'again'))).toEqual(first);
  expect(value(await world.runs.resubmitMany(alice, request, 'another')).resubmitted).toHaveLength(3);
  expect(await world.runs.resubmitMany(alice, request, undefined)).toMatchObject({
    ok: false,
    code: 'invalid-request',
  });
});

test('runs that nobody knows the end of, and those that go on, are refused as each alone would be', async () => {
  await open();
  const link = await world.linkUp('g1', { facts: linuxFacts({ sessionLimit: 1 }) });
  const ended = await world.submit();
  await world.say(link, succeeded(ended.id, await world.start(link, ended)));
  const [unknown, waiting] = [await world.submit(), await world.submit()];
  await world.database.pool.query(
    `update run set state = 'uncertain', holds_machine = true, ended_at = now() where id = $1`,
    [unknown.id],
  );
  const runs = [ended.id, unknown.id, waiting.id];
  const answer = value(await world.runs.resubmitMany(alice, { runs }, 'key'));
  expect(answer.resubmitted.map(({ resubmitOf }) => resubmitOf)).toEqual([ended.id]);
  expect(answer.refused.map(({ code, runs: of }) => [code, of])).toEqual([
    ['uncertain-needs-confirmation', [unknown.id]],
    ['run-not-finished', [waiting.id]],
  ]);
  const confirmed = value(await world.runs.resubmitMany(alice, { runs, acceptUncertain: true }, 'key'));
  expect(confirmed.resubmitted.map(({ resubmitOf }) => resubmitOf)).toEqual([ended.id, unknown.id]);
});

test('one request resubmits so many and says where to go on', async () => {
  await open();
  const { id } = await world.submit();
  value(await world.runs.cancel(alice, id));
  await copies(id, 249);
  const request = { filter: { state: 'cancelled' }, upTo: await upToNow() };
  const first = value(await world.runs.resubmitMany(alice, request, 'key'));
  expect(first.resubmitted).toHaveLength(200);
  const second = value(await world.runs.resubmitMany(alice, { ...request, after: first.next ?? 0 }, 'key'));
  expect(second).toMatchObject({ next: null, refused: [] });
  expect(second.resubmitted).toHaveLength(50);
});

test('whoever cancels and whoever changes the priority of a run in the same moment gets a clear answer', async () => {
  await open();
  const runs = await Promise.all(Array.from({ length: 20 }, () => world.submit()));
  const upTo = await upToNow();
  const [first, second, ...priorities] = await Promise.all([
    world.runs.cancelMany(alice, { filter: { state: 'queued' }, upTo }),
    world.runs.cancelMany(alice, { runs: runs.map(({ id }) => id) }),
    ...runs.map(({ id }) => world.runs.setPriority(alice, id, 'high')),
  ]);
  const answers = [value(first), value(second)];
  expect(answers.reduce((sum, { cancelled }) => sum + cancelled, 0)).toBe(runs.length);
  for (const { refused } of answers) for (const { code } of refused) expect(code).toBe('run-already-finished');
  for (const answer of priorities) if (!answer.ok) expect(answer.code).toBe('run-not-queued');
  for (const { id } of runs) expect(await world.state(id)).toBe('cancelled');
});

/** Runs as the given one, requested after it. */
async function copies(id: string, count: number): Promise<void> {
  // In portions, because a statement has its time.
  for (let first = 1; first <= count; first += COPIES_PER_STATEMENT) {
    await world.database.pool.query(
      `insert into run (id, flow_id, flow_version, connection_id, cluster_id, submitted_by, mode, priority, state, machine_user,
        when_session_blocked, inputs, requested_at, start_deadline_at, execution_timeout_ms, attempt, ended_at)
       select 'copy-' || n, flow_id, flow_version, connection_id, cluster_id, submitted_by, mode, priority, state, machine_user,
        when_session_blocked, inputs, requested_at, start_deadline_at, execution_timeout_ms, attempt, ended_at
       from run, generate_series($2::int, $3::int) n where id = $1`,
      [id, first, Math.min(count, first + COPIES_PER_STATEMENT - 1)],
    );
  }
}

test('a hundred thousand runs are cancelled while the queue is being planned: none is offered after it was cancelled', async () => {
  await open();
  const [model] = [await world.submit()];
  await copies(model.id, QUEUED_AT_ONCE - 1);
  const upTo = await upToNow();
  await world.linkUp('g1', { facts: linuxFacts({ sessionLimit: 2 }) });
  let total = 0;
  // Each of its transactions wakes the planner, which plans what is left meanwhile.
  for (let after: number | null = 0; after !== null; ) {
    const answer: CancelledRuns = value(
      await world.runs.cancelMany(alice, { filter: { state: 'queued,offered' }, upTo, after }),
    );
    total += answer.cancelled;
    after = answer.next;
  }
  await world.settled();
  const { rows } = await world.database.pool.query(
    `select count(*) filter (where state = 'cancelled')::int as cancelled, count(*)::int as runs from run`,
  );
  expect({ total, ...rows[0] }).toEqual({ total: QUEUED_AT_ONCE, cancelled: QUEUED_AT_ONCE, runs: QUEUED_AT_ONCE });
  const events = await world.database.pool.query(
    `select count(*) filter (where event = 'cancel')::int as cancels,
       count(*) filter (where event <> 'cancel' and id > (select max(c.id) from run_event c where c.run_id = e.run_id and c.event = 'cancel'))::int as after
     from run_event e`,
  );
  expect(events.rows[0]).toEqual({ cancels: QUEUED_AT_ONCE, after: 0 });
}, 600_000);
