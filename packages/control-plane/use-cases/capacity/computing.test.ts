import { describe, expect, test } from 'vitest';
import type { InSteps } from '@deskhand/domain/capacity-planner/play-load.ts';
import {
  COMPUTATIONS_PER_MINUTE_MAX,
  COMPUTATIONS_WAITING_MAX,
  COMPUTING_MAX_MS,
  createComputing,
  SLICE_MAX_MS,
} from './computing.ts';

/** A clock that each step moves on, and a note of what had its turn in between. */
function world() {
  const clock = { nowMs: 0, turns: 0, sliceMs: 0, longestMs: 0 };
  const computing = createComputing({
    timers: { nowMs: () => clock.nowMs },
    turn: async () => {
      clock.turns += 1;
      clock.longestMs = Math.max(clock.longestMs, clock.sliceMs);
      clock.sliceMs = 0;
      await Promise.resolve();
    },
  });
  const steps = function* (count: number, stepMs: number): InSteps<number> {
    for (let step = 0; step < count; step += 1) {
      clock.nowMs += stepMs;
      clock.sliceMs += stepMs;
      yield;
    }
    return count;
  };
  return { clock, computing, steps };
}

describe('what takes long is computed beside everything else', () => {
  test('others have their turn after each slice', async () => {
    const { clock, computing, steps } = world();
    expect(await computing.of('ada', () => steps(100, 3))).toEqual({ ok: true, value: 100 });
    expect(clock.turns).toBeGreaterThanOrEqual(19);
    expect(clock.longestMs).toBeLessThan(SLICE_MAX_MS + 3);
  });

  test('what would take too long is given up with a code', async () => {
    const { clock, computing, steps } = world();
    expect(await computing.of('ada', () => steps(1_000_000, 10))).toMatchObject({ ok: false, code: 'plan-too-large' });
    expect(clock.nowMs).toBeLessThan(COMPUTING_MAX_MS + 2 * SLICE_MAX_MS);
  });

  test('one is computed at a time, few wait, and more are told to come again', async () => {
    const { computing, steps } = world();
    const order: string[] = [];
    const ask = async (name: string) => {
      const answer = await computing.of(name, () => steps(10, 10));
      order.push(name);
      return answer.ok;
    };
    const names = Array.from({ length: COMPUTATIONS_WAITING_MAX + 3 }, (_, index) => `account ${String(index)}`);
    const answers = await Promise.all(names.map(ask));
    expect(answers.filter((isDone) => !isDone)).toHaveLength(2);
    expect(order.filter((name) => answers[names.indexOf(name)])).toEqual(names.slice(0, -2));
    expect(await ask('later')).toBe(true);
  });

  test('one that breaks does not stop the next', async () => {
    const { computing, steps } = world();
    const broken = function* (): InSteps<number> {
      yield;
      throw new Error('broken');
    };
    const both = await Promise.allSettled([computing.of('ada', broken), computing.of('bob', () => steps(1, 1))]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  test('nobody asks more often than a person would', async () => {
    const { clock, computing, steps } = world();
    for (let count = 0; count < COMPUTATIONS_PER_MINUTE_MAX; count += 1) await computing.of('ada', () => steps(1, 1));
    expect(await computing.of('ada', () => steps(1, 1))).toMatchObject({ ok: false, code: 'rate-limited' });
    expect(await computing.of('bob', () => steps(1, 1))).toMatchObject({ ok: true });
    clock.nowMs += 60_000;
    expect(await computing.of('ada', () => steps(1, 1))).toMatchObject({ ok: true });
  });
});
