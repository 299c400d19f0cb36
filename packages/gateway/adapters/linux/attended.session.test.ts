import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { granted, refusalOf } from '../../ports/session-host.contract.ts';
import { buildHelperKit } from '../../session-desktop/testing/helper-kit.ts';
import { openPersonDesktop, type PersonDesktop } from '../../session-desktop/testing/person-session.ts';
import { makeAccount, removeAccount, type RealAccount } from '../../session-desktop/testing/real-accounts.ts';
import { startStandInLogind, type StandInSession } from '../../session-desktop/testing/stand-in-logind.ts';
import { until } from '../../session-desktop/waiting.ts';
import { LinuxHost } from './linux-host.ts';

const isRoot = process.getuid?.() === 0;
const PATIENCE_MS = 30_000;
/** Where zenity draws its buttons. */
const BUTTON_FROM_BOTTOM = 23;
const ACCEPT_FROM_RIGHT = 51;
const REFUSE_FROM_RIGHT = 141;
/** Pictures of every popup, to be looked at. */
const PICTURES = process.env['DESKHAND_TEST_PICTURES'];

describe.runIf(!isRoot)('attended sessions', () => {
  test('need root: these tests make accounts and sign them in', () => undefined);
});

describe.runIf(isRoot)('attended sessions', () => {
  const runtimeFolder = `/run/dh-attended-${process.pid}`;
  const owner = { instance: `a${process.pid}`, dataFolder: null };
  let kit: Awaited<ReturnType<typeof buildHelperKit>>;
  let host: LinuxHost;
  let alice: RealAccount;

  beforeAll(async () => {
    kit = await buildHelperKit();
    alice = makeAccount('attended');
    host = new LinuxHost({ ...kit, runtimeFolder, owner });
  });
  afterAll(async () => {
    await host.sweep(new Set());
    removeAccount(alice);
    kit.remove();
    rmSync(runtimeFolder, { recursive: true, force: true });
  });

  const ask = (
    changes: { readonly password?: string | undefined; readonly signal?: AbortSignal; readonly purpose?: string } = {},
  ) => ({
    sessionId: `${randomUUID()}-1`,
    runId: randomUUID(),
    accountName: alice.user,
    password: alice.password,
    purpose: 'bob wants to run the desktop flow “Invoices” in this session.',
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...changes,
  });

  test('a Wayland session is refused as such', async () => {
    const environment = { WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0', XDG_SESSION_TYPE: 'wayland' };
    const shell = spawn(
      'setpriv',
      [`--reuid=${alice.uid}`, `--regid=${alice.gid}`, '--clear-groups', '--', 'sleep', '600'],
      { env: environment, stdio: 'ignore' },
    );
    await until(async () => (await host.listSessions()).some((one) => one.uid === alice.uid), PATIENCE_MS);
    expect(await host.listSessions()).toContainEqual(
      expect.objectContaining({ uid: alice.uid, type: 'wayland', locked: 'unknown', ours: false }),
    );
    expect(refusalOf(await host.attach(ask()))).toBe('attended-wayland');
    shell.kill();
  });

  describe('in an open session', () => {
    let person: PersonDesktop;
    beforeEach(async () => {
      person = await openPersonDesktop(alice, true);
    });
    afterEach(() => person.close());

    const dialogShown = () =>
      until(
        async () => (await person.run('/usr/bin/xdotool', 'search', '--onlyvisible', '--class', 'zenity')).code === 0,
        PATIENCE_MS,
      );
    const search = ['search', '--onlyvisible', '--class'] as const;
    const sizeOf = async (windowClass: string) => {
      const told = await person.run('/usr/bin/xdotool', ...search, windowClass, 'getwindowgeometry', '--shell');
      const number = (name: string): number =>
        Number(new RegExp(`^${name}=(\\d+)`, 'm').exec(told.stdout.toString())?.[1]);
      return { width: number('WIDTH'), height: number('HEIGHT') };
    };
    const clickIn = (windowClass: string, x: number, y: number) =>
      person.run(
        '/usr/bin/xdotool',
        ...search,
        windowClass,
        'mousemove',
        '--window',
        '%1',
        String(x),
        String(y),
        'click',
        '1',
      );
    /** The dialog may be shown before it listens, so it is clicked until it has gone. */
    const clickInDialog = async (fromRight: number): Promise<void> => {
      const gone = await until(async () => {
        const { width, height } = await sizeOf('zenity');
        if (Number.isNaN(width)) return true;
        await clickIn('zenity', width - fromRight, height - BUTTON_FROM_BOTTOM);
        return false;
      }, PATIENCE_MS);
      expect(gone).toBe(true);
    };
    const picture = async (name: string): Promise<void> => {
      if (PICTURES === undefined) return;
      mkdirSync(PICTURES, { recursive: true });
      writeFileSync(
        `${PICTURES}/${name}.png`,
        (await person.run('/usr/bin/import', '-window', 'root', 'png:-')).stdout,
      );
    };

    test('a wrong password does not let a run in', async () => {
      expect(refusalOf(await host.attach(ask({ password: 'not this' })))).toBe('password-wrong');
    });

    test('the list shows within a moment that the person has locked and unlocked', async () => {
      const locked = async () => (await host.listSessions()).find((one) => one.uid === alice.uid)?.locked;
      expect(await locked()).toBe(false);
      await person.lock();
      expect(await until(async () => (await locked()) === true, PATIENCE_MS)).toBe(true);
      await person.unlock();
      expect(await until(async () => (await locked()) === false, PATIENCE_MS)).toBe(true);
    });

    test('an open menu is no lock', async () => {
      const menu = person.run('/usr/bin/xdotool', 'mousemove', '500', '400', 'click', '3');
      await menu;
      expect((await host.listSessions()).find((one) => one.uid === alice.uid)?.locked).toBe(false);
    });

    test('without a password the person is asked, and accepting lets the run in', async () => {
      const asked = host.attach(ask({ password: undefined }));
      expect(await dialogShown()).toBe(true);
      await picture('accept');
      await clickInDialog(ACCEPT_FROM_RIGHT);
      await granted(await asked).signOut({ graceMs: 0 });
    });

    test('names as long as they may be leave both buttons on the screen', async () => {
      const purpose = `${'Maximiliane '.repeat(10)} wants to run the desktop flow “${'w'.repeat(120)}” in this session.`;
      const asked = host.attach(ask({ password: undefined, purpose }));
      expect(await dialogShown()).toBe(true);
      await picture('accept-long');
      expect((await sizeOf('zenity')).width).toBeLessThan(1024);
      await clickInDialog(REFUSE_FROM_RIGHT);
      expect(refusalOf(await asked)).toBe('attended-not-accepted');
    });

    test('without a password the person may refuse', async () => {
      const asked = host.attach(ask({ password: undefined }));
      expect(await dialogShown()).toBe(true);
      await clickInDialog(REFUSE_FROM_RIGHT);
      expect(refusalOf(await asked)).toBe('attended-not-accepted');
    });

    test('a run cancelled while the person is asked takes the question away', async () => {
      const cancel = new AbortController();
      const asked = host.attach(ask({ password: undefined, signal: cancel.signal }));
      expect(await dialogShown()).toBe(true);
      cancel.abort();
      expect(refusalOf(await asked)).toBe('cancelled');
      expect(
        await until(
          async () => (await person.run('/usr/bin/xdotool', 'search', '--class', 'zenity')).code !== 0,
          PATIENCE_MS,
        ),
      ).toBe(true);
    });

    test('all five popups appear, and pressing Stop on the running one is heard', async () => {
      const session = granted(await host.attach(ask()));
      let stopped = 0;
      session.notifier.onStop(() => stopped++);
      const shown = [
        {
          title: 'Deskhand: downloading',
          body: '“Invoices” is being downloaded.',
          urgency: 'normal',
          stopButton: false,
        },
        { title: 'Deskhand: cancelled', body: '“Invoices” was cancelled.', urgency: 'normal', stopButton: false },
        { title: 'Deskhand: succeeded', body: '“Invoices” has succeeded.', urgency: 'low', stopButton: false },
        { title: 'Deskhand: failed', body: '“Invoices” has failed.', urgency: 'critical', stopButton: false },
        {
          title: 'Deskhand: running',
          body: '“Invoices” is running. Please leave this device alone.',
          urgency: 'normal',
          stopButton: true,
        },
      ] as const;
      const pictures = new Set<string>();
      for (const popup of shown) {
        await session.notifier.show(popup);
        expect(
          await until(
            async () =>
              pictures.size !==
              pictures.add((await person.run('/usr/bin/import', '-window', 'root', 'rgb:-')).stdout.toString('base64'))
                .size,
            PATIENCE_MS,
          ),
        ).toBe(true);
        await picture(popup.title.replace(/.*: /, ''));
      }
      await clickIn('dunst', 20, 15);
      expect(await until(() => stopped > 0, PATIENCE_MS)).toBe(true);
      await session.signOut({ graceMs: 0 });
    });

    test.each([
      ['reported locked by logind', { state: 'active', locked: true, type: 'x11' }, 'attended-locked'],
      ['another person has the screen', { state: 'online', locked: false, type: 'x11' }, 'attended-not-active'],
      ['logind knows it as open', { state: 'active', locked: false, type: 'x11' }, 'granted'],
    ] as const)('%s: logind is heard', async (_, told, answer) => {
      const session: StandInSession = { id: '7', uid: alice.uid, user: alice.user, display: person.display, ...told };
      const logind = await startStandInLogind([session]);
      const hearing = new LinuxHost({ ...kit, runtimeFolder, owner, systemBusAddress: logind.address });
      const result = await hearing.attach(ask());
      logind.stop();
      expect(refusalOf(result)).toBe(answer);
      if (result.ok) await result.session.signOut({ graceMs: 0 });
    });
  });

  test('a session that only logind knows cannot be asked, and is ended by logind when its person agreed', async () => {
    const shown = { uid: alice.uid, user: alice.user, state: 'active', locked: false, display: '' };
    const logind = await startStandInLogind([{ ...shown, id: '12', type: 'wayland' }]);
    const { persons } = new LinuxHost({ ...kit, runtimeFolder, owner, systemBusAddress: logind.address });
    const of = { sessionId: 'logind-12', user: alice.user };
    expect(await persons.ask(of)).toEqual({ because: expect.stringContaining('no desktop') });
    expect(await persons.signOut({ ...of, user: 'somebody-else' })).toEqual({ ok: true });
    expect(logind.terminated).toEqual([]);
    expect(await persons.signOut(of)).toEqual({ ok: true });
    expect(logind.terminated).toEqual(['12']);
    logind.stop();
  });

  test('a session that only logind knows stands in the way of a sign-in, a remote shell does not', async () => {
    const common = { uid: alice.uid, user: alice.user, state: 'active', locked: false, display: '' };
    const screen = { width: 800, height: 600 };
    const logind = await startStandInLogind([{ ...common, id: '8', type: 'wayland' }]);
    const hearing = new LinuxHost({ ...kit, runtimeFolder, owner, systemBusAddress: logind.address });
    expect(refusalOf(await hearing.signIn({ ...ask(), screen }))).toBe('session-exists');
    expect(refusalOf(await hearing.attach(ask()))).toBe('attended-wayland');
    logind.stop();
    const remote = await startStandInLogind([{ ...common, id: '9', type: 'tty', remote: true }]);
    const other = new LinuxHost({ ...kit, runtimeFolder, owner, systemBusAddress: remote.address });
    expect(await other.listSessions()).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ uid: alice.uid })]),
    );
    await granted(await other.signIn({ ...ask(), screen })).signOut({ graceMs: 0 });
    remote.stop();
  });
});
