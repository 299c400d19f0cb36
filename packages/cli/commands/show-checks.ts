import type { DoctorReport, MachineCheck } from '@deskhand/protocol/doctor.ts';
import { sign, type Terminal } from '../terminal/terminal.ts';

const NAME_WIDTH = 12;

export const checkAsText = (
  terminal: Terminal,
  { name, good, found, fix, code }: Pick<MachineCheck, 'name' | 'good' | 'found' | 'fix' | 'code'>,
): string => {
  const line = `${sign(terminal, good)} ${name.padEnd(NAME_WIDTH)}${found}`;
  return good ? line : `${line}\n  try: ${fix}${code === null ? '' : `\n  code: ${code}`}`;
};

/** A report as a terminal shows it; only what is not good when the rest would bury it. */
export function reportAsText(terminal: Terminal, { madeAt, version, checks }: DoctorReport, all: boolean): string {
  const shown = all ? checks : checks.filter(({ good }) => !good);
  const head = `Machine as it was at ${madeAt}, gateway ${version}`;
  if (shown.length === 0) return `${head}: all ${checks.length} checks are good.`;
  return [`${head}:`, ...shown.map((check) => checkAsText(terminal, check))].join('\n');
}
