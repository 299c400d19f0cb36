import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { LOOKING_MARKER } from './helper-messages.ts';

const LOOK_PAUSE_MS = 50;
const FORCED_WAIT_MS = 2_000;

/**
 * Signs the session of this display out, as its own account and with its rights alone: its programs are asked to end, those
 * that do not are ended, and then the display goes. Called only when the person at it agreed.
 */
export async function endSession(environment: NodeJS.ProcessEnv, graceMs: number): Promise<void> {
  const display = displayNumber(environment['DISPLAY']);
  if (display === undefined) throw new Error('DISPLAY names no display of this machine');
  const programs = (): readonly number[] => ownProcesses().filter((pid) => belongsTo(pid, display));
  await endAll(programs, graceMs);
  // Only a display of the account itself ends this way; another one is its display manager's, which notices by itself.
  const server = displayServer(display);
  await endAll(() => ownProcesses().filter((pid) => pid === server), FORCED_WAIT_MS);
}

async function endAll(left: () => readonly number[], graceMs: number): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGTERM', graceMs],
    ['SIGKILL', FORCED_WAIT_MS],
  ] as const) {
    for (const pid of left()) signalTo(pid, signal);
    for (const end = performance.now() + waitMs; performance.now() < end && left().length > 0; )
      await pause(LOOK_PAUSE_MS);
  }
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}

function ownProcesses(): readonly number[] {
  const own = process.getuid?.();
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) return [];
    const status = readOr(`/proc/${entry}/status`, '');
    const isZombie = /^State:\s+Z/m.test(status);
    return Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]) === own && !isZombie ? [Number(entry)] : [];
  });
}

/** What looks at the session for Deskhand carries its marker and is no part of it. */
function belongsTo(pid: number, display: number): boolean {
  const variables = readOr(`/proc/${String(pid)}/environ`, '').split('\0');
  if (variables.some((one) => one.startsWith(`${LOOKING_MARKER}=`))) return false;
  return variables.some((one) => one.startsWith('DISPLAY=') && displayNumber(one.slice('DISPLAY='.length)) === display);
}

/** An X server writes its process id here; whose process that is decides whether it can be ended. */
function displayServer(display: number): number {
  return Number(readOr(`/tmp/.X${String(display)}-lock`, '').trim());
}

function displayNumber(text: string | undefined): number | undefined {
  const match = /^(?:unix)?:(\d+)(?:\.\d+)?$/.exec(text ?? '');
  return match === null ? undefined : Number(match[1]);
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
