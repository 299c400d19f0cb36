import { readFileSync, readdirSync } from 'node:fs';

/** What /proc tells of one process. Read synchronously: a few hundred small virtual files take milliseconds. */
export interface ProcessFact {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly uid: number;
  readonly zombie: boolean;
  readonly startTime: string;
  readonly name: string;
}

interface StatFields {
  readonly name: string;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly threads: number;
  readonly startTime: string;
}

/** The name stands in parentheses and may itself hold spaces and parentheses, so fields are counted from the last one. */
export function parseStat(text: string): StatFields | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(' ');
  const [state, parent, group] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined) return undefined;
  return {
    name: text.slice(open + 1, close),
    state,
    parent: Number(parent),
    group: Number(group),
    threads: Number(fields[17]),
    startTime,
  };
}

export function parseUid(status: string): number | undefined {
  const match = /^Uid:\s+(\d+)/m.exec(status);
  return match ? Number(match[1]) : undefined;
}

export function parseEnvironment(bytes: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const entry of bytes.split('\0')) {
    const equals = entry.indexOf('=');
    if (equals > 0) entries.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  return entries;
}

/** Processes come and go while /proc is read; one that has gone reads as undefined. */
export function readProcFile(pid: number | 'self', file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

export function processIds(): readonly number[] {
  return readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? [Number(entry)] : []));
}

export function processFact(pid: number): ProcessFact | undefined {
  const stat = parseStat(readProcFile(pid, 'stat') ?? '');
  const uid = parseUid(readProcFile(pid, 'status') ?? '');
  if (stat === undefined || uid === undefined) return undefined;
  const { name, parent, group, startTime } = stat;
  return { pid, parent, group, uid, zombie: stat.state === 'Z' || stat.state === 'X', startTime, name };
}

export function environmentOf(pid: number): ReadonlyMap<string, string> {
  return parseEnvironment(readProcFile(pid, 'environ') ?? '');
}

/**
 * With the pid it names one process for ever. A zombie counts as gone: nobody may be there to reap it. While threads of it
 * are still ending it is not gone, because they hold its open files and with them its locks.
 */
export function startTimeOf(pid: number): string | undefined {
  const stat = parseStat(readProcFile(pid, 'stat') ?? '');
  const hasEnded = stat === undefined || stat.state === 'X' || (stat.state === 'Z' && stat.threads <= 1);
  return hasEnded ? undefined : stat.startTime;
}

export function isAlive(process: { readonly pid: number; readonly startTime: string }): boolean {
  return startTimeOf(process.pid) === process.startTime;
}

/** Where nothing is amiss when it is gone already. */
export function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}

/** Signals exactly this process, never one that was given its number later. */
export function signalProcess(
  target: { readonly pid: number; readonly startTime: string },
  signal: NodeJS.Signals,
): boolean {
  if (!isAlive(target)) return false;
  try {
    return process.kill(target.pid, signal);
  } catch {
    return false;
  }
}
