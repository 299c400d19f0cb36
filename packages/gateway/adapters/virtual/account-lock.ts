import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { isAlive, startTimeOf } from '../../session-desktop/process-facts.ts';

interface LockHolder {
  readonly sessionId: string;
  readonly pid: number;
  readonly startTime: string;
}

/**
 * One session of ours at a time for the account, across all gateways that run as it. The file outlives a gateway that was
 * killed, together with the session it stands for; without either it is void.
 */
export function takeLock(path: string, sessionId: string, sessionExists: (sessionId: string) => boolean): boolean {
  const holder: LockHolder = { sessionId, pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
  if (create(path, holder)) return true;
  const present = readHolder(path);
  if (present !== undefined && (sessionExists(present.sessionId) || isAlive(present))) return false;
  remove(path);
  return create(path, holder);
}

export function giveLockBack(path: string, sessionId: string): void {
  if (readHolder(path)?.sessionId === sessionId) remove(path);
}

export function holdsLock(path: string, sessionId: string): boolean {
  return readHolder(path)?.sessionId === sessionId;
}

function create(path: string, holder: LockHolder): boolean {
  try {
    writeFileSync(path, JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockHolder;
  } catch {
    return undefined;
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Somebody else removed it first.
  }
}
