import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { StartRefused } from '../../disk/private-folder.ts';
import type { TryAccount } from '../../ports/enrolment.ts';

export const TRY_ACCOUNT_NAME = 'deskhand-try';
const PASSWORD_BYTES = 24;
const COMMAND_WAIT_MS = 30_000;
const MARK_CHARACTERS = 8;

export interface TryAccountWish {
  readonly sessionHost: 'linux' | 'virtual';
  readonly clusterId: string;
  readonly name?: string;
}

/**
 * An ordinary account for the example. Its password is new each time, random, kept nowhere in the clear, and reaches
 * the system through a pipe. The account belongs to one cluster, so that a second installation on the machine never
 * changes the password that the connection of the first one holds.
 */
export function makeTryAccount({ sessionHost, clusterId, name = TRY_ACCOUNT_NAME }: TryAccountWish): TryAccount {
  if (sessionHost === 'virtual') return { accountName: userInfo().username, password: null };
  const mark = createHash('sha256').update(clusterId).digest('hex').slice(0, MARK_CHARACTERS);
  const comment = `Deskhand example ${mark}`;
  const [accountName, isThere] = chooseName([name, `${name}-${mark}`], comment);
  if (!isThere) {
    must(accountName, run('useradd', ['--create-home', '--shell', '/bin/bash', '--comment', comment, accountName]));
  }
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  must(accountName, run('chpasswd', [], `${accountName}:${password}\n`));
  return { accountName, password };
}

/** The first name that is free or that this cluster made; the comment of an account tells whose it is. */
function chooseName(names: readonly string[], comment: string): readonly [string, boolean] {
  for (const name of names) {
    const found = run('getent', ['passwd', '--', name]);
    if (found.status !== 0) return [name, false];
    if (found.printed.split(':')[4] === comment) return [name, true];
  }
  throw new StartRefused(
    `The accounts ${names.join(' and ')} exist and were not made for this cluster, so no example is offered. ` +
      'Remove one of them (userdel) or enrol without --try-account.',
  );
}

function run(command: string, args: readonly string[], input = '') {
  const result = spawnSync(command, args, { input, encoding: 'utf8', timeout: COMMAND_WAIT_MS });
  return {
    command,
    status: result.status,
    printed: result.stdout ?? '',
    said: result.stderr || result.error?.message || '',
  };
}

function must(accountName: string, { command, status, said }: ReturnType<typeof run>): void {
  if (status !== 0) throw new StartRefused(`The account ${accountName} could not be made: ${command}: ${said}`);
}
