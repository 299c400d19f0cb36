import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { dirname } from 'node:path';
import { Trouble, say } from './trouble.mjs';

const LOCK_WAIT_MAX_MS = 15 * 60_000;
const LOCK_POLL_MS = 250;
// A lock file is written in two steps (created, then filled), so an empty one is stale only after this long.
const LOCK_EMPTY_STALE_MS = 5_000;

/** Runs `work` while no other preparation of this folder runs. The lock of a process that is gone is taken over. */
export async function withLock(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  const giveUpAt = Date.now() + LOCK_WAIT_MAX_MS;
  for (let told = false; !taken(file); told = true) {
    if (isStale(file)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) say(`another preparation of this folder is running (process ${holder(file)}), waiting for it`);
    if (Date.now() > giveUpAt)
      throw new Trouble(
        `Another preparation (process ${holder(file)}) has been running for a quarter of an hour.`,
        `End it and start again, or delete ${file}.`,
      );
    await wait(LOCK_POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function taken(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function holder(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

function isStale(file) {
  const pid = holder(file);
  if (pid === 0) return ageMs(file) > LOCK_EMPTY_STALE_MS;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function ageMs(file) {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}
