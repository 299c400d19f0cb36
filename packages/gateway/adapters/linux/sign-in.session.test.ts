import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { granted, outputOf, refusalOf } from '../../ports/session-host.contract.ts';
import { cgroup2Root } from '../../session-desktop/containment.ts';
import { runInside } from '../../session-desktop/program-run.ts';
import { accountEnvironment } from '../../session-desktop/entrance.ts';
import { buildHelperKit } from '../../session-desktop/testing/helper-kit.ts';
import { openPersonDesktop } from '../../session-desktop/testing/person-session.ts';
import {
  isOf,
  makeAccount,
  markedProcessesOf,
  nothingRunsAs,
  type RealAccount,
  removeAccount,
} from '../../session-desktop/testing/real-accounts.ts';
import { LinuxHost } from './linux-host.ts';

const isRoot = process.getuid?.() === 0;
const PATIENCE_MS = 30_000;
const screen = { width: 1280, height: 800 } as const;

describe.runIf(!isRoot)('sign-in of real accounts', () => {
  test('needs root: these tests make accounts and sign them in', () => undefined);
});

describe.runIf(isRoot)('sign-in of real accounts', () => {
  const runtimeFolder = `/run/dh-sign-in-${process.pid}`;
  const scratch = `/tmp/dh-sign-in-${process.pid}`;
  let kit: Awaited<ReturnType<typeof buildHelperKit>>;
  let host: LinuxHost;
  let alice: RealAccount;
  let bob: RealAccount;

  beforeAll(async () => {
    kit = await buildHelperKit();
    alice = makeAccount('alice');
    bob = makeAccount('bob');
    host = new LinuxHost({ ...kit, runtimeFolder, owner: { instance: `s${process.pid}`, dataFolder: null } });
    mkdirSync(scratch);
    chmodSync(scratch, 0o777);
  });
  afterAll(async () => {
    await host.sweep(new Set());
    for (const account of [alice, bob]) removeAccount(account);
    kit.remove();
    for (const folder of [runtimeFolder, scratch]) rmSync(folder, { recursive: true, force: true });
  });

  const ask = (
    account: RealAccount,
    changes: { readonly accountName?: string; readonly password?: string; readonly signal?: AbortSignal } = {},
  ) => ({
    sessionId: `${randomUUID()}-1`,
    runId: randomUUID(),
    accountName: account.user,
    password: account.password,
    screen,
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...changes,
  });
  const asAccount = (account: RealAccount, environment: Readonly<Record<string, string>>, script: string) =>
    runInside(
      {
        account,
        cgroup: '',
        changeUser: true,
        limits: [],
        environment: { ...accountEnvironment(account), ...environment },
      },
      { command: '/bin/sh', args: ['-c', script], timeoutMs: PATIENCE_MS, outputBytesMax: 1_000_000 },
    );

  test('with a wrong password nothing of the account starts and nothing is left', async () => {
    const request = ask(alice, { password: 'not this' });
    const prepare = { command: '/usr/bin/touch', args: [`${scratch}/started`] };
    expect(refusalOf(await host.signIn({ ...request, prepare }))).toBe('password-wrong');
    expect(existsSync(`${scratch}/started`)).toBe(false);
    const root = cgroup2Root();
    const cgroups = root === undefined ? [] : readdirSync(root);
    expect(cgroups.filter((name) => name.includes(request.sessionId))).toEqual([]);
    expect(existsSync(`${runtimeFolder}/sessions/${request.sessionId}`)).toBe(false);
    expect(await nothingRunsAs(alice)).toBe(true);
  });

  test('an empty password never signs in, not even an account that has none', async () => {
    const open = makeAccount('open');
    try {
      execFileSync('passwd', ['--delete', open.user], { stdio: 'ignore' });
      expect(refusalOf(await host.signIn(ask(open, { password: '' })))).toBe('password-wrong');
    } finally {
      removeAccount(open);
    }
  });

  test.each([
    ['an expired password', (user: string) => execFileSync('chage', ['--lastday', '0', user]), 'password-expired'],
    ['an expired account', (user: string) => execFileSync('chage', ['--expiredate', '1', user]), 'account-expired'],
    [
      'a locked account',
      (user: string) => execFileSync('passwd', ['--lock', user], { stdio: 'ignore' }),
      'account-locked',
    ],
    [
      'an account that is not made for signing in',
      (user: string) => execFileSync('usermod', ['--shell', '/usr/sbin/nologin', user]),
      'account-refused',
    ],
  ] as const)('%s has a reason of its own', async (_, change, code) => {
    const account = makeAccount('odd');
    try {
      change(account.user);
      expect(refusalOf(await host.signIn(ask(account)))).toBe(code);
      const changed = { ...account, shell: code === 'account-refused' ? '/usr/sbin/nologin' : account.shell };
      expect(await host.checkPassword(changed, account.password)).toMatchObject({ ok: false, because: { code } });
    } finally {
      removeAccount(account);
    }
  });

  test('accounts of the system are refused unless the machine itself names them', async () => {
    expect(refusalOf(await host.signIn(ask(alice, { accountName: 'root' })))).toBe('account-refused');
    expect(refusalOf(await host.signIn(ask(alice, { accountName: 'daemon' })))).toBe('account-refused');
    const naming = new LinuxHost({ ...kit, runtimeFolder, systemAccounts: ['daemon'] });
    const request = { accountName: 'daemon', password: undefined, beforeTry: () => undefined };
    expect((await host.checkAccount(request)).answer).toBe('not-permitted');
    // Nobody knows a password of it, so a sign-in would end there.
    expect((await naming.checkAccount(request)).answer).toBe('account-locked');
  });

  test('an unknown account is told before any password is looked at', async () => {
    for (const accountName of [
      'nobody-of-that-name',
      String(alice.uid),
      '-u',
      'a:b',
      '',
      `OTHERDOMAIN\\${alice.user}`,
      `${alice.user}@elsewhere.example`,
    ]) {
      expect(refusalOf(await host.signIn(ask(alice, { accountName })))).toBe('account-unknown');
    }
  });

  test('two accounts are signed in at once, each on a display of its own', async () => {
    const sessions = (await Promise.all([host.signIn(ask(alice)), host.signIn(ask(bob))])).map(granted);
    expect(new Set(sessions.map((one) => one.record.display)).size).toBe(2);
    expect(await Promise.all(sessions.map((one) => outputOf(one, 'id -un')))).toEqual([[alice.user], [bob.user]]);
    await Promise.all(sessions.map((one) => one.signOut({ graceMs: 0 })));
  });

  test('an account whose person is signed in is refused, and the person keeps the session', async () => {
    const person = await openPersonDesktop(alice, true);
    try {
      expect(refusalOf(await host.signIn(ask(alice)))).toBe('session-exists');
      expect((await person.run('/usr/bin/xdotool', 'getdisplaygeometry')).code).toBe(0);
    } finally {
      await person.close();
    }
  });

  test('a program that only names a display it cannot open is no session in the way', async () => {
    const session = granted(await host.signIn(ask(bob)));
    const faker = spawn(
      'setpriv',
      [`--reuid=${alice.uid}`, `--regid=${alice.gid}`, '--clear-groups', '--', 'sleep', '600'],
      { env: { DISPLAY: session.record.display }, stdio: 'ignore' },
    );
    await granted(await host.signIn(ask(alice))).signOut({ graceMs: 0 });
    faker.kill();
    await session.signOut({ graceMs: 0 });
  });

  test('neither another account nor the console can open the display or its live view', async () => {
    const session = granted(await host.signIn(ask(alice)));
    const { display } = session.record;
    const vncSocket = String(session.record.facts['vncSocket']);
    const opens = await asAccount(bob, { DISPLAY: display }, 'xdpyinfo');
    expect(opens.code).not.toBe(0);
    expect(opens.stderr).toMatch(/Authorization required|unable to open/);
    expect(
      (await asAccount(bob, { DISPLAY: display, XAUTHORITY: session.environment['XAUTHORITY'] ?? '' }, 'xdpyinfo'))
        .code,
    ).not.toBe(0);
    const connects = `const s = require('net').connect(${JSON.stringify(vncSocket)}, () => process.exit(0)); s.on('error', (e) => { console.log(e.code); process.exit(1); })`;
    const live = await runInside(
      { account: bob, cgroup: '', changeUser: true, limits: [], environment: accountEnvironment(bob) },
      { command: process.execPath, args: ['-e', connects], timeoutMs: PATIENCE_MS, outputBytesMax: 1_000 },
    );
    expect(live.stdout.toString()).toBe('EACCES\n');
    // The console: root without the cookie, as whoever sits there would find it.
    expect(() =>
      execFileSync('xdpyinfo', {
        env: { PATH: process.env['PATH'], DISPLAY: display, HOME: scratch },
        stdio: 'ignore',
      }),
    ).toThrow();
    await session.signOut({ graceMs: 0 });
  });

  test('symlinks planted in the runtime folder lead root nowhere', async () => {
    const treasure = `${scratch}/treasure`;
    mkdirSync(`${treasure}/inside`, { recursive: true });
    writeFileSync(`${treasure}/inside/file`, 'precious', { mode: 0o600 });
    const session = granted(await host.signIn(ask(alice)));
    await outputOf(
      session,
      `cd "$XDG_RUNTIME_DIR" && ln -s ${treasure} folder && ln -sf ${treasure}/inside/file Xauthority.new && mv Xauthority.new Xauthority && rm -f desktop.log vnc.sock && ln -s ${treasure}/inside/file desktop.log && ln -s ${treasure} vnc.sock && mkdir -p locked/deep && ln -s ${treasure} locked/deep/link && chmod 0 locked`,
    );
    await session.screenshot(AbortSignal.timeout(PATIENCE_MS));
    await session.signOut({ graceMs: 0 });
    expect(readFileSync(`${treasure}/inside/file`, 'utf8')).toBe('precious');
    expect(existsSync(String(session.record.facts['folder']))).toBe(false);
  });

  test('the password stands in no argument list, environment or file of the runtime folder while signing in', async () => {
    const request = ask(alice);
    const seen: string[] = [];
    let done = false;
    const asked = host.signIn(request).finally(() => (done = true));
    while (!done) {
      seen.push(...placesHolding(alice.password));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const session = granted(await asked);
    seen.push(...placesHolding(alice.password), ...filesHolding(alice.password, runtimeFolder));
    expect(seen).toEqual([]);
    await session.signOut({ graceMs: 0 });
  });

  test('limits that the machine sets for the account hold inside the session', async () => {
    const file = `/etc/security/limits.d/dh-${process.pid}.conf`;
    writeFileSync(file, `${alice.user} hard nofile 4321\n${alice.user} soft nofile 1234\n`);
    try {
      const session = granted(await host.signIn(ask(alice)));
      expect(await outputOf(session, 'ulimit -Sn; ulimit -Hn')).toEqual(['1234', '4321']);
      await session.signOut({ graceMs: 0 });
    } finally {
      rmSync(file);
    }
  });

  test('the open files of whoever started the gateway are not inherited, and sudo-like programs still work', async () => {
    const session = granted(await host.signIn(ask(alice)));
    expect(await outputOf(session, 'echo /proc/self/fd/*; grep NoNewPrivs /proc/self/status; umask')).toEqual([
      '/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3',
      'NoNewPrivs:\t0',
      '0022',
    ]);
    await session.signOut({ graceMs: 0 });
  });

  test('a display number that somebody else holds is stepped over', async () => {
    const first = granted(await host.signIn(ask(alice)));
    const squatted = Number(first.record.display.slice(1));
    await first.signOut({ graceMs: 0 });
    const letGo = squat(`/tmp/.X${squatted}-lock`);
    const second = granted(await host.signIn(ask(alice)));
    expect(second.record.display).not.toBe(`:${squatted}`);
    await second.signOut({ graceMs: 0 });
    letGo();
  });

  test('sign-out leaves no socket or lock of its display behind', async () => {
    const session = granted(await host.signIn(ask(alice)));
    const number = session.record.display.slice(1);
    await session.signOut({ graceMs: 0 });
    expect([`/tmp/.X${number}-lock`, `/tmp/.X11-unix/X${number}`].filter((path) => isOf(path, alice))).toEqual([]);
    expect(markedProcessesOf(alice.uid, session.record.sessionId)).toEqual([]);
  });
});

/** Holds a display number as somebody else would. When another gateway has just taken it, somebody else does. */
function squat(lock: string): () => void {
  try {
    writeFileSync(lock, '         1\n', { flag: 'wx' });
    return () => rmSync(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return () => undefined;
  }
}

function placesHolding(password: string): readonly string[] {
  const needle = Buffer.from(password);
  return readdirSync('/proc').flatMap((pid) =>
    /^\d+$/.test(pid)
      ? ['cmdline', 'environ'].map((file) => `/proc/${pid}/${file}`).filter((path) => bytesOf(path).includes(needle))
      : [],
  );
}

function filesHolding(password: string, folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .filter((path) => bytesOf(path).includes(password));
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
