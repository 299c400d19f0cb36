import { setTimeout as pause } from 'node:timers/promises';

const LOOK_INTERVAL_MS = 50;

/** Looks until there is an answer; fails with what was waited for, never by luck of a fixed pause. */
export async function waitUntil<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await look();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain for: ${what}`);
    await pause(LOOK_INTERVAL_MS);
  }
}
