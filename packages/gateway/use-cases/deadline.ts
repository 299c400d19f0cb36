import type { Timers } from '@deskhand/protocol/timers.ts';
import type { BootClock } from '../ports/machine.ts';

/** Timers stop while the machine sleeps, so the clock that does not is asked at least this often. */
const DEADLINE_POLL_MS = 1_000;

/** Calls back once when the boot clock has reached a moment; answers how to call it off. */
export function onDeadline(
  { clock, timers }: { readonly clock: BootClock; readonly timers: Timers },
  atBootMs: number,
  reached: () => void,
): () => void {
  let callOff: (() => void) | undefined;
  const look = (): void => {
    const leftMs = atBootMs - clock.nowMs();
    if (leftMs <= 0) reached();
    else callOff = timers.after(Math.min(leftMs, DEADLINE_POLL_MS), look);
  };
  look();
  return () => callOff?.();
}
