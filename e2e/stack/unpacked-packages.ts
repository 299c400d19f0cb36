import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../.build/debian', import.meta.url));
const TIMEOUT_MS = 5 * 60_000;

/**
 * Debian packages, with what they need beyond this machine, in a folder of the clone: nothing is installed, so no service of
 * theirs starts and no setting of the machine changes. They are fetched once.
 */
export function unpackedPackages(name: string, packages: readonly string[]): string {
  const unpacked = join(folder, name);
  if (existsSync(unpacked)) return unpacked;
  mkdirSync(folder, { recursive: true });
  const making = mkdtempSync(join(folder, `${name}-`));
  try {
    fetchInto(making, packages);
    for (const file of readdirSync(making).filter((one) => one.endsWith('.deb'))) {
      execFileSync('dpkg', ['-x', join(making, file), making]);
      rmSync(join(making, file));
    }
    renameSync(making, unpacked);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return unpacked;
}

function fetchInto(cwd: string, packages: readonly string[]): void {
  const apt = (...args: string[]): string =>
    execFileSync('apt-get', ['-o', 'Acquire::Retries=3', '-o', 'APT::Sandbox::User=root', ...args], {
      ...{ cwd, encoding: 'utf8', timeout: TIMEOUT_MS },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const wanted = (): readonly string[] => {
    const plan = apt('install', '--simulate', '--no-install-recommends', ...packages);
    const further = plan.split('\n').flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? []);
    return [...new Set([...packages, ...further])];
  };
  try {
    apt('download', ...wanted());
  } catch {
    // The lists of packages are absent or outdated.
    apt('update');
    apt('download', ...wanted());
  }
}
