import { expect, test } from 'vitest';
import { COUNT_AGE_MAX_MS, COUNTED_EACH_TIME_MAX, createQueueDepth, FULL_AGE_MAX_MS } from './queue-depth.ts';

const LIMIT = 1_000_000;

function queueOf(waiting: number) {
  const world = { waiting, nowMs: 0, counted: 0 };
  const countQueued = (_clusterId: string, limit: number): Promise<number> => {
    const count = Math.min(world.waiting, limit);
    world.counted += count;
    return Promise.resolve(count);
  };
  return { world, depth: createQueueDepth({ countQueued }, LIMIT, { nowMs: () => world.nowMs }) };
}

test('a short queue is counted each time, so that what is shown is exact', async () => {
  const { world, depth } = queueOf(COUNTED_EACH_TIME_MAX - 1);
  expect(await depth.shown('cluster')).toBe(COUNTED_EACH_TIME_MAX - 1);
  world.waiting += 1;
  expect(await depth.shown('cluster')).toBe(COUNTED_EACH_TIME_MAX);
});

test('a long queue is counted once for whoever asks within a few seconds', async () => {
  const { world, depth } = queueOf(500_000);
  const asked = await Promise.all(Array.from({ length: 50 }, () => depth.shown('cluster')));
  expect(new Set(asked)).toEqual(new Set([500_000]));
  expect(world.counted).toBe(500_000 + 50 * (COUNTED_EACH_TIME_MAX + 1));
  world.waiting = 600_000;
  expect(await depth.shown('cluster')).toBe(500_000);
  world.nowMs = COUNT_AGE_MAX_MS;
  expect(await depth.shown('cluster')).toBe(600_000);
});

test('a count that failed is not kept', async () => {
  let isAway = true;
  const countQueued = (_clusterId: string, limit: number): Promise<number> =>
    isAway && limit === LIMIT ? Promise.reject(new Error('away')) : Promise.resolve(Math.min(5_000, limit));
  const depth = createQueueDepth({ countQueued }, LIMIT, { nowMs: () => 0 });
  await expect(depth.shown('cluster')).rejects.toThrow('away');
  isAway = false;
  expect(await depth.shown('cluster')).toBe(5_000);
});

test('a full queue is counted once a second, however many submits it refuses', async () => {
  const { world, depth } = queueOf(LIMIT);
  const answers = await Promise.all(Array.from({ length: 50 }, () => depth.hasRoom('cluster')));
  answers.push(await depth.hasRoom('cluster'));
  expect(new Set(answers)).toEqual(new Set([false]));
  // Whoever asked while the first count was under way shares the second one.
  expect(world.counted).toBe(2 * LIMIT);
  world.waiting -= 1;
  expect(await depth.hasRoom('cluster')).toBe(false);
  world.nowMs = FULL_AGE_MAX_MS;
  expect(await depth.hasRoom('cluster')).toBe(true);
});
