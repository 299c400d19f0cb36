import { expect, test } from 'vitest';
import { BEGIN_APART_MS, createByTheClock } from './by-the-clock.ts';

/** Timers whose time passes when a test says so. */
function heldTimers() {
  let nowMs = 0;
  let due: { atMs: number; act: () => void }[] = [];
  const after = (delayMs: number, act: () => void): (() => void) => {
    const one = { atMs: nowMs + delayMs, act };
    due.push(one);
    return () => {
      due = due.filter((other) => other !== one);
    };
  };
  const every = (intervalMs: number, act: () => void): (() => void) => {
    let stop = (): void => undefined;
    const next = (): void => {
      stop = after(intervalMs, () => {
        next();
        act();
      });
    };
    next();
    return () => stop();
  };
  const pass = async (ms: number): Promise<void> => {
    const untilMs = nowMs + ms;
    for (;;) {
      // What was begun and can end at once has ended before the next act.
      await new Promise((resolve) => setImmediate(resolve));
      const [next] = due.filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      due = due.filter((other) => other !== next);
      nowMs = next.atMs;
      next.act();
    }
    nowMs = untilMs;
  };
  return { nowMs: () => nowMs, after, every, pass };
}

test('works whose intervals meet never come in the same moment', async () => {
  const timers = heldTimers();
  const every = createByTheClock(timers, (error) => expect.unreachable(String(error)));
  const turns: number[] = [];
  for (const intervalMs of [1_000, 1_000, 5_000, 15_000])
    every(intervalMs, () => Promise.resolve(turns.push(timers.nowMs())));
  await timers.pass(60_000);
  expect(turns).toHaveLength(60 + 59 + 11 + 3);
  const sorted = turns.toSorted((a, b) => a - b);
  const apart = sorted.slice(1).map((ms, index) => ms - (sorted[index] ?? 0));
  expect(Math.min(...apart)).toBe(BEGIN_APART_MS);
});

test('a work that takes longer than its interval leaves turns out, and one that fails has its next turn', async () => {
  const timers = heldTimers();
  const faults: unknown[] = [];
  const every = createByTheClock(timers, (error) => faults.push(error));
  const long = Promise.withResolvers<void>();
  const count = { long: 0, failing: 0 };
  every(1_000, () => {
    count.long += 1;
    return count.long === 1 ? long.promise : Promise.resolve();
  });
  every(1_000, () => {
    count.failing += 1;
    return Promise.reject(new Error(`turn ${String(count.failing)}`));
  });
  await timers.pass(3_500);
  expect([count, faults.map(String)]).toEqual([
    { long: 1, failing: 3 },
    ['Error: turn 1', 'Error: turn 2', 'Error: turn 3'],
  ]);
  long.resolve();
  await timers.pass(1_000);
  expect(count.long).toBe(2);
});

test('stopped, it waits for what is under way and begins nothing more, also before its first turn', async () => {
  const timers = heldTimers();
  const every = createByTheClock(timers, (error) => expect.unreachable(String(error)));
  const work = Promise.withResolvers<void>();
  const begun: string[] = [];
  const stopFirst = every(1_000, () => {
    begun.push('first');
    return work.promise;
  });
  const stopSecond = every(1_000, () => Promise.resolve(begun.push('second')));
  await timers.pass(1_000);
  await stopSecond();
  let isStopped = false;
  const stopping = stopFirst().then(() => (isStopped = true));
  await timers.pass(5_000);
  expect([begun, isStopped]).toEqual([['first'], false]);
  work.resolve();
  await stopping;
  expect(begun).toEqual(['first']);
});
