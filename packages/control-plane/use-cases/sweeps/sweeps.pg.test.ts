import { randomBytes } from 'node:crypto';
import type { GatewayId, RunId } from '@deskhand/domain/brand.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { alice, createRunWorld, logLine, type RunWorld, succeeded, value } from '../../testing/run-world.ts';
import { createDeadlineSweep } from './sweep-deadlines.ts';
import { sweepRetention } from './sweep-retention.ts';

let world: RunWorld;
beforeEach(async () => {
  world = await createRunWorld();
});
afterEach(() => world.close());
/** Text that the database cannot make smaller. */
const bytes = (): string => randomBytes(1_500).toString('base64');
const agoSql = (column: string, interval: string) =>
  `update run set ${column} = now() - interval '${interval}' where id = $1`;

describe('a run past its start deadline', () => {
  test('is timed out with the last reason of every member, by a server that was started after it', async () => {
    const run = await world.submit();
    await world.database.pool.query(agoSql('start_deadline_at', '1 second'), [run.id]);
    // The sweep holds nothing in memory: this one never saw the run before.
    await world.sweep.sweep();
    const ended = value(await world.runs.get(alice, run.id));
    expect(ended).toMatchObject({
      state: 'timedOut',
      error: { code: 'NoCandidateMachine', details: 'g1: The gateway g1 is offline.' },
    });
  });

  test('is taken back when it is offered, and kept when a gateway has acquired it', async () => {
    const link = await world.linkUp('g1');
    const [offered, started] = [await world.submit(), await world.submit({ user: 'user2' })];
    await world.start(link, started, 'acquired');
    for (const run of [offered, started])
      await world.database.pool.query(agoSql('start_deadline_at', '1 second'), [run.id]);
    await world.sweep.sweep();
    expect([await world.state(offered.id), await world.state(started.id)]).toEqual(['timedOut', 'starting']);
    expect(world.sent.at(-1)?.message).toMatchObject({ type: 'withdraw', runId: offered.id });
  });

  test('is left alone when the clock was put right after it seemed to be past', async () => {
    const run = await world.submit();
    const error = { code: 'NoCandidateMachine', message: 'No machine was found in time.' };
    // What a sweep read a moment ago, by a clock that stood three hours ahead.
    expect(await world.stores.deadlines.expire({ runId: run.id as RunId, attempt: 0 }, error, [])).toBe(false);
    expect(await world.state(run.id)).toBe('queued');
    await world.database.pool.query(agoSql('start_deadline_at', '1 second'), [run.id]);
    expect(await world.stores.deadlines.expire({ runId: run.id as RunId, attempt: 0 }, error, [])).toBe(true);
  });

  test('waits while the clock of the server has jumped', async () => {
    const run = await world.submit();
    await world.database.pool.query(agoSql('start_deadline_at', '1 second'), [run.id]);
    let wallMs = 0;
    const deadlines = { ...world.stores.deadlines, nowMs: () => Promise.resolve(wallMs) };
    const ports = {
      ...world.stores,
      deadlines,
      links: { send: () => true, close: () => undefined },
      wakeups: world.runs.wakeups,
      monotonicMs: () => 0,
    };
    const changes = {
      publish: () => undefined,
      subscribe: () => () => undefined,
      nudge: () => undefined,
      onNudge: () => () => undefined,
    };
    const early = { ...deadlines, pastStartDeadline: () => Promise.resolve([]) };
    const sweep = createDeadlineSweep({
      ...ports,
      changes,
      deadlines: {
        ...deadlines,
        pastStartDeadline: (limit) => (wallMs === 0 ? early : deadlines).pastStartDeadline(limit),
      },
    });
    await sweep.sweep();
    wallMs = Date.now();
    await sweep.sweep();
    expect(sweep.clockJumpMs()).toBe(wallMs);
    expect(await world.state(run.id)).toBe('queued');
    sweep.confirmClock();
    await sweep.sweep();
    expect(await world.state(run.id)).toBe('timedOut');
  });
});

