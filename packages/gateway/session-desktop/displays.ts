import { lstatOf } from './runtime-folder.ts';
import { readProcFile } from './process-facts.ts';

export const FIRST_DISPLAY = 100;
export const LAST_DISPLAY = 999;

const LISTENING = 0x10000;

/** Display numbers whose X server listens now; sockets of dead servers stay in /tmp but not in this list of the kernel's. */
export function parseLiveDisplays(unixSockets: string): ReadonlySet<number> {
  const displays = new Set<number>();
  for (const line of unixSockets.split('\n')) {
    const fields = line.trim().split(/\s+/);
    const match = /^@?\/tmp\/\.X11-unix\/X(\d+)$/.exec(fields[7] ?? '');
    if (match && (Number.parseInt(fields[3] ?? '', 16) & LISTENING) !== 0) displays.add(Number(match[1]));
  }
  return displays;
}

export function liveDisplays(): ReadonlySet<number> {
  return parseLiveDisplays(readProcFile('self', 'net/unix') ?? '');
}

/** `:12` and `:12.0` name local displays; anything with a host name is no session of this machine. */
export function displayNumber(display: string | undefined): number | undefined {
  const match = /^(?:unix)?:(\d{1,5})(?:\.\d{1,2})?$/.exec(display ?? '');
  return match ? Number(match[1]) : undefined;
}

const reserved = new Set<number>();

/**
 * An explicit number from :100 up stays off the number of a console that starts later. Reserved until released, because
 * two sign-ins at once would otherwise see the same free number; another process of ours may still win the race, which the
 * X server then tells.
 */
export function reserveDisplay(skip: ReadonlySet<number>, uid: number): number | undefined {
  const live = liveDisplays();
  for (let number = FIRST_DISPLAY; number <= LAST_DISPLAY; number++) {
    if (reserved.has(number) || skip.has(number) || live.has(number)) continue;
    if (isSomebodyElses(`/tmp/.X${number}-lock`, uid) || isSomebodyElses(`/tmp/.X11-unix/X${number}`, uid)) continue;
    reserved.add(number);
    return number;
  }
  return undefined;
}

/** What a dead server of the same account left is taken over by its X server; another account's cannot be removed by it. */
function isSomebodyElses(path: string, uid: number): boolean {
  const found = lstatOf(path);
  return found !== undefined && found.uid !== uid;
}

export function releaseDisplay(number: number): void {
  reserved.delete(number);
}
