import { describe, expect, test } from 'vitest';
import { describedLoad, type LoadDescription } from './described-load.ts';
import { MINUTE_MS } from './small-loads.ts';

const HOUR_MS = 60 * MINUTE_MS;
const ordinary: LoadDescription = {
  perHour: 30,
  durationMs: 4 * MINUTE_MS,
  startDeadlineMs: 30 * MINUTE_MS,
  fromHour: 8,
  toHour: 18,
  accounts: 3,
  flows: 6,
  days: 5,
};

function load(change: Partial<LoadDescription> = {}) {
  const described = describedLoad({ ...ordinary, ...change });
  if (!described.ok) throw new Error(described.because);
  return described.load;
}

describe('a load that is described in a few words', () => {
  test('comes within its hours, about as often as was said, in the order of its moments', () => {
    const { runs } = load();
    const hours = runs.map(({ atMs }) => (atMs / HOUR_MS) % 24);
    expect(Math.min(...hours)).toBeGreaterThanOrEqual(8);
    expect(Math.max(...hours)).toBeLessThan(18);
    expect(runs.length / 50).toBeGreaterThan(27);
    expect(runs.length / 50).toBeLessThan(33);
    expect(runs.map(({ atMs }) => atMs)).toEqual(runs.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
  });

  test('takes as long as was said, by its middle', () => {
    const durations = load()
      .runs.map(({ durationMs }) => durationMs)
      .toSorted((a, b) => a - b);
    const middle = durations[Math.floor(durations.length / 2)] ?? 0;
    expect(middle / MINUTE_MS).toBeGreaterThan(3.6);
    expect(middle / MINUTE_MS).toBeLessThan(4.4);
  });

  test('shares its flows among its accounts', () => {
    const { runs } = load();
    expect(new Set(runs.map(({ user }) => user)).size).toBe(3);
    expect(new Set(runs.map(({ flow }) => flow)).size).toBe(6);
    expect(new Set(runs.filter(({ flow }) => flow === 'flow 1').map(({ user }) => user)).size).toBe(1);
  });

  test('is the same again', () => expect(load()).toEqual(load()));

  test('is refused where it has no run or more than a plan plays', () => {
    expect(describedLoad({ ...ordinary, toHour: 8 })).toEqual({ ok: false, because: 'no-runs' });
    expect(describedLoad({ ...ordinary, perHour: 5_000 })).toEqual({ ok: false, because: 'too-many-runs' });
  });
});
