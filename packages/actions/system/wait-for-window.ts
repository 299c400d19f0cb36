import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../process/find-program.ts';
import { runProcess } from '../process/run-process.ts';
import { processOf } from './processes.ts';

const LOOK_AGAIN_MS = 100;
const LOOK_TIMEOUT_MS = 5_000;

/**
 * The first visible window of a program, by xdotool; undefined when there is no display, when the program ended, or when
 * the time is over.
 */
export async function waitForWindow(
  processId: number,
  environment: Readonly<Record<string, string>>,
  timeoutMs: number | undefined,
  signal: AbortSignal,
): Promise<number | undefined> {
  const command = findProgram('xdotool', environment['PATH']);
  if (command === undefined || (environment['DISPLAY'] ?? '') === '') return undefined;
  const until = timeoutMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs;
  const args = ['search', '--onlyvisible', '--pid', String(processId)];
  do {
    const { stdout } = await runProcess({
      command,
      args,
      folder: '/',
      environment,
      timeoutMs: LOOK_TIMEOUT_MS,
      signal,
    });
    const handle = /^\d+/m.exec(stdout.toString())?.[0];
    if (handle !== undefined) return Number(handle);
    if (processOf(processId) === undefined) return undefined;
    await sleep(LOOK_AGAIN_MS, undefined, { signal });
  } while (performance.now() < until);
  return undefined;
}
