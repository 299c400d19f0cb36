import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { processes } from '../stack/victims.ts';

/** What is still there of runs that have all ended: processes that carry a folder of ours, and what sessions made. */
export function leftoversIn(folder: string): readonly string[] {
  const alive = processesOf(folder)
    .filter(({ command }) => !command.includes('postgres'))
    .map(({ pid, command }) => `process ${pid} ${command.slice(0, 120)}`);
  const files = readdirSync(folder)
    .filter((name) => /^(r\d|gateway-\d)$/.test(name))
    .flatMap((name) => [...below(join(folder, name, 'deskhand', 'sessions')), ...below(join(folder, name, 'spools'))]);
  return [...alive, ...files];
}

/** Processes that name a folder on their command line or carry it in their environment. */
export const processesOf = (folder: string) =>
  processes().filter(
    ({ pid, command }) => pid !== process.pid && (command.includes(folder) || environmentOf(pid).includes(folder)),
  );

const below = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}