test('a run whose gateway says nothing is given up after its execution timeout and the grace, and holds its machine', async () => {
  const link = await world.linkUp('g1');
  const run = await world.submit({ executionTimeoutMs: 60_000 });
  await world.start(link, run);
  await world.database.pool.query(agoSql('started_at', '15 minutes'), [run.id]);
  await world.sweep.sweep();
  expect(await world.state(run.id)).toBe('running');
  await world.database.pool.query(agoSql('started_at', '17 minutes'), [run.id]);
  await world.sweep.sweep();
  expect(await world.stores.runs.byId(run.id)).toMatchObject({
    state: 'uncertain',
    holdsMachine: true,
    error: { code: 'OutcomeUncertain' },
  });
});

test('a running run is left alone when the clock was put right after its time seemed to be over', async () => {
  const link = await world.linkUp('g1');
  const run = await world.submit({ executionTimeoutMs: 60_000 });
  const attempt = await world.start(link, run);
  const [stored] = await world.stores.store.stored([run.id as RunId]);
  const of = { runId: run.id as RunId, attempt, gatewayId: stored?.gatewayId ?? ('' as GatewayId) };
  const error = { code: 'OutcomeUncertain', message: 'Nobody knows how it ended.' };
  const overdueLoss = { holdsMachine: true, onlyPastExecution: true };
  expect(await world.stores.store.lose(of, error, overdueLoss)).toBe(false);
  expect(await world.state(run.id)).toBe('running');
  await world.database.pool.query(agoSql('started_at', '17 minutes'), [run.id]);
  expect(await world.stores.store.lose(of, error, overdueLoss)).toBe(true);
});

test('an offer without an answer is taken back, and the gateway is not asked again at once', async () => {
  await world.linkUp('g1');
  const run = await world.submit();
  await world.settled();
  await world.database.pool.query(agoSql('offered_at', '31 seconds'), [run.id]);
  await world.sweep.sweep();
  await world.settled();
  expect(value(await world.runs.get(alice, run.id))).toMatchObject({ state: 'queued', because: { code: 'declined' } });
});

test('a gateway whose replica died is shown as unreachable since it was last heard of', async () => {
  await world.linkUp('g1');
  await world.database.pool.query(`update gateway set last_seen_at = now() - interval '1 minute'`);
  await world.sweep.sweep();
  expect((await world.stores.store.identity('g1'))?.isLinked).toBe(false);
});

test('retention removes what is old or too large, oldest first, and nothing of a run that is not over', async () => {
  const link = await world.linkUp('g1');
  const finish = async (user: string): Promise<string> => {
    const run = await world.submit({ user });
    const attempt = await world.start(link, run);
    await world.say(link, { type: 'log', runId: run.id, attempt, lines: [logLine(1, bytes())] });
    await world.say(link, succeeded(run.id, attempt));
    return run.id;
  };
  const [old, large, recent] = [await finish('user1'), await finish('user1'), await finish('user1')];
  const running = await world.submit({ user: 'user2' });
  const attempt = await world.start(link, running);
  await world.say(link, { type: 'log', runId: running.id, attempt, lines: [logLine(1, bytes())] });
  await world.database.pool.query(agoSql('ended_at', '40 days'), [old]);
  await world.database.pool.query(agoSql('ended_at', '2 days'), [large]);
  await world.database.pool.query(`update installation set settings = '{"runRetentionDays": 30, "logBytesMax": 1000}'`);
  expect(await sweepRetention(world.stores.retention)).toMatchObject({ runs: 1, logLines: 2 });
  expect(await world.stores.runs.byId(old)).toBeUndefined();
  const lines = async (id: string) =>
    (await world.stores.runs.log(id, { attempt: null, tail: false, limit: 10 })).lines.length;
  expect([await lines(large), await lines(recent), await lines(running.id)]).toEqual([0, 0, 1]);
});
