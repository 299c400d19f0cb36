import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { basename } from 'node:path';

export interface RunningProcess {
  readonly id: number;
  /** Every name that somebody may know it by: of the program's file, of its first argument, of the kernel's list. */
  readonly names: readonly string[];
  readonly userId: number;
}

/** What runs now, by `/proc`. A process that ends while it is looked at is left out. */
export function runningProcesses(): readonly RunningProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processOf(Number(name)) ?? []);
}

export function processOf(id: number): RunningProcess | undefined {
  try {
    const folder = `/proc/${id}`;
    const status = readFileSync(`${folder}/stat`, 'utf8');
    const state = status.slice(status.lastIndexOf(')') + 2).charAt(0);
    // A zombie has ended; only its parent has not looked yet.
    if (state === 'Z' || state === 'X') return undefined;
    const comm = status.slice(status.indexOf('(') + 1, status.lastIndexOf(')'));
    const [first = '', second = ''] = readFileSync(`${folder}/cmdline`, 'utf8').split('\0');
    const script = isInterpreter(first) && !second.startsWith('-') ? basename(second) : '';
    const names = [comm, basename(first), script, programOf(folder)].filter((name) => name !== '');
    return { id, names: [...new Set(names)], userId: statSync(folder).uid };
  } catch {
    return undefined;
  }
}

const isInterpreter = (path: string): boolean => /^(?:ba|da|z|k)?sh$|^python[\d.]*$|^perl$|^node$/.test(basename(path));

function programOf(folder: string): string {
  try {
    return basename(readlinkSync(`${folder}/exe`)).replace(/ \(deleted\)$/, '');
  } catch {
    // The program of somebody else's process is not told.
    return '';
  }
}

/** `EXCEL.EXE`, `excel` and `Excel` are one name. */
const plainName = (name: string): string =>
  basename(name.trim())
    .toLowerCase()
    .replace(/\.exe$/, '');

export const isNamed = (process: RunningProcess, name: string): boolean => {
  const wanted = plainName(name);
  return process.names.some((known) => plainName(known) === wanted);
};

/** The number of an account, by its name or number; a domain before the name is not looked at. */
export function userIdOf(account: string): number | undefined {
  const name = account.trim().split('\\').at(-1) ?? '';
  if (/^\d+$/.test(name)) return Number(name);
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  return line === undefined ? undefined : Number(line.split(':')[2]);
}
