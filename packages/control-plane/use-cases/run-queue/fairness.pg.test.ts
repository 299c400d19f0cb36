import type { Fairness } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import { NO_FAIRNESS } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { alice, CLUSTER, createRunWorld, linuxFacts, type RunWorld, value } from '../../testing/run-world.ts';

let world: RunWorld;
afterEach(() => world.close());

/** A cluster of one machine with two slots, and this fairness. */
async function open(fairness: Partial<Fairness>): Promise<RunWorld> {
  world = await createRunWorld({ users: ['user1', 'user2', 'user3', 'user4'] });
  await choose(fairness);
  return world;
}

async function choose(fairness: Partial<Fairness> | null): Promise<void> {
  const all = fairness && JSON.stringify({ ...NO_FAIRNESS, ...fairness });
  await world.database.pool.query(
    'update gateway_cluster set fairness = $2, queue_version = queue_version + 1 where id = $1',
    [CLUSTER, all],
  );
}

const linkUp = () => world.linkUp('g1', { facts: linuxFacts({ sessionLimit: 2 }) });
const order = async (): Promise<readonly string[]> =>
  value(await world.runs.viewQueue(alice, CLUSTER)).queued.map(({ run }) => run.id);
const stateOf = async (id: string): Promise<string> => value(await world.runs.get(alice, id)).state;
const idle = () => world.settled();

describe('a lane for high runs', () => {
  const lane = { lanes: [{ for: 'high' as const, slots: 1 }] };

  test('stays free of normal runs, says so with who can help, and is passed by what is made high or moved to the top', async () => {
    await open(lane);
    const link = await linkUp();
    await world.start(link, await world.submit({ user: 'user1' }));
    const second = await world.submit({ user: 'user2' });
    await idle();
    const told = value(await world.runs.explain(alice, second.id));
    expect(told).toMatchObject({ state: 'queued', because: { code: 'lane-reserved' }, nextToRun: true });
    expect(told.because?.remedy).toContain('an admin of the cluster can change the lanes');
    value(await world.runs.setPriority(alice, second.id, 'high'));
    await idle();
    expect(await stateOf(second.id)).toBe('offered');
  });

  test('gives way to what a person moved to the top', async () => {
    await open(lane);
    const link = await linkUp();
    await world.start(link, await world.submit({ user: 'user1' }));
    const second = await world.submit({ user: 'user2' });
    await idle();
    value(await world.runs.moveToTop(alice, CLUSTER, [second.id]));
    await idle();
    expect(await stateOf(second.id)).toBe('offered');
  });
});

describe('ageing', () => {
  test('the page shows an aged run before the high ones that asked later, and says that it has aged', async () => {
    await open({ ageing: { afterMinutes: 10 } });
    const [old, young] = [await world.submit({ user: 'user1' }), await world.submit({ user: 'user2' })];
    const urgent = await world.submit({ user: 'user3', priority: 'high' });
    await world.database.pool.query(`update run set requested_at = now() - interval '10 minutes' where id = $1`, [
      old.id,
    ]);
    expect(await order()).toEqual([old.id, urgent.id, young.id]);
    const view = value(await world.runs.viewQueue(alice, CLUSTER));
    expect(view.queued.map(({ aged }) => aged)).toEqual([true, false, false]);
    expect(view.fairness.ageing).toEqual({ afterMinutes: 10 });
    expect(value(await world.runs.explain(alice, young.id)).position).toBe(3);
    await choose(null);
    expect(await world.stores.queue.firstPlaces(CLUSTER, 9)).toMatchObject([{ id: urgent.id }, { id: old.id }, {}]);
  });
});

describe('a share', () => {
  test('whoever has the most at once waits with a free slot beside, by name', async () => {
    await open({ share: { by: 'user', atMost: 1 } });
    const link = await linkUp();
    await world.start(link, await world.submit({ user: 'user1' }));
    const second = await world.submit({ user: 'user2' });
    await idle();
    const { because } = value(await world.runs.explain(alice, second.id));
    expect(because).toMatchObject({
      code: 'share-used',
      message: 'A run of the user Alice is at work, and a user has at most 1 at once in this cluster.',
    });
    await choose(null);
    await world.submit({ user: 'user3' });
    await idle();
    expect(await stateOf(second.id)).toBe('offered');
  });
});
