import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { alice, CLUSTER, createRunWorld, type RunWorld, succeeded, value } from '../../testing/run-world.ts';
import { createPredictionSweep, type PredictionSweep } from './sweep-predictions.ts';

const DAY_MS = 86_400_000;
let world: RunWorld;
let sweep: PredictionSweep;
beforeEach(async () => {
  world = await createRunWorld();
  const { changes } = world;
  const feed = {
    publish: (change: (typeof changes)[number]) => void changes.push(change),
    subscribe: () => () => undefined,
    nudge: () => undefined,
    onNudge: () => () => undefined,
  };
  sweep = createPredictionSweep({ ...world.stores, changes: feed });
});
afterEach(() => world.close());

/** One run of the account is on the machine, so the next one waits for it. */
async function oneRunsAndOneWaits(change: Parameters<RunWorld['submit']>[0] = {}) {
  const link = await world.linkUp('g1');
  const first = await world.submit();
  const attempt = await world.start(link, first);
  const second = await world.submit(change);
  await world.settled();
  return { link, first, attempt, second };
}
const explained = async (id: string) => value(await world.runs.explain(alice, id));
const queue = async () => value(await world.runs.viewQueue(alice, CLUSTER));

describe('a waiting run', () => {
  test('has a predicted start on its own page and in its queue, as a guess while its flow was not measured', async () => {
    const { second } = await oneRunsAndOneWaits();
    const { starts } = await explained(second.id);
    expect(starts).toMatchObject({ isGuess: true, atRisk: false, whatHelps: [] });
    expect(Date.parse(starts?.earliestAt ?? '')).toBeLessThan(Date.parse(starts?.latestAt ?? ''));
    expect((await queue()).queued[0]?.starts).toEqual(starts);
  });

  test('has none while its machine is offline', async () => {
    const run = await world.submit();
    expect(await explained(run.id)).toMatchObject({ starts: null, because: { code: 'gateway-offline' } });
  });
});

describe('measured durations', () => {
  test('of runs that ended are what the next prediction is made from', async () => {
    const { link, first, attempt, second } = await oneRunsAndOneWaits();
    await world.say(link, succeeded(first.id, attempt));
    await world.database.pool.query(
      `update run set acquired_at = ended_at - interval '10 minutes', signed_out_at = ended_at + interval '1 second' where id = $1`,
      [first.id],
    );
    await world.settled();
    await world.start(link, second);
    const third = await world.submit();
    await world.settled();
    await sweep.measure(DAY_MS);
    const { digests } = await world.stores.predictions.readLine(CLUSTER, 10);
    expect(digests).toMatchObject([{ mode: 'unattended', count: 1 }]);
    expect(Math.exp(digests[0]?.logMean ?? 0)).toBeCloseTo(601_000, -1);
    const { starts } = await explained(third.id);
    expect(Date.parse(starts?.medianAt ?? '') - Date.now()).toBeGreaterThan(150_000);
  });
});

describe('predictions that are kept', () => {
  test('are the first ones, and are compared with the start', async () => {
    const { link, first, attempt, second } = await oneRunsAndOneWaits();
    await sweep.predict();
    await world.database.pool.query(`update run_prediction set predicted_at = predicted_at - interval '10 minutes'`);
    const [before] = await world.stores.predictions.kept(CLUSTER, 10);
    await sweep.predict();
    expect(await world.stores.predictions.kept(CLUSTER, 10)).toEqual([before]);
    expect(before).toMatchObject({ startedAtMs: null, wasMoved: false, wasCancelled: false });
    await world.say(link, succeeded(first.id, attempt));
    await world.settled();
    await world.start(link, second);
    await world.submit();
    await world.settled();
    expect((await queue()).accuracy).toMatchObject({ runs: 1 });
  });
});

describe('a run that will miss its start deadline', () => {
  test('is at risk once, with an event, a change for every viewer and what helps', async () => {
    const { second } = await oneRunsAndOneWaits({ startDeadlineMs: 3_000 });
    await sweep.predict();
    await sweep.predict();
    const events = value(await world.runs.events(alice, second.id)).items;
    expect(events.filter(({ event }) => event === 'at-risk')).toHaveLength(1);
    expect(world.changes).toContainEqual({ kind: 'run', runId: second.id });
    const { starts } = await explained(second.id);
    expect(starts?.atRisk).toBe(true);
    expect(starts?.whatHelps.join(' ')).toContain('later start deadline');
    expect((await queue()).atRisk).toBe(1);
  });

  test('is no longer at risk when the machine has room for it sooner', async () => {
    const { second } = await oneRunsAndOneWaits({ startDeadlineMs: 3_000 });
    await sweep.predict();
    await world.database.pool.query(`update run set start_deadline_at = now() + interval '1 day' where id = $1`, [
      second.id,
    ]);
    await sweep.predict();
    const events = value(await world.runs.events(alice, second.id)).items;
    expect(events.at(-1)?.event).toBe('no-longer-at-risk');
  });
});
