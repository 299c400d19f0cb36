import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync } from 'node:fs';

/** The system user that the control plane and the database run as when the program is started as root (DESIGN §8). */
export const SYSTEM_USER = 'deskhand';

export interface SystemAccount {
  readonly uid: number;
  readonly gid: number;
}

export const isRoot = (): boolean => process.getuid?.() === 0;

/** Finds the system user, making it when it is missing. */
export function ensureSystemUser(): SystemAccount {
  const known = findAccount(SYSTEM_USER);
  if (known) return known;
  execFileSync(
    'useradd',
    [
      '--system',
      '--user-group',
      '--no-create-home',
      '--home-dir',
      '/nonexistent',
      '--shell',
      '/usr/sbin/nologin',
      SYSTEM_USER,
    ],
    { stdio: 'ignore' },
  );
  const made = findAccount(SYSTEM_USER);
  if (!made) throw new Error(`The system user ${SYSTEM_USER} could not be made.`);
  return made;
}

function findAccount(name: string): SystemAccount | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const fields = line?.split(':');
  return fields ? { uid: Number(fields[2]), gid: Number(fields[3]) } : undefined;
}

/** A folder that only its account can enter. */
export function makePrivateFolder(folder: string, owner: SystemAccount | undefined): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o700);
  if (owner) chownSync(folder, owner.uid, owner.gid);
}

/** Gives root up for good; everything that only root could read must be loaded before. */
export function becomeSystemUser(account: SystemAccount): void {
  process.setgroups?.([account.gid]);
  process.setgid?.(account.gid);
  process.setuid?.(account.uid);
  process.chdir('/');
  if (isRoot()) throw new Error('The program is still root after giving it up.');
}
