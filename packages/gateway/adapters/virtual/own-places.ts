import { accessSync, constants, lstatSync } from 'node:fs';
import { cgroup2Root, parseCgroup2Path } from '../../session-desktop/containment.ts';
import { readProcFile } from '../../session-desktop/process-facts.ts';

/** Session folders hold unix sockets, whose paths have to be short. */
const RUNTIME_PATH_CHARACTERS_MAX = 32;

/** The account's own runtime folder where the machine gives one, else a private folder in /tmp. */
export function ownBase(uid: number, runtimeFolder = process.env['XDG_RUNTIME_DIR']): string {
  const usable =
    runtimeFolder !== undefined &&
    runtimeFolder.length <= RUNTIME_PATH_CHARACTERS_MAX &&
    isOwnFolder(runtimeFolder, uid);
  return usable ? `${runtimeFolder}/deskhand` : `/tmp/deskhand-${uid}`;
}

function isOwnFolder(path: string, uid: number): boolean {
  try {
    const found = lstatSync(path);
    return found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
}

/** The gateway's own cgroup, where the machine has delegated it; sessions are then made below it. */
export function ownCgroup(): string | undefined {
  const root = cgroup2Root();
  const path = parseCgroup2Path(readProcFile('self', 'cgroup') ?? '');
  if (root === undefined || path === undefined) return undefined;
  const folder = `${root}${path === '/' ? '' : path}`;
  try {
    accessSync(folder, constants.W_OK);
    accessSync(`${folder}/cgroup.procs`, constants.W_OK);
    return folder;
  } catch {
    return undefined;
  }
}
