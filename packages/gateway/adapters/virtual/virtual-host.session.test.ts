import { execFile, execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusalOf, sessionHostContract } from '../../ports/session-host.contract.ts';
import type { SessionAccount } from '../../ports/session-host.ts';
import { buildHelperKit } from '../../session-desktop/testing/helper-kit.ts';
import { openPersonDesktop } from '../../session-desktop/testing/person-session.ts';
import {
  makeAccount,
  markedProcessesOf,
  removeAccount,
  type RealAccount,
} from '../../session-desktop/testing/real-accounts.ts';
import { VirtualHost } from './virtual-host.ts';

const isRoot = process.getuid?.() === 0;
const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const thisFile = fileURLToPath(import.meta.url);
const RUN_TIMEOUT_MS = 150_000;

// As root the whole file runs once more as an ordinary account, because that is who this host is for.
describe.runIf(isRoot)('the virtual session host', () => {
  let alice: RealAccount;
  beforeAll(() => {
    alice = makeAccount('virtual');
  });
  afterAll(() => removeAccount(alice));

  test(
    'keeps its contract as an ordinary account without any right',
    async () => {
      const { code, output } = await runAs(alice);
      expect(output).toMatch(/Tests\s+\d+ passed/);
      expect(code, output).toBe(0);
      expect(() => execFileSync('test', ['-d', `/tmp/deskhand-${alice.uid}/sessions`])).toThrow();
    },
    RUN_TIMEOUT_MS,
  );
});

function runAs({ user, uid, gid, home }: RealAccount): Promise<{ readonly code: number; readonly output: string }> {
  const vitest = [
    `${repository}node_modules/vitest/vitest.mjs`,
    'run',
    thisFile,
    '--project',
    'session',
    '--configLoader',
    'runner',
    '--no-cache',
  ];
  const asUser = [`--reuid=${uid}`, `--regid=${gid}`, '--init-groups', '--'];
  const env = { HOME: home, USER: user, PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile(
      'setpriv',
      [...asUser, process.execPath, ...vitest],
      { cwd: repository, env, timeout: RUN_TIMEOUT_MS },
      (error, stdout, stderr) =>
        resolve({
          code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
          output: stdout + stderr,
        }),
    );
  });
}

if (!isRoot) {
  const { username, uid, gid, homedir, shell } = userInfo();
  const own: SessionAccount = { user: username, uid, gid, home: homedir, shell: shell ?? '/bin/sh' };
  const runtimeFolder = `/tmp/dh-virtual-${uid}-${process.pid}`;
  let kit: Awaited<ReturnType<typeof buildHelperKit>>;

  sessionHostContract('virtual', async () => {
    kit = await buildHelperKit();
    const makeHost = (): VirtualHost => new VirtualHost({ ...kit, runtimeFolder });
    return {
      host: makeHost(),
      laterHost: makeHost,
      accountName: username,
      password: undefined,
      uid,
      processesOfSession: (sessionId) => markedProcessesOf(uid, sessionId),
      openPersonDesktop: () => openPersonDesktop(own, false),
      remove: () => {
        kit.remove();
        rmSync(runtimeFolder, { recursive: true, force: true });
        return Promise.resolve();
      },
    };
  });

  describe('the virtual session host', () => {
    afterAll(() => rmSync(runtimeFolder, { recursive: true, force: true }));
    const without = (...absent: readonly string[]) =>
      new VirtualHost({
        nodePath: process.execPath,
        helperPath: process.execPath,
        runtimeFolder,
        findProgram: (name) => (absent.includes(name) ? null : `/usr/bin/${name}`),
      });
    const request = {
      sessionId: 'without-1',
      runId: 'without',
      accountName: username,
      password: undefined,
      screen: { width: 800, height: 600 },
      signal: AbortSignal.timeout(RUN_TIMEOUT_MS),
    };

    test('without Xvnc and Xvfb says what to install and refuses to sign in', async () => {
      const host = without('Xvnc', 'Xvfb');
      expect(await host.probe()).toMatchObject({
        unattended: false,
        missing: [expect.stringContaining('sudo apt-get install -y tigervnc-standalone-server')],
      });
      expect(await host.signIn(request)).toMatchObject({
        ok: false,
        because: {
          code: 'cannot-create-session',
          message: expect.stringContaining('apt-get install -y tigervnc-standalone-server') as string,
        },
      });
    });

    test('with Xvfb alone it signs in, without a live view', async () => {
      const host = without('Xvnc');
      expect(await host.probe()).toMatchObject({ unattended: true, liveView: false });
      const result = await host.signIn(request);
      if (!result.ok) throw new Error(result.because.message);
      expect(result.session.record.facts).not.toHaveProperty('vncSocket');
      await result.session.signOut({ graceMs: 0 });
    });

    test('another account than its own is refused', async () => {
      expect(refusalOf(await without().signIn({ ...request, accountName: 'root' }))).toBe('account-refused');
    });
  });
}
