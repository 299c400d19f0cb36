const MINUTE_MS = 60_000;

/** Wall time may move this far against the monotonic clock between two sweeps before nothing expires. */
export const CLOCK_JUMP_TOLERATED_MS = 5 * MINUTE_MS;
/** After a jump deadlines rest this long, unless an operator confirms the time earlier. */
export const CLOCK_JUMP_PAUSE_MS = 10 * MINUTE_MS;

export interface ClockReading {
  /** The database's time. */
  readonly wallMs: number;
  /** A clock that only ever counts up, of the process that sweeps. */
  readonly monotonicMs: number;
}

/** Guards deadlines against a clock that was set: people's runs must not all expire because a server's time was wrong. */
export type ClockGuard =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'steady'; readonly last: ClockReading }
  | {
      readonly kind: 'jumped';
      readonly last: ClockReading;
      readonly jumpMs: number;
      readonly sinceMonotonicMs: number;
    };

export const freshClockGuard: ClockGuard = { kind: 'fresh' };

/** One sweep: the guard's next state, and whether deadlines count in this sweep. */
export function sweepClock(
  guard: ClockGuard,
  now: ClockReading,
): { readonly guard: ClockGuard; readonly mayExpire: boolean } {
  const jumpMs = guard.kind === 'fresh' ? 0 : jumpBetween(guard.last, now);
  if (Math.abs(jumpMs) > CLOCK_JUMP_TOLERATED_MS) {
    return { guard: { kind: 'jumped', last: now, jumpMs, sinceMonotonicMs: now.monotonicMs }, mayExpire: false };
  }
  if (guard.kind === 'jumped' && now.monotonicMs - guard.sinceMonotonicMs < CLOCK_JUMP_PAUSE_MS) {
    return { guard: { ...guard, last: now }, mayExpire: false };
  }
  return { guard: { kind: 'steady', last: now }, mayExpire: true };
}

/** An operator says that the time is right now. */
export function confirmClock(guard: ClockGuard): ClockGuard {
  return guard.kind === 'jumped' ? { kind: 'steady', last: guard.last } : guard;
}

function jumpBetween(last: ClockReading, now: ClockReading): number {
  return now.wallMs - last.wallMs - (now.monotonicMs - last.monotonicMs);
}
