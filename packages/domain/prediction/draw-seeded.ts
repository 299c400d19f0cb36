import type { Random } from '../run-queue/plan-assignments.ts';

/** Mulberry32: the same numbers for the same seed everywhere, so that a prediction of the same queue is the same again. */
export function drawSeeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
