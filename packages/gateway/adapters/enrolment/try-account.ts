import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { StartRefused } from '../../disk/private-folder.ts';
import type { TryAccount } from '../../ports/enrolment.ts';

export const TRY_ACCOUNT_NAME = 'deskhand-try';
const PASSWORD_BYTES = 24;
const COMMAND_WAIT_MS = 30_000;

/**
 * An ordinary account for the example. Its password is new each time, random, kept nowhere in the clear, and reaches
 * the system through a pipe.
 */
export function makeTryAccount(sessionHost: 'linux' | 'virtual'): TryAccount {
  if (sessionHost === 'virtual') return { accountName: userInfo().username, password: null };
  if (run('id', ['-u', TRY_ACCOUNT_NAME]).status !== 0) {
    must(run('useradd', ['--create-home', '--shell', '/bin/bash', '--comment', 'Deskhand example', TRY_ACCOUNT_NAME]));
  }
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  must(run('chpasswd', [], `${TRY_ACCOUNT_NAME}:${password}\n`));
  return { accountName: TRY_ACCOUNT_NAME, password };
}

function run(command: string, args: readonly string[], input = '') {
  const result = spawnSync(command, args, { input, encoding: 'utf8', timeout: COMMAND_WAIT_MS });
  return { command, status: result.status, said: result.stderr || result.error?.message || '' };
}

function must({ command, status, said }: ReturnType<typeof run>): void {
  if (status !== 0) throw new StartRefused(`The account ${TRY_ACCOUNT_NAME} could not be made: ${command}: ${said}`);
}
