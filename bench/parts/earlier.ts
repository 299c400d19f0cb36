import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkOut } from '../../e2e/stack/earlier-release.ts';
import { guardPostgres } from '../../packages/control-plane/testing/guard-postgres.ts';
import { cleanLater } from './leftovers.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const GIT_OUTPUT_MAX_BYTES = 50_000_000;

/** As much of a package-lock.json as tells what is installed. */
export interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>;
}

export interface EarlierTree {
  /** Short, as git writes it. */
  readonly commit: string;
  readonly folder: string;
  has(bench: string): boolean;
}

/** The commit's short name; undefined where this repository has none of that name. */
export function commitNamed(name: string): string | undefined {
  try {
    return git('rev-parse', '--verify', '--short', '--end-of-options', `${name}^{commit}`).trim();
  } catch {
    return undefined;
  }
}

/** What stands here, and whether it is a commit as it is. */
export const treeHere = (): string => git('describe', '--always', '--dirty').trim();

/** The tree of a commit in a folder that goes away with this process, able to run its own benchmarks. */
export function openEarlier(commit: string): EarlierTree {
  const parent = mkdtempSync(join(tmpdir(), 'deskhand-earlier-'));
  // It holds no PostgreSQL, and is removed by the same program, also when this one is killed.
  const guard = guardPostgres(parent);
  cleanLater(() => guard.end());
  // As root, the server becomes another user, who must read its own code.
  chmodSync(parent, 0o755);
  const here = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lockfile;
  const earlier = JSON.parse(git('show', `${commit}:package-lock.json`)) as Lockfile;
  const folder = checkOut(commit, parent, isInstalled(earlier, here) ? 'linked' : 'installed');
  return { commit, folder, has: (bench) => existsSync(join(folder, 'bench', `${bench}.ts`)) };
}

/** Whether each package that the earlier lockfile names is here in the same version; further ones do it no harm. */
export function isInstalled(earlier: Lockfile, here: Lockfile): boolean {
  return Object.entries(earlier.packages)
    .filter(([path]) => path.includes('node_modules/'))
    .every(([path, { version }]) => here.packages[path]?.version === version);
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: GIT_OUTPUT_MAX_BYTES,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
