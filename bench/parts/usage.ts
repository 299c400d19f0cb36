import { readdirSync, readFileSync } from 'node:fs';

/** The kernel counts processor time in hundredths of a second for everybody. */
const TICKS_PER_SECOND = 100;

export interface Usage {
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

/** Of a process alone: its processor time since its start, and the memory that it has now. */
export function usageOf(pid: number): Usage {
  return { cpuSeconds: cpuOf(pid).own, memoryBytes: memoryOf(pid) };
}

/** Of PostgreSQL with all its processes; those that have ended are counted by the one that started them. */
export function usageOfTree(pid: number): Usage {
  const pids = [pid, ...childrenOf(pid)];
  const ended = cpuOf(pid).ofEndedChildren;
  return {
    cpuSeconds: pids.reduce((sum, one) => sum + cpuOf(one).own, ended),
    memoryBytes: pids.reduce((sum, one) => sum + memoryOf(one), 0),
  };
}

/** Fields of /proc/PID/stat after the name, which may hold anything but a last bracket. */
function statOf(pid: number): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function cpuOf(pid: number): { readonly own: number; readonly ofEndedChildren: number } {
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = statOf(pid).slice(11, 15).map(Number);
  return { own: (user + system) / TICKS_PER_SECOND, ofEndedChildren: (childUser + childSystem) / TICKS_PER_SECOND };
}

/** What PostgreSQL's processes share is divided among them. */
function memoryOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && Number(statOf(pid)[1]) === parent);
}

/** Between two looks; of the cores, 1 is one of them fully. */
export function used(before: Usage, after: Usage, seconds: number) {
  return {
    cores: Number(((after.cpuSeconds - before.cpuSeconds) / seconds).toFixed(2)),
    memoryMb: Math.round(after.memoryBytes / 1e6),
  };
}
