import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Whether other accounts of the machine can enter a folder: every folder above it lets them pass. */
export function isReachable(folder: string): boolean {
  const isOpen = (statSync(folder).mode & 0o001) !== 0;
  const above = dirname(folder);
  return isOpen && (above === folder || isReachable(above));
}

/**
 * Runs a program of the clone through a second door that every account can enter: a bind mount in a mount namespace of
 * its own. Tests of real sessions start Node and helpers as other accounts, and a clone below a closed folder would shut
 * them out. Answers the exit status.
 */
export function runThroughOpenDoor(root: string, program: string, args: readonly string[]): number {
  const door = mkdtempSync('/tmp/dh-clone-');
  const script = 'mount --bind "$1" "$2" && cd "$2" && shift 2 && exec "$@"';
  const node = process.execPath.startsWith(`${root}/`)
    ? join(door, process.execPath.slice(root.length))
    : process.execPath;
  const command = [node, '--disable-warning=ExperimentalWarning', join(door, program), ...args];
  try {
    const { status } = spawnSync('unshare', ['--mount', 'sh', '-c', script, 'sh', root, door, ...command], {
      stdio: 'inherit',
    });
    return status ?? 1;
  } finally {
    rmdirSync(door);
  }
}
