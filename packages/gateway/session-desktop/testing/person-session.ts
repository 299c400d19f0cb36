import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import type { SessionAccount } from '../../ports/session-host.ts';
import { liveDisplays } from '../displays.ts';
import { startDesktop } from '../desktop-start.ts';
import { accountEnvironment, enter, type Entrance } from '../entrance.ts';
import { installedPrograms } from '../installed-programs.ts';
import { runInside, type ProgramRun } from '../program-run.ts';
import { until } from '../waiting.ts';

/** A session that a person opened, not Deskhand: the same programs without our marker, folder and cgroup. */
export interface PersonDesktop {
  readonly display: string;
  readonly entrance: Entrance;
  run(command: string, ...args: readonly string[]): Promise<ProgramRun>;
  /** Locks the screen with i3lock and waits until it holds the keyboard. */
  lock(): Promise<void>;
  unlock(): Promise<void>;
  close(): Promise<void>;
}

const PATIENCE_MS = 60_000;

export async function openPersonDesktop(account: SessionAccount, changeUser: boolean): Promise<PersonDesktop> {
  const folder = mkdtempSync(`/tmp/dh-person-${account.uid}-`);
  if (changeUser) chownSync(folder, account.uid, account.gid);
  const outside: Entrance = { account, cgroup: '', changeUser, limits: [], environment: accountEnvironment(account) };
  const started = await startDesktop({
    entrance: outside,
    userFolder: folder,
    screen: { width: 1024, height: 768 },
    programs: installedPrograms(),
    timeoutMs: PATIENCE_MS,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!started.ok) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`The person's desktop did not open: ${JSON.stringify(started)}`);
  }
  const { desktop } = started;
  const entrance: Entrance = { ...outside, environment: desktop.environment };
  const run = (command: string, ...args: readonly string[]): Promise<ProgramRun> =>
    runInside(entrance, { command, args, timeoutMs: PATIENCE_MS, outputBytesMax: 10_000_000 });
  let locker: ReturnType<typeof enter> | undefined;
  return {
    display: desktop.display,
    entrance,
    run,
    lock: async () => {
      locker = enter(entrance, { command: '/usr/bin/i3lock', args: ['--nofork', '--color=223344'], stdio: 'ignore' });
      const shown = await until(
        async () => (await run('/usr/bin/xdotool', 'search', '--class', 'i3lock')).code === 0,
        PATIENCE_MS,
      );
      if (!shown) throw new Error('i3lock did not lock the screen.');
    },
    unlock: async () => {
      if (locker === undefined || locker.exitCode !== null || locker.signalCode !== null) return;
      const ended = once(locker, 'exit');
      locker.kill('SIGKILL');
      await ended;
    },
    close: async () => {
      const gone = (): boolean => desktop.keeper.exitCode !== null || desktop.keeper.signalCode !== null;
      const isShown = (): boolean => liveDisplays().has(desktop.displayNumber);
      for (const [signal, patienceMs] of [
        ['SIGTERM', 2_000],
        ['SIGKILL', PATIENCE_MS],
      ] as const) {
        try {
          process.kill(-desktop.keeper.pid, signal);
        } catch {
          // It ended by itself.
        }
        if (await until(() => gone() && !isShown(), patienceMs)) break;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
