import { type Decision, replayDecision } from '@deskhand/domain/run-queue/decision.ts';
import type { WhyBefore } from '@deskhand/protocol/http/replay.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sweepRetention } from '../sweeps/sweep-retention.ts';
import {
  alice,
  CLUSTER,
  createRunWorld,
  linuxFacts,
  type RunWorld,
  succeeded,
  value,
} from '../../testing/run-world.ts';

let world: RunWorld;
beforeEach(async () => {
  world = await createRunWorld({ users: ['user1', 'user2', 'user3', 'waiting1'] });
});
afterEach(() => world.close());

const why = async (first: { id: string }, other: { id: string }): Promise<WhyBefore> =>
  value(await world.runs.whyBefore(alice, first.id, other.id));
const oneSlot = () => world.linkUp('g1', { facts: linuxFacts({ sessionLimit: 1 }) });
const eventsOf = async (run: { id: string }): Promise<readonly string[]> =>
  value(await world.runs.events(alice, run.id)).items.map(({ event, detail }) => `${event}: ${detail}`);
const change = (settings: object) =>
  world.database.pool.query('update installation set settings = settings || $1', [JSON.stringify(settings)]);

test('the order of the queue is told by a replay, with what the other run waited for', async () => {
  const [a, b] = [await world.submit(), await world.submit({ user: 'user2', priority: 'high' })];
  const link = await oneSlot();
  await world.settled();
  expect(world.offers().map(({ runId }) => runId)).toEqual([b.id]);
  expect(await why(b, a)).toMatchObject({
    outcome: 'replayed',
    message: expect.stringMatching(/ stood before .* the priority of .* was high, and that of .* normal\.$/),
    decision: {
      ...{ way: 'planned', program: '1.0.0', why: 'stood-before', by: 'priority', offeredTo: { id: 'g1' } },
      firstPlace: { topRank: null, priority: 'high', requestNumber: b.requestNumber },
      otherPlace: { topRank: null, priority: 'normal', requestNumber: a.requestNumber },
      otherWaits: [{ gatewayId: 'g1', because: { code: 'no-free-slot' } }],
      replay: { isSame: true },
    },
  });
  expect(await why(a, b)).toMatchObject({ outcome: 'not-offered', decision: null });
  const attempt = await world.start(link, b);
  await world.say(link, succeeded(b.id, attempt));
  await world.settled();
  expect(await why(a, b)).toMatchObject({ outcome: 'went-after', decision: null });
});

test('a run that no gateway could start is told what each of them said then, also when that is long over', async () => {
  const link = await world.linkUp('g1', { facts: linuxFacts({ sessionLimit: 3 }) });
  const running = await world.submit();
  const attempt = await world.start(link, running);
  const [blocked, free] = [await world.submit(), await world.submit({ user: 'user2' })];
  await world.settled();
  await world.say(link, succeeded(running.id, attempt));
  await world.settled();
  expect(await world.state(blocked.id)).toBe('offered');
  const { decision, message } = await why(free, blocked);
  expect(message).toContain('but no gateway could start it at that moment');
  expect(decision).toMatchObject({ why: 'could-not-start', otherWaits: [{ because: { code: 'user-busy' } }] });
});

test('a run that met an empty queue was offered with its submission, and its decision is kept too', async () => {
  const link = await world.linkUp('g1', { facts: linuxFacts({ sessionLimit: 3 }) });
  await world.start(link, await world.submit());
  await world.settled();
  const second = await world.submit({ user: 'user2' });
  const third = await world.submit({ user: 'user3' });
  expect([second.state, third.state]).toEqual(['offered', 'offered']);
  expect(await why(second, third)).toMatchObject({ outcome: 'never-together' });
  await world.runs.wakeups.close();
  const { body = '' } = (await world.stores.decisions.around(CLUSTER, { fromMs: 0, untilMs: 1e14 }, 1))[0] ?? {};
  expect(body).toContain('"way":"at-once"');
});

test('whoever may not see one of the runs is told nothing, and a run is not compared with itself', async () => {
  const [a, b] = [await world.submit(), await world.submit({ user: 'user2' })];
  const stranger = { ...alice, id: 'stranger' as typeof alice.id, roles: ['maker' as const] };
  expect(await world.runs.whyBefore(stranger, a.id, b.id)).toMatchObject({ ok: false, code: 'not-found' });
  expect(await world.runs.whyBefore(alice, a.id, 'nothing')).toMatchObject({ ok: false, code: 'not-found' });
  expect(await world.runs.whyBefore(alice, a.id, a.id)).toMatchObject({ ok: false, code: 'invalid-request' });
});

