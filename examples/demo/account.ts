import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { endProcesses, livingProcesses } from './processes.ts';
import { waitFor } from './wait-for.ts';

/** The operating-system account that the demo's runs sign in as. */
export interface DemoAccount {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
  /** Undefined for the own account, which a gateway without root already is. */
  readonly password: string | undefined;
  readonly remove: () => Promise<void>;
}

const PASSWORD_BYTES = 24;
const PROCESSES_END_TIMEOUT_MS = 10_000;

export function ownAccount(): DemoAccount {
  const { username, uid, gid, homedir, shell } = userInfo();
  return {
    user: username,
    uid,
    gid,
    home: homedir,
    shell: shell ?? '/bin/sh',
    password: undefined,
    remove: () => Promise.resolve(),
  };
}

/** A fresh account with a random password, which reaches the system through a pipe and is shown nowhere. */
export function freshAccount(): DemoAccount {
  const user = `deskhand-demo-${randomBytes(3).toString('hex')}`;
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  execFileSync('useradd', ['--create-home', '--shell', '/bin/bash', '--comment', 'Deskhand demo', user], {
    stdio: 'pipe',
  });
  try {
    execFileSync('chpasswd', { input: `${user}:${password}\n`, stdio: 'pipe' });
    const [uid, gid, home] = passwdEntry(user);
    return { user, uid, gid, home, shell: '/bin/bash', password, remove: () => removeAccount(user, uid) };
  } catch (error) {
    spawnSync('userdel', ['--remove', user]);
    throw error;
  }
}

function passwdEntry(user: string): readonly [number, number, string] {
  const [, , uid, gid, , home = '/'] = execFileSync('getent', ['passwd', user], { encoding: 'utf8' }).split(':');
  return [Number(uid), Number(gid), home];
}

/** Its processes go first: an account that is in use cannot be removed. */
async function removeAccount(user: string, uid: number): Promise<void> {
  const theirs = () => livingProcesses().filter((one) => one.uid === uid);
  await waitFor(
    `the processes of ${user} to end`,
    AbortSignal.timeout(PROCESSES_END_TIMEOUT_MS),
    () => {
      const alive = theirs();
      endProcesses(alive);
      return alive.length === 0 ? true : undefined;
    },
    PROCESSES_END_TIMEOUT_MS,
  );
  const { status, stderr } = spawnSync('userdel', ['--remove', user], { encoding: 'utf8' });
  // 12: the home is gone, but a mail spool or the like was never there.
  if (status !== 0 && status !== 12) throw new Error(`The account ${user} was not removed: ${stderr.trim()}`);
}
