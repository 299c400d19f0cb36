import type { Timers } from '@deskhand/protocol/timers.ts';

/**
 * How long after the work before it each one begins. Their intervals are whole seconds, so that without it many would come in
 * the same moment, each on a database connection of its own. Most of these would be new ones, and the next submits would
 * find nothing prepared on them.
 */
export const BEGIN_APART_MS = 100;

/** Begins a work that is done again and again; answers how to stop it, which waits for what is under way. */
export type ByTheClock = (intervalMs: number, work: () => Promise<unknown>) => () => Promise<void>;

/** A work that takes longer than its interval leaves turns out; one that fails says so and has its next turn. */
export function createByTheClock(timers: Timers, onFault: (error: unknown) => void): ByTheClock {
  let begun = 0;
  return (intervalMs, work) => {
    let current: Promise<unknown> | undefined;
    const turn = (): void => {
      current ??= work()
        .catch(onFault)
        .finally(() => {
          current = undefined;
        });
    };
    let stop = timers.after(begun * BEGIN_APART_MS, () => {
      stop = timers.every(intervalMs, turn);
    });
    begun += 1;
    return async () => {
      stop();
      await current;
    };
  };
}
