import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url));
const folder = fileURLToPath(new URL('../mutations/', import.meta.url));

/** A bug planted on purpose, as a patch of the real source. */
export interface Mutation {
  readonly name: string;
  readonly path: string;
  /** The first line of the patch file says what is wrong with it. */
  readonly what: string;
}

export function allMutations(): readonly Mutation[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map((file) => {
      const path = join(folder, file);
      const [what = ''] = readFileSync(path, 'utf8').split('\n');
      return { name: basename(file, '.patch'), path, what };
    });
}

/** Why a patch no longer fits the source; undefined when it does. */
export function whyNotApplicable({ path }: Mutation, root = repositoryRoot): string | undefined {
  try {
    execFileSync('git', ['apply', '--check', path], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
    return undefined;
  } catch (error) {
    return String((error as { stderr?: Buffer }).stderr ?? error).trim();
  }
}
