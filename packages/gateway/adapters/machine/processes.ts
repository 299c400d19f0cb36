import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Processes } from '../../ports/machine.ts';

const END_POLL_MS = 20;
/** After SIGKILL only the kernel can still be slow. */
const END_CERTAIN_WAIT_MS = 2_000;

export const processes: Processes = { startTime: processStartTime, end: endProcess };

/** Field 22 of /proc/PID/stat: ticks since the machine started. The name in field 2 may hold spaces and brackets. */
export function processStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

async function endProcess(process: { readonly pid: number; readonly startTime: string }, graceMs: number) {
  if (!signal(process, 'SIGTERM')) return;
  if (await isGoneWithin(process, graceMs)) return;
  signal(process, 'SIGKILL');
  await isGoneWithin(process, END_CERTAIN_WAIT_MS);
}

function signal({ pid, startTime }: { readonly pid: number; readonly startTime: string }, name: NodeJS.Signals) {
  if (processStartTime(pid) !== startTime) return false;
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

async function isGoneWithin(of: { readonly pid: number; readonly startTime: string }, limitMs: number) {
  const until = performance.now() + limitMs;
  while (processStartTime(of.pid) === of.startTime) {
    if (performance.now() > until) return false;
    await wait(END_POLL_MS);
  }
  return true;
}
