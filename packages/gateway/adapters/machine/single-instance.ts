import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { processStartTime } from './processes.ts';

/** Held while a gateway runs; a lock whose process has gone is taken over. */
export interface InstanceLock {
  readonly release: () => void;
}
export type LockAnswer =
  | { readonly ok: true; readonly lock: InstanceLock }
  | { readonly ok: false; readonly because: string };

const TAKE_OVER_TRIES_MAX = 3;

/** Two gateways on one data folder or one machine would each think that they alone hold its sessions. */
export function takeInstanceLock(path: string): LockAnswer {
  for (let tries = 0; tries < TAKE_OVER_TRIES_MAX; tries++) {
    if (createLock(path)) return { ok: true, lock: { release: () => rmSync(path, { force: true }) } };
    const holder = holderOf(path);
    if (holder !== null) {
      return { ok: false, because: `Another gateway is running (process ${holder.pid}); it holds ${path}.` };
    }
    rmSync(path, { force: true });
  }
  return { ok: false, because: `${path} is being taken by another gateway that starts now.` };
}

/** The gateway that holds a lock now; null when none does. */
export function holderOf(path: string): InstanceHolder | null {
  const holder = readHolder(path);
  return holder !== undefined && processStartTime(holder.pid) === holder.startTime ? holder : null;
}

export interface InstanceHolder {
  readonly pid: number;
  readonly startTime: string;
}

function createLock(path: string): boolean {
  try {
    const descriptor = openSync(path, 'wx', 0o600);
    writeSync(descriptor, JSON.stringify({ pid: process.pid, startTime: processStartTime(process.pid) }));
    fsyncSync(descriptor);
    closeSync(descriptor);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): InstanceHolder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as InstanceHolder;
  } catch {
    return undefined;
  }
}
