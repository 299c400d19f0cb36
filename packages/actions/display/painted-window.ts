import { setTimeout as sleep } from 'node:timers/promises';
import { waitForWindow } from '../system/wait-for-window.ts';

/** A program that has not shown its window by then is taken for one that shows none. */
const SHOWN_WITHIN_MS = 10_000;
/** A window is on the screen before anything is drawn into it. */
const PAINTED_AFTER_MS = 200;

/** Whether the window of a program can be seen now; false when it ended before, or when nobody can tell. */
export async function windowIsPainted(
  processId: number,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    if ((await waitForWindow(processId, environment, SHOWN_WITHIN_MS, signal)) === undefined) return false;
    await sleep(PAINTED_AFTER_MS, undefined, { signal });
    return true;
  } catch {
    // The run ended meanwhile, and its windows with it.
    return false;
  }
}
