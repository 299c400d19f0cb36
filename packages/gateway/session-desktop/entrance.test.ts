import { expect, test } from 'vitest';
import { entranceCommand, entranceEnvironment, limitArguments } from './entrance.ts';
import { runInside } from './program-run.ts';

const account = { user: 'alice', uid: 1001, gid: 1002, home: '/home/alice', shell: '/bin/bash' };
const base = {
  account,
  cgroup: '/sys/fs/cgroup/deskhand-x',
  changeUser: true,
  limits: ['--nofile=1:2'],
  environment: {},
};

test('a program enters the cgroup first, gets its limits, and only then becomes the account', () => {
  const command = entranceCommand(base, { command: 'xterm', args: ['-e', 'ls'], stdio: 'ignore' });
  const order = ['/sys/fs/cgroup/deskhand-x', '/usr/bin/prlimit', '/usr/bin/setpriv', 'deskhand-become', 'xterm'].map(
    (one) => command.indexOf(one),
  );
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(order).not.toContain(-1);
  expect(command.slice(-3)).toEqual(['xterm', '-e', 'ls']);
});

test('set-id programs keep working inside a session', () => {
  expect(entranceCommand(base, { command: 'sudo', args: [], stdio: 'ignore' }).join(' ')).not.toContain('no-new-privs');
});

test('a gateway that already is the account changes neither user nor limits', () => {
  const command = entranceCommand({ ...base, changeUser: false }, { command: 'xterm', args: [], stdio: 'ignore' });
  expect(command).not.toContain('/usr/bin/setpriv');
  expect(command).not.toContain('/usr/bin/prlimit');
});

test('no variable of the session steers the steps that run as root', () => {
  const environment = { LD_PRELOAD: '/tmp/x.so', LANGUAGE: '../../tmp', HOME: '/home/alice' };
  const names = Object.keys(entranceEnvironment({ ...base, environment }, {}));
  expect(names).toEqual(['PATH', 'DESKHAND_VARIABLE_0', 'DESKHAND_VARIABLE_1', 'DESKHAND_VARIABLE_2']);
});

test('values reach the program as they are, whatever a shell would make of them', async () => {
  const odd = '$(touch /tmp/x) `id` "quoted" \'single\' \\ a=b\nsecond line';
  const here = {
    ...base,
    cgroup: '',
    changeUser: false,
    environment: { HOME: '/', PATH: '/usr/bin:/bin', ODD: odd, 'not a name': 'x' },
  };
  const run = await runInside(here, {
    command: '/usr/bin/env',
    args: ['-0'],
    timeoutMs: 5_000,
    outputBytesMax: 10_000,
  });
  const seen = run.stdout
    .toString()
    .split('\0')
    .filter((one) => !/^(PWD|OLDPWD|_|SHLVL)=/.test(one));
  expect(seen.filter(Boolean).sort()).toEqual(['HOME=/', `ODD=${odd}`, 'PATH=/usr/bin:/bin']);
});

test('only limits that differ from our own are set', () => {
  const head = 'Limit                     Soft Limit           Hard Limit           Units     \n';
  const own = `${head}Max open files            1024                 524288               files     \nMax processes             100                  200                  processes \n`;
  const wanted = `${head}Max open files            512                  unlimited            files     \nMax processes             100                  200                  processes \n`;
  expect(limitArguments(wanted, own)).toEqual(['--nofile=512:unlimited']);
});
