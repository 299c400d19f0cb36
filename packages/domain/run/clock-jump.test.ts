import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CLOCK_JUMP_PAUSE_MS, type ClockGuard, confirmClock, freshClockGuard, sweepClock } from './clock-jump.ts';

/** Each sweep is `wall/monotonic` in minutes, `ok` is an operator's word; the answer is x for each sweep that rests. */
function check(sweeps: string, expected: string): void {
  let guard: ClockGuard = freshClockGuard;
  let answers = '';
  for (const word of sweeps.split(' ')) {
    if (word === 'ok') {
      guard = confirmClock(guard);
      continue;
    }
    const [wall, monotonic] = word.split('/').map((minutes) => Number(minutes) * 60_000);
    const swept = sweepClock(guard, { wallMs: wall ?? 0, monotonicMs: monotonic ?? 0 });
    guard = swept.guard;
    answers += swept.mayExpire ? '.' : 'x';
  }
  expect(answers).toBe(expected);
}

test('while both clocks go alike, deadlines count', () => check('100/1 101/2 160/61', '...'));
test('a wall clock that moves five minutes is tolerated', () => check('100/1 106/2', '..'));
test('a wall clock that jumps ahead stops all deadlines', () => check('100/1 107/2', '.x'));
test('a wall clock that jumps back stops all deadlines', () => check('100/1 90/2', '.x'));
test('deadlines count again ten minutes after a jump', () => check('100/1 200/2 209/11 210/12', '.xx.'));
test('deadlines count again when an operator confirms the time', () => check('100/1 200/2 ok 201/3', '.x.'));
test('a second jump starts the ten minutes anew', () => check('100/1 200/2 309/11 310/12 319/21', '.xxx.'));
test('confirming a steady clock changes nothing', () => check('100/1 ok 101/2', '..'));

test('after any past, clocks that go alike for ten minutes let deadlines count again', () => {
  const reading = fc.record({ wallMs: fc.integer({ min: -1e12, max: 1e12 }), monotonicMs: fc.nat(1_000_000) });
  fc.assert(
    fc.property(fc.array(reading), (readings) => {
      const past = readings.toSorted((a, b) => a.monotonicMs - b.monotonicMs);
      let guard: ClockGuard = freshClockGuard;
      for (const now of past) guard = sweepClock(guard, now).guard;
      const last = past.at(-1) ?? { wallMs: 0, monotonicMs: 0 };
      const later = (ms: number) => ({ wallMs: last.wallMs + ms, monotonicMs: last.monotonicMs + ms });
      expect(sweepClock(guard, later(CLOCK_JUMP_PAUSE_MS)).mayExpire).toBe(true);
    }),
  );
});
