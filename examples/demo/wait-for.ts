import { setTimeout as pause } from 'node:timers/promises';

const LOOK_INTERVAL_MS = 50;

/** Looks until there is an answer; ends with the demo when it is stopped, and names what it waited for in vain, as it stands then. */
export async function waitFor<T>(
  what: string | (() => string),
  signal: AbortSignal,
  look: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 30_000,
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const answer = await look();
    if (answer !== undefined) return answer;
    if (performance.now() > deadlineMs) {
      const said = typeof what === 'string' ? what : what();
      throw new Error(`Waited ${timeoutMs / 1_000} s in vain for ${said}.`);
    }
    await pause(LOOK_INTERVAL_MS, undefined, { signal });
  }
}
