import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type MadeUpAccount, makeOwnAccounts, type OwnAccounts } from '../../session-desktop/testing/own-accounts.ts';
import { processesOf } from '../../session-desktop/testing/real-accounts.ts';

const isRoot = process.getuid?.() === 0;

describe.runIf(!isRoot)('checks of real accounts', () => {
  test('need root: these tests mount an account database of their own', () => undefined);
});

describe.runIf(isRoot)('checks of real accounts', () => {
  const runtimeFolder = `/run/dh-check-${process.pid}`;
  const password = 'a password ä of nobody';
  const account = (user: string, change: Partial<MadeUpAccount> = {}): MadeUpAccount => ({
    ...{ user: `dh-${user}`, uid: 61_000 + user.length, password },
    ...change,
  });
  const accounts = [
    account('alice'),
    account('locked', { isLocked: true }),
    account('expired', { hasExpired: true }),
    account('worn-out', { isPasswordOld: true }),
    account('barred', { isBarred: true }),
    account('shell-less', { shell: '/usr/sbin/nologin' }),
  ];
  let machine: OwnAccounts;
  let program: ChildProcessByStdio<Writable, Readable, null>;
  let answers: AsyncIterator<string>;

  beforeAll(() => {
    machine = makeOwnAccounts(accounts);
    const file = fileURLToPath(new URL('../../session-desktop/testing/account-check-process.ts', import.meta.url));
    const node = [process.execPath, '--disable-warning=ExperimentalWarning', file, runtimeFolder];
    const [command = '', ...args] = [...machine.prefix, ...node];
    program = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    answers = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  });
  beforeEach(() => {
    for (const { user } of accounts) machine.fail(user, 0);
  });
  afterAll(async () => {
    program.stdin.end();
    await new Promise((resolve) => (program.exitCode === null ? program.once('exit', resolve) : resolve(undefined)));
    machine.remove();
    rmSync(runtimeFolder, { recursive: true, force: true });
  });

  const check = async (user: string, given: string | undefined = password): Promise<unknown> => {
    program.stdin.write(`${JSON.stringify({ accountName: `.\\dh-${user}`, password: given })}\n`);
    return JSON.parse((await answers.next()).value as string);
  };
  const local = (answer: string, isTried: boolean) => ({ answer, isTried, isDirectoryAccount: false });

  test('a right password is right, no session is opened, and what was counted before is clear', async () => {
    machine.fail('dh-alice', 1);
    expect(await check('alice')).toEqual(local('ok', true));
    expect(machine.failuresOf('dh-alice')).toBe(0);
    expect(processesOf(61_005)).toEqual([]);
  });

  test('a wrong password counts once, and never for the last time', async () => {
    expect(await check('alice', 'not this')).toEqual(local('password-wrong', true));
    expect(machine.failuresOf('dh-alice')).toBe(1);
    machine.fail('dh-alice', 2);
    expect(await check('alice', 'not this')).toEqual(local('too-few-tries', false));
    expect(await check('alice')).toEqual(local('too-few-tries', false));
    expect(machine.failuresOf('dh-alice')).toBe(2);
  });

  test('an account that others have locked with wrong passwords is said to be locked, not to have another password', async () => {
    machine.fail('dh-alice', 3);
    expect(await check('alice')).toEqual(local('account-locked', false));
    expect(machine.failuresOf('dh-alice')).toBe(3);
  });

  test.each([
    ['that the machine does not know', 'nobody', 'account-unknown', false],
    ['that an admin has locked', 'locked', 'account-locked', false],
    ['with a shell that lets nobody in', 'shell-less', 'not-permitted', false],
    ['that has expired', 'expired', 'account-expired', true],
    ['whose password has expired', 'worn-out', 'password-expired', true],
    ['that the access rules bar', 'barred', 'not-permitted', true],
  ] as const)('an account %s is told as such, and nothing counts against it', async (_, user, answer, isTried) => {
    expect(await check(user)).toEqual(local(answer, isTried));
    expect(machine.failuresOf(`dh-${user}`)).toBe(0);
  });

  test('without a password the account alone is looked at', async () => {
    program.stdin.write(`${JSON.stringify({ accountName: 'dh-alice' })}\n`);
    expect(JSON.parse((await answers.next()).value as string)).toEqual(local('no-password', false));
  });
});
