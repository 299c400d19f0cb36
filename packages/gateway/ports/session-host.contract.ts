import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostedSession, SessionHost, SessionRefusalCode, SessionResult } from './session-host.ts';

/** Where the contract is tried: a host, an account that may sign in, and a way to be the person at the screen. */
export interface SessionHostWorld {
  readonly host: SessionHost;
  /** The same machine seen by a gateway that was started later. */
  laterHost(): SessionHost;
  readonly accountName: string;
  readonly password: string | undefined;
  readonly uid: number;
  /** Living processes that belong to the session, whoever their parent is. */
  processesOfSession(sessionId: string): readonly number[];
  openPersonDesktop(): Promise<{
    readonly display: string;
    lock(): Promise<void>;
    unlock(): Promise<void>;
    close(): Promise<void>;
  }>;
  remove(): Promise<void>;
}

const screen = { width: 1280, height: 800 } as const;
const PATIENCE_MS = 30_000;

/** What every session host promises to the gateway's use cases, tried with real sessions. */
export function sessionHostContract(name: string, makeWorld: () => Promise<SessionHostWorld>): void {
  describe(`the session host contract: ${name}`, () => {
    let world: SessionHostWorld;
    beforeAll(async () => {
      world = await makeWorld();
    });
    afterAll(async () => {
      await world.host.sweep(new Set());
      await world.remove();
    });

    const ask = (signal: AbortSignal = AbortSignal.timeout(PATIENCE_MS)) => {
      const { accountName, password } = world;
      return {
        sessionId: `${randomUUID()}-1`,
        runId: randomUUID(),
        accountName,
        password,
        screen,
        purpose: 'A test wants to join.',
        signal,
      };
    };
    const signIn = async (): Promise<HostedSession> => granted(await world.host.signIn(ask()));
    const withSession = async (use: (session: HostedSession) => Promise<void>): Promise<void> => {
      const session = await signIn();
      try {
        await use(session);
      } finally {
        await session.signOut({ graceMs: 0 });
      }
    };
    const withPerson = async (
      use: (person: Awaited<ReturnType<SessionHostWorld['openPersonDesktop']>>) => Promise<void>,
    ): Promise<void> => {
      const person = await world.openPersonDesktop();
      try {
        await use(person);
      } finally {
        await person.close();
      }
    };

    test('a machine with everything installed says that it can do both modes and misses nothing', async () => {
      const probe = await world.host.probe();
      expect(probe).toMatchObject({ unattended: true, attended: true, liveView: true });
      expect(probe.memoryBytes).toBeGreaterThan(0);
    });

    test('a program started after sign-in can open the display and runs as the account', () =>
      withSession(async (session) => {
        const lines = await outputOf(
          session,
          'xdotool getdisplaygeometry && id -u && echo "$DISPLAY" && test -n "$DBUS_SESSION_BUS_ADDRESS" && pwd',
        );
        expect(lines).toEqual(['1280 800', String(world.uid), session.record.display, session.account.home]);
      }));

    test('what is written to standard input arrives, and no descriptor but the given ones', () =>
      withSession(async (session) => {
        const file = `/tmp/dh-contract-${randomUUID()}`;
        const descriptor = openSync(file, 'wx', 0o600);
        const program = session.spawn({
          command: '/bin/sh',
          args: ['-c', 'cat; echo spooled >&3; echo /proc/self/fd/*'],
          stdin: 'a secret\n',
          extraFileDescriptors: [descriptor],
        });
        closeSync(descriptor);
        const lines = await collected(program.output);
        expect(await program.exited).toEqual({ code: 0, signal: null });
        expect(readFileSync(file, 'utf8')).toBe('spooled\n');
        rmSync(file);
        // The shell itself opens the folder as the next free one to read it.
        expect(lines).toEqual(['a secret', [0, 1, 2, 3, 4].map((one) => `/proc/self/fd/${one}`).join(' ')]);
      }));

    test('a program prepared while the session opens waits inside it for what it is told', async () => {
      const file = `/tmp/dh-contract-${randomUUID()}`;
      const descriptor = openSync(file, 'wx', 0o600);
      const prepare = {
        command: '/bin/sh',
        args: [
          '-c',
          'read -r told; echo "$told"; id -u; echo "$DISPLAY"; xdotool getdisplaygeometry; echo spooled >&3',
        ],
        extraFileDescriptors: [descriptor],
      };
      const session = granted(await world.host.signIn({ ...ask(), prepare }));
      try {
        closeSync(descriptor);
        const program = session.prepared?.start('a secret\n');
        if (program === undefined) throw new Error('Nothing was prepared.');
        expect(await collected(program.output)).toEqual([
          'a secret',
          String(world.uid),
          session.record.display,
          '1280 800',
        ]);
        expect(await program.exited).toEqual({ code: 0, signal: null });
        expect(readFileSync(file, 'utf8')).toBe('spooled\n');
      } finally {
        rmSync(file);
        await session.signOut({ graceMs: 0 });
      }
    });

    test('a prepared program that is never told anything ends with its session', async () => {
      const prepare = { command: '/bin/sh', args: ['-c', 'trap "" TERM; read -r told; exit 3'] };
      const session = granted(await world.host.signIn({ ...ask(), prepare }));
      await session.signOut({ graceMs: PATIENCE_MS });
      expect(world.processesOfSession(session.record.sessionId)).toEqual([]);
    });

    test('a spawned program is named by pid and start time, and ends when asked', () =>
      withSession(async (session) => {
        const program = session.spawn({ command: '/bin/sleep', args: ['600'] });
        expect(program.startTime).toMatch(/^\d+$/);
        await program.end(2_000);
        expect(await program.exited).toEqual({ code: null, signal: 'SIGTERM' });
      }));

    test('the screen can be photographed', () =>
      withSession(async (session) => {
        const png = await session.screenshot(AbortSignal.timeout(PATIENCE_MS));
        const header = Buffer.from(png ?? []);
        expect([header.readUInt32BE(16), header.readUInt32BE(20)]).toEqual([1280, 800]);
      }));

    test('a popup changes the screen, and the next one replaces it', () =>
      withSession(async (session) => {
        const shoot = async () => Buffer.from((await session.screenshot(AbortSignal.timeout(PATIENCE_MS))) ?? []);
        const empty = await shoot();
        await session.notifier.show({
          title: 'Downloading',
          body: 'The flow is being fetched.',
          urgency: 'normal',
          stopButton: false,
        });
        const first = await changed(shoot, empty);
        await session.notifier.show({ title: 'Running', body: 'Another text.', urgency: 'normal', stopButton: false });
        await changed(shoot, first);
      }));

    test('our session is listed with its run until its sign-out is complete', async () => {
      const session = await signIn();
      const { sessionId, runId } = session.record;
      expect(await world.host.listSessions()).toContainEqual(
        expect.objectContaining({
          id: sessionId,
          runId,
          ours: true,
          uid: world.uid,
          locked: false,
          state: 'active',
          type: 'x11',
        }),
      );
      await session.signOut({ graceMs: 0 });
      expect((await world.host.listSessions()).filter((one) => one.id === sessionId)).toEqual([]);
    });

    test('the same account is refused a second session, and welcome again after sign-out', async () => {
      const first = await signIn();
      expect(refusalOf(await world.host.signIn(ask()))).toBe('session-exists');
      expect(refusalOf(await world.laterHost().signIn(ask()))).toBe('session-exists');
      await first.signOut({ graceMs: 0 });
      await (await signIn()).signOut({ graceMs: 0 });
    });

    test('sign-out ends children that left their parent, removes the folder, and may be called twice', async () => {
      const session = await signIn();
      await outputOf(
        session,
        '(setsid sleep 600 >/dev/null 2>&1 &) ; (setsid nohup sh -c "sleep 601" >/dev/null 2>&1 &) ; echo started',
      );
      expect(world.processesOfSession(session.record.sessionId).length).toBeGreaterThan(3);
      await Promise.all([session.signOut({ graceMs: 0 }), session.signOut({ graceMs: 0 })]);
      expect(world.processesOfSession(session.record.sessionId)).toEqual([]);
      expect(existsSync(String(session.record.facts['folder']))).toBe(false);
    });

    test('within the grace a program may still finish its work on the open display', async () => {
      const session = await signIn();
      const program = session.spawn({
        command: '/bin/sh',
        args: ['-c', 'trap "xdotool getdisplaygeometry; exit 0" TERM; echo ready; while :; do sleep 0.05; done'],
      });
      const lines = program.output[Symbol.asyncIterator]();
      expect((await lines.next()).value).toBe('ready');
      await session.signOut({ graceMs: 5_000 });
      expect(await collected({ [Symbol.asyncIterator]: () => lines })).toContain('1280 800');
    });

    test('a sign-in cancelled at any moment leaves nothing and frees the account', async () => {
      for (const cancelAfterMs of [0, 5, 40, 80, 120, 160, 220]) {
        const cancel = new AbortController();
        const request = ask(cancel.signal);
        const asked = world.host.signIn(request);
        const timer = setTimeout(() => cancel.abort(), cancelAfterMs);
        const result = await asked;
        clearTimeout(timer);
        if (result.ok) await result.session.signOut({ graceMs: 0 });
        else expect(result.because).toMatchObject({ code: 'cancelled' });
        expect(world.processesOfSession(request.sessionId)).toEqual([]);
        expect((await world.host.listSessions()).filter((one) => one.ours && one.uid === world.uid)).toEqual([]);
      }
      await (await signIn()).signOut({ graceMs: 0 });
    });

    test('a gateway that starts later adopts the session, goes on in it and signs it out', async () => {
      const session = await signIn();
      const later = world.laterHost();
      const adopted = await later.adopt(session.record);
      if (adopted === undefined) throw new Error('The session was not adopted.');
      expect(adopted.record).toEqual(session.record);
      expect(await outputOf(adopted, 'xdotool getdisplaygeometry')).toEqual(['1280 800']);
      await adopted.signOut({ graceMs: 0 });
      expect(world.processesOfSession(session.record.sessionId)).toEqual([]);
      expect(await later.adopt(session.record)).toBeUndefined();
      await session.signOut({ graceMs: 0 });
    });

    test('a sweep ends what is not kept and nothing else', async () => {
      const kept = await signIn();
      const later = world.laterHost();
      expect(await later.sweep(new Set([kept.record.sessionId]))).toEqual([]);
      expect(world.processesOfSession(kept.record.sessionId).length).toBeGreaterThan(0);
      expect(await later.sweep(new Set())).toEqual([kept.record.sessionId]);
      expect(world.processesOfSession(kept.record.sessionId)).toEqual([]);
      await kept.signOut({ graceMs: 0 });
    });

    test('a display that dies under the run is told', () =>
      withSession(async (session) => {
        process.kill(Number(session.record.facts['keeperPid']), 'SIGKILL');
        expect((await session.ended).because).toContain('display');
      }));

    test('attended without a session of the person is refused', async () => {
      expect(refusalOf(await world.host.attach(ask()))).toBe('attended-not-signed-in');
    });

    test('a session of ours is no session of the person', () =>
      withSession(async () => {
        expect(['attended-not-signed-in', 'session-exists']).toContain(refusalOf(await world.host.attach(ask())));
      }));

    test('attended joins the open session, and leaving it ends only what the run started', () =>
      withPerson(async (person) => {
        const session = granted(await world.host.attach(ask()));
        expect(session.record).toMatchObject({ kind: 'attached', display: person.display });
        expect(await outputOf(session, 'xdotool getdisplaygeometry; (setsid sleep 602 >/dev/null 2>&1 &)')).toEqual([
          '1024 768',
        ]);
        await session.signOut({ graceMs: 0 });
        expect(world.processesOfSession(session.record.sessionId)).toEqual([]);
        expect(await world.host.listSessions()).toContainEqual(
          expect.objectContaining({
            display: person.display,
            ours: false,
            locked: false,
            state: 'active',
            uid: world.uid,
          }),
        );
      }));

    test('attended is refused while the screen is locked, and welcome again afterwards', () =>
      withPerson(async (person) => {
        await person.lock();
        expect(refusalOf(await world.host.attach(ask()))).toBe('attended-locked');
        await person.unlock();
        await granted(await world.host.attach(ask())).signOut({ graceMs: 0 });
      }));

    test('the person leaving under an attended run is told', () =>
      withPerson(async (person) => {
        const session = granted(await world.host.attach(ask()));
        await person.close();
        expect((await session.ended).because).toContain('signed out');
        await session.signOut({ graceMs: 0 });
      }));

    test('a session nobody knows is not adopted', async () => {
      const { sessionId, runId } = ask();
      const record = {
        sessionId,
        runId,
        kind: 'signed-in',
        user: 'alice',
        uid: world.uid,
        display: ':100',
        facts: {},
      } as const;
      expect(await world.host.adopt(record)).toBeUndefined();
    });
  });
}

export function granted(result: SessionResult): HostedSession {
  if (!result.ok) throw new Error(`${result.because.code}: ${result.because.message}`);
  return result.session;
}

export const refusalOf = (result: SessionResult): SessionRefusalCode | 'granted' =>
  result.ok ? 'granted' : result.because.code;

export async function collected(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

export async function outputOf(session: HostedSession, script: string): Promise<readonly string[]> {
  return collected(session.spawn({ command: '/bin/sh', args: ['-c', script] }).output);
}

/** Looks until the picture differs from the former one: a popup is drawn a moment after its service took it. */
async function changed(shoot: () => Promise<Buffer>, before: Buffer): Promise<Buffer> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const now = await shoot();
    if (!now.equals(before)) return now;
    if (performance.now() > end) throw new Error('The screen did not change.');
  }
}
