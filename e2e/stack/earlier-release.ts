import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The commit that upgrades are proven from, as CHANGELOG names it; undefined where its history is not at hand. */
export function earlierCommit(): string | undefined {
  const commit = /`([0-9a-f]{7,40})`/.exec(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'))?.[1];
  if (commit === undefined) return undefined;
  try {
    execFileSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: root, stdio: 'ignore' });
    return commit;
  } catch {
    return undefined;
  }
}

/**
 * The programs of a commit in a folder of their own, with the packages that are installed here, or with those of its own
 * lockfile.
 */
export function checkOut(commit: string, parent: string, packages: 'linked' | 'installed' = 'linked'): string {
  const folder = join(parent, `release-${commit}`);
  mkdirSync(folder);
  const archive = execFileSync('git', ['archive', commit], { cwd: root, maxBuffer: 500_000_000 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  if (packages === 'linked') linkPackages(folder);
  const build = packages === 'linked' ? ['setup', 'build', 'kit.mjs'] : ['setup', 'prepare.mjs'];
  execFileSync(process.execPath, [join(...build)], { cwd: folder, stdio: 'ignore' });
  return folder;
}

function linkPackages(folder: string): void {
  const packages = join(folder, 'node_modules');
  mkdirSync(join(packages, '@deskhand'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== '@deskhand') symlinkSync(join(root, 'node_modules', name), join(packages, name));
  for (const name of readdirSync(join(folder, 'packages')))
    symlinkSync(join(folder, 'packages', name), join(packages, '@deskhand', name));
}
