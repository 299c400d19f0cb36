import { readdirSync, readFileSync } from 'node:fs';

export interface LivingProcess {
  readonly pid: number;
  readonly uid: number;
  readonly environment: readonly string[];
}

/** Every living process whose facts we may read; one that nobody has reaped yet is not alive. */
export function livingProcesses(): readonly LivingProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const status = textOf(`/proc/${name}/status`);
      if (status === '' || /^State:\s+[ZX]/m.test(status)) return [];
      const uid = Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]);
      return [{ pid: Number(name), uid, environment: textOf(`/proc/${name}/environ`).split('\0') }];
    });
}

export const processesMarked = (marker: string): readonly LivingProcess[] =>
  livingProcesses().filter(({ environment }) => environment.includes(marker));

export function endProcesses(processes: readonly LivingProcess[]): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has gone, or belongs to somebody else.
    return '';
  }
}
