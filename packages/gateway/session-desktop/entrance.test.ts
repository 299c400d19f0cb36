import { expect, test } from 'vitest';
import { entranceCommand, limitArguments, withoutLinkerVariables } from './entrance.ts';

const account = { user: 'alice', uid: 1001, gid: 1002, home: '/home/alice', shell: '/bin/bash' };
const base = {
  account,
  cgroup: '/sys/fs/cgroup/deskhand-x',
  changeUser: true,
  limits: ['--nofile=1:2'],
  environment: {},
};

test('a program enters the cgroup first, gets its limits, and only then becomes the account', () => {
  const command = entranceCommand(base, 'xterm', ['-e', 'ls']);
  const order = ['/sys/fs/cgroup/deskhand-x', '/usr/bin/prlimit', '/usr/bin/setpriv', 'deskhand-home', 'xterm'].map(
    (one) => command.indexOf(one),
  );
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(order).not.toContain(-1);
  expect(command.slice(-3)).toEqual(['xterm', '-e', 'ls']);
});

test('set-id programs keep working inside a session', () => {
  expect(entranceCommand(base, 'sudo', []).join(' ')).not.toContain('no-new-privs');
});

test('a gateway that already is the account changes neither user nor limits', () => {
  const command = entranceCommand({ ...base, changeUser: false }, 'xterm', []);
  expect(command).not.toContain('/usr/bin/setpriv');
  expect(command).not.toContain('/usr/bin/prlimit');
});

test('variables of the dynamic linker never reach the steps that run as root', () => {
  expect(
    withoutLinkerVariables({
      LD_PRELOAD: '/tmp/x.so',
      LD_LIBRARY_PATH: '/tmp',
      GLIBC_TUNABLES: 'a',
      HOME: '/home/alice',
    }),
  ).toEqual({ HOME: '/home/alice' });
});

test('only limits that differ from our own are set', () => {
  const head = 'Limit                     Soft Limit           Hard Limit           Units     \n';
  const own = `${head}Max open files            1024                 524288               files     \nMax processes             100                  200                  processes \n`;
  const wanted = `${head}Max open files            512                  unlimited            files     \nMax processes             100                  200                  processes \n`;
  expect(limitArguments(wanted, own)).toEqual(['--nofile=512:unlimited']);
});
