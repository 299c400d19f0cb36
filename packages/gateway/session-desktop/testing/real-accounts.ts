import { execFileSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SessionAccount } from '../../ports/session-host.ts';
import { parsePasswdLine } from '../accounts.ts';
import { environmentOf, processFact, processIds } from '../process-facts.ts';
import { until } from '../waiting.ts';

const LOOK_MAX_MS = 5_000;

/** An operating-system account made for one test file and removed after it. */
export interface RealAccount extends SessionAccount {
  readonly password: string;
}

export function makeAccount(name: string): RealAccount {
  const user = `dh-${name}-${process.pid}`;
  const password = `ä${randomBytes(12).toString('base64url')}`;
  // A number that no account had before: what a removed account left behind must not count as this one's.
  execFileSync('useradd', ['--create-home', '--shell', '/bin/bash', '--uid', String(randomInt(20_000, 60_000)), user]);
  execFileSync('chpasswd', { input: `${user}:${password}\n` });
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${user}:`));
  const account = parsePasswdLine(line ?? '');
  if (account === undefined) throw new Error(`useradd did not make ${user}.`);
  return { ...account, password };
}

export function removeAccount({ user, uid }: RealAccount): void {
  for (const pid of processesOf(uid)) process.kill(pid, 'SIGKILL');
  execFileSync('userdel', ['--force', '--remove', user], { stdio: 'ignore' });
}

/** Living processes of an account; zombies that nobody reaps do not count. */
export function processesOf(uid: number): readonly number[] {
  return processIds().filter((pid) => {
    const fact = processFact(pid);
    return fact !== undefined && fact.uid === uid && !fact.zombie;
  });
}

/** For a moment another gateway of the machine may look, as the account itself, whether a display is locked. */
export const nothingRunsAs = ({ uid }: RealAccount): Promise<boolean> =>
  until(() => processesOf(uid).length === 0, LOOK_MAX_MS);

/** Those that carry the marker of a session of ours, whatever became of their parents. */
export function markedProcessesOf(uid: number, sessionId: string): readonly number[] {
  return processesOf(uid).filter((pid) => environmentOf(pid).get('DESKHAND_SESSION') === sessionId);
}
