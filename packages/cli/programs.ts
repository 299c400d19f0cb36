import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cannot } from './terminal/errors.ts';

/**
 * The other programs, found by their place beside this one. They are started as processes and never imported, so that
 * each can end, and be replaced, alone.
 */
const entries = {
  'control-plane': new URL('../control-plane/main.ts', import.meta.url),
  gateway: new URL('../gateway/main.ts', import.meta.url),
  runner: new URL('../runner/main.ts', import.meta.url),
} as const;
export type Program = keyof typeof entries;

/** Arguments for Node that start a program. */
export function programArguments(program: Program): readonly string[] {
  const path = fileURLToPath(entries[program]);
  if (!existsSync(path))
    throw cannot(
      `The program ${program} is missing.`,
      `${path} does not exist`,
      'install Deskhand again',
      'incomplete-installation',
    );
  return ['--disable-warning=ExperimentalWarning', path];
}