test('those who see everything get a decision whole, which can be replayed anywhere', async () => {
  const [a, b] = [await world.submit(), await world.submit({ user: 'user2' })];
  await oneSlot();
  await world.settled();
  const operator = { ...alice, roles: ['operator' as const] };
  const kept = value(await world.runs.keptDecision(operator, a.id));
  expect(kept.program).toBe('1.0.0');
  expect(replayDecision(kept.decision as Decision).isSame).toBe(true);
  expect(await world.runs.keptDecision(operator, b.id)).toMatchObject({ ok: false, code: 'not-found' });
  expect(await world.runs.keptDecision(alice, a.id)).toMatchObject({ ok: false, code: 'not-allowed' });
});

test('a plan that comes out otherwise today says so, with the version that decided', async () => {
  const [a, b] = [await world.submit(), await world.submit({ user: 'user2' })];
  await oneSlot();
  await world.settled();
  await why(a, b);
  const { decisions } = world.stores;
  const asKept = decisions.around;
  const around: typeof decisions.around = async (...given) =>
    (await asKept(...given)).map((batch) => ({
      ...batch,
      program: '0.0.9',
      body: batch.body.replace('"online":true', '"online":false'),
    }));
  Object.assign(decisions, { around });
  const { decision } = await why(a, b);
  expect(decision?.replay.isSame).toBe(false);
  expect(decision?.replay.message).toMatch(/is not the same: version 0\.0\.9 decided, .* would not start\./);
});

test('decisions are kept for as long as the settings say', async () => {
  const [a, b] = [await world.submit(), await world.submit({ user: 'user2' })];
  const link = await oneSlot();
  await world.settled();
  expect((await why(a, b)).outcome).toBe('replayed');
  await world.database.pool.query(`update planning_decisions set last_at = last_at - interval '8 days'`);
  expect(await sweepRetention(world.stores.retention)).toMatchObject({ decisions: 1 });
  expect(await why(a, b)).toMatchObject({ outcome: 'not-kept', message: expect.stringContaining('kept for 7 days') });
  await change({ decisionRetentionDays: 0 });
  const attempt = await world.start(link, a);
  await world.say(link, succeeded(a.id, attempt));
  await world.settled();
  const c = await world.submit({ user: 'user3' });
  expect(await why(b, c)).toMatchObject({ outcome: 'never-together' });
  await world.database.pool.query(`update run set requested_at = requested_at - interval '1 hour'`);
  expect(await why(b, c)).toMatchObject({ outcome: 'not-kept', message: expect.stringContaining('set to keep none') });
  expect((await world.database.pool.query('select 1 from planning_decisions')).rows).toEqual([]);
});

test('decisions that are written again, because the answer was lost, stand once', async () => {
  const times = { firstAtMs: 1_000_000_000_123, lastAtMs: 1_000_000_000_456 };
  const batch = { clusterId: CLUSTER, ...times, decisions: 2, program: '1.0.0', body: '{"format":1,"decisions":[]}' };
  const { decisions } = world.stores;
  for (const one of [
    batch,
    batch,
    { ...batch, body: '{"format":2}' },
    { ...batch, lastAtMs: times.lastAtMs + 1 },
    batch,
  ])
    await decisions.keep(one);
  const kept = await decisions.around(CLUSTER, { fromMs: times.firstAtMs, untilMs: times.lastAtMs }, 10);
  expect(kept).toHaveLength(3);
});

test('each reason why a run waits is an event of it, once for as long as it stays', async () => {
  const [, waits] = [await world.submit(), await world.submit({ user: 'user2' })];
  await world.settled();
  // What is held is written when a server stops, too.
  await world.runs.wakeups.close();
  expect((await eventsOf(waits)).slice(1)).toEqual([expect.stringMatching(/^waits: .*is offline\.$/)]);
});

test('a reason that comes and goes fills nothing: the first and the last of half a minute stay', async () => {
  const run = await world.submit();
  await world.settled();
  const { decisions } = world.stores;
  const runId = run.id as Parameters<typeof decisions.noteWaits>[0][number]['runId'];
  await world.runs.wakeups.close();
  const note = (detail: string) => decisions.noteWaits([{ runId, detail }]);
  for (let turn = 0; turn < 10; turn += 1) for (const detail of ['full', 'busy']) await note(detail);
  const waits = async () => (await eventsOf(run)).filter((event) => event.startsWith('waits'));
  expect((await waits()).slice(1)).toEqual(['waits: busy']);
  expect(await note('busy')).toEqual([]);
  for (let turn = 0; turn < 60; turn += 1) {
    await world.database.pool.query(`update run_event set at = at - interval '1 minute' where run_id = $1`, [run.id]);
    await note(`reason ${String(turn)}`);
  }
  expect(await waits()).toHaveLength(50);
  expect((await waits()).at(-1)).toBe('waits: reason 59');
});
