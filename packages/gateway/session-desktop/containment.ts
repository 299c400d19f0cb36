import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import {
  environmentOf,
  processFact,
  processIds,
  readProcFile,
  signalQuietly,
  startTimeOf,
  type ProcessFact,
} from './process-facts.ts';
import { until } from './waiting.ts';

/**
 * What holds all processes of a session together, so that sign-out finds them wherever they hide: a cgroup where the
 * kernel allows one, else the marker DESKHAND_SESSION in their environment with their process groups and descendants.
 */
export interface Containment {
  /** Empty where there is no cgroup. A program enters by writing itself into `<cgroup>/cgroup.procs`. */
  readonly cgroup: string;
  isEmpty(): boolean;
  processIds(): readonly number[];
  /** SIGKILL for everybody, then waits until nobody is left; false when somebody still is. */
  end(): Promise<boolean>;
}

export const SESSION_MARKER = 'DESKHAND_SESSION';
const END_TIMEOUT_MS = 20_000;

export function parseCgroup2Mount(mounts: string): string | undefined {
  for (const line of mounts.split('\n')) {
    const [, folder, type, options] = line.split(' ');
    if (type === 'cgroup2' && folder !== undefined && options?.split(',').includes('rw')) return folder;
  }
  return undefined;
}

/** The cgroup2 tree, whether it is the only one or stands beside version 1 controllers. */
export function cgroup2Root(): string | undefined {
  return parseCgroup2Mount(readProcFile('self', 'mounts') ?? '');
}

/** The cgroup of a process in the version 2 tree: the line that begins with `0::`. */
export function parseCgroup2Path(text: string): string | undefined {
  return /^0::(\/.*)$/m.exec(text)?.[1];
}

/** Makes (or finds) a cgroup, unless the kernel or the machine's owner does not let us. */
export function makeCgroup(path: string): boolean {
  try {
    mkdirSync(path, { recursive: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
  }
  return existsSync(`${path}/cgroup.procs`);
}

export function cgroupContainment(cgroup: string): Containment {
  return {
    cgroup,
    isEmpty: () => isUnpopulated(cgroup),
    processIds: () => cgroupProcesses(cgroup),
    end: async () => {
      const met = new Map<number, string | undefined>();
      const meet = (): void => {
        for (const pid of cgroupProcesses(cgroup)) met.set(pid, startTimeOf(pid) ?? met.get(pid));
      };
      const endAll = (): boolean => {
        meet();
        const isEmpty = killCgroup(cgroup);
        // Those that were forked since; killed as well, they can fork no more.
        meet();
        return isEmpty || isUnpopulated(cgroup);
      };
      // A process leaves its cgroup a moment before it has ended.
      const isGone = ([pid, startTime]: readonly [number, string | undefined]): boolean =>
        startTime === undefined || startTimeOf(pid) !== startTime;
      // A program whose start was under way may enter until the cgroup is removed, so each look begins with the killing.
      return until(() => endAll() && [...met].every(isGone) && removeCgroup(cgroup), END_TIMEOUT_MS);
    },
  };
}

/** True when nobody was left to kill. A process that entered after the last kill is met by the next one. */
function killCgroup(cgroup: string): boolean {
  if (isUnpopulated(cgroup)) return true;
  try {
    writeFileSync(`${cgroup}/cgroup.kill`, '1');
  } catch {
    // Kernels before 5.14 have no cgroup.kill; the loop around this call meets whoever was forked meanwhile.
    for (const pid of cgroupProcesses(cgroup)) signalQuietly(pid, 'SIGKILL');
  }
  return false;
}

function isUnpopulated(cgroup: string): boolean {
  try {
    return /^populated 0$/m.test(readFileSync(`${cgroup}/cgroup.events`, 'utf8'));
  } catch {
    return true;
  }
}

function cgroupProcesses(cgroup: string): readonly number[] {
  try {
    return readFileSync(`${cgroup}/cgroup.procs`, 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function removeCgroup(cgroup: string): boolean {
  try {
    for (const entry of readdirSync(cgroup, { withFileTypes: true })) {
      if (entry.isDirectory()) removeCgroup(`${cgroup}/${entry.name}`);
    }
    rmdirSync(cgroup);
  } catch {
    return !existsSync(cgroup);
  }
  return true;
}

export function markerContainment(sessionId: string, uid: number): Containment {
  const members = (): readonly ProcessFact[] => markedProcesses(sessionId, uid, allProcesses(), environmentOf);
  return {
    cgroup: '',
    isEmpty: () => members().length === 0,
    processIds: () => members().map((one) => one.pid),
    end: () =>
      until(() => {
        for (const { pid } of members()) signalQuietly(pid, 'SIGKILL');
        return members().length === 0;
      }, END_TIMEOUT_MS),
  };
}

function allProcesses(): readonly ProcessFact[] {
  return processIds().flatMap((pid) => processFact(pid) ?? []);
}

/**
 * Marked processes of the account, with whoever shares a process group with one that leads it or descends from one: a
 * program that empties its environment usually keeps one of these ties.
 */
export function markedProcesses(
  sessionId: string,
  uid: number,
  processes: readonly ProcessFact[],
  environment: (pid: number) => ReadonlyMap<string, string>,
): readonly ProcessFact[] {
  const candidates = processes.filter((one) => one.uid === uid && !one.zombie);
  const members = new Set(candidates.filter((one) => environment(one.pid).get(SESSION_MARKER) === sessionId));
  for (let before = -1; before !== members.size; ) {
    before = members.size;
    const ids = new Set([...members].map((one) => one.pid));
    for (const one of candidates) if (ids.has(one.parent) || ids.has(one.group)) members.add(one);
  }
  return [...members];
}
