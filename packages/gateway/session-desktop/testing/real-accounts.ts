import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import type { SessionAccount } from '../../ports/session-host.ts';
import { parsePasswdLine } from '../accounts.ts';
import { environmentOf, processFact, processIds, signalQuietly } from '../process-facts.ts';
import { until } from '../waiting.ts';

const LOOK_MAX_MS = 5_000;
const UID_TAKEN = 4;
const DRAWS_MAX = 5;

/** An operating-system account made for one test file and removed after it. */
export interface RealAccount extends SessionAccount {
  readonly password: string;
}

export function makeAccount(name: string): RealAccount {
  const user = `dh-${name}-${process.pid}`;
  const password = `ä${randomBytes(12).toString('base64url')}`;
  addAccount(user, password);
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${user}:`));
  const account = parsePasswdLine(line ?? '');
  if (account === undefined) throw new Error(`useradd did not make ${user}.`);
  return { ...account, password };
}

/**
 * With a number that no account had before: what a removed account left behind must not count as this one's. One that is
 * taken, which useradd answers with 4, is drawn again.
 */
export function addAccount(user: string, password: string): void {
  const add = () => {
    const uid = String(randomInt(20_000, 60_000));
    return spawnSync('useradd', ['--create-home', '--shell', '/bin/bash', '--uid', uid, user], { encoding: 'utf8' });
  };
  let added = add();
  for (let tries = 1; added.status === UID_TAKEN && tries < DRAWS_MAX; tries += 1) added = add();
  if (added.status !== 0) throw new Error(`useradd did not make ${user}: ${added.stderr}`);
  execFileSync('chpasswd', { input: `${user}:${password}\n` });
}

export function removeAccount({ user, uid }: Pick<RealAccount, 'user' | 'uid'>): void {
  for (const pid of processesOf(uid)) signalQuietly(pid, 'SIGKILL');
  execFileSync('userdel', ['--force', '--remove', user], { stdio: 'ignore' });
}

/** Living processes of an account; zombies that nobody reaps do not count. */
export function processesOf(uid: number): readonly number[] {
  return processIds().filter((pid) => {
    const fact = processFact(pid);
    return fact !== undefined && fact.uid === uid && !fact.zombie;
  });
}

/** Whether something is there and the account's: a display's number that became free may be somebody else's by now. */
export function isOf(path: string, { uid }: RealAccount): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.uid === uid;
}

/** For a moment another gateway of the machine may look, as the account itself, whether a display is locked. */
export const nothingRunsAs = ({ uid }: RealAccount): Promise<boolean> =>
  until(() => processesOf(uid).length === 0, LOOK_MAX_MS);

/** Those that carry the marker of a session of ours, whatever became of their parents. */
export function markedProcessesOf(uid: number, sessionId: string): readonly number[] {
  return processesOf(uid).filter((pid) => environmentOf(pid).get('DESKHAND_SESSION') === sessionId);
}
