import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DemoAccount } from './account.ts';
import { endProcesses, processesMarked } from './processes.ts';
import { waitFor } from './wait-for.ts';

/** A desktop session that the account has open, as a person who signed in has one. Deskhand did not make it. */
export interface PersonSession {
  readonly display: string;
  /** Of the programs in it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

interface SessionWish {
  readonly account: DemoAccount;
  readonly server: 'Xvnc' | 'Xvfb';
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/** Off the numbers of real consoles, and below those that gateways use. */
const FIRST_DISPLAY = 60;
const LAST_DISPLAY = 99;
const START_TIMEOUT_MS = 15_000;
const CLOSE_TIMEOUT_MS = 5_000;
const START_TRIES_MAX = 3;

/** Runs as the account: the display's cookie comes on standard input, the display's number goes to standard output. */
const START = `
umask 077
cat >"$XAUTHORITY"
cd "$XDG_RUNTIME_DIR" && mkfifo ready && exec 2>session.log || exit 1
dbus-daemon --session --nofork --nopidfile --address="$DBUS_SESSION_BUS_ADDRESS" >&2 &
"$@" -displayfd 4 >&2 4>ready &
server=$!
read -r number <ready && [ -n "$number" ] || exit 1
cd "$HOME" 2>/dev/null || cd /
openbox --sm-disable >&2 &
echo "$number"
exec >&2
wait "$server"
`;

export async function openPersonSession(wish: SessionWish): Promise<PersonSession> {
  for (let tried = 1, number = FIRST_DISPLAY; number <= LAST_DISPLAY && tried <= START_TRIES_MAX; number++) {
    if (existsSync(`/tmp/.X${number}-lock`) || existsSync(`/tmp/.X11-unix/X${number}`)) continue;
    // Somebody else may take the number between the look and the start; the next one is tried then.
    const session = await openOn(number, wish, join(wish.scratch, `session-${tried}`));
    if (session) return session;
    tried += 1;
  }
  throw new Error(`${wish.account.user} could not open a desktop session: no display started.`);
}

async function openOn(number: number, wish: SessionWish, folder: string): Promise<PersonSession | undefined> {
  const { account, server, signal } = wish;
  mkdirSync(folder, { mode: 0o700 });
  if (account.password !== undefined) chownSync(folder, account.uid, account.gid);
  const marker = `DEMO_SESSION=${randomBytes(8).toString('hex')}`;
  const [command = 'sh', ...args] = [...asAccount(account), 'sh', '-c', START, 'sh', ...serverCommand(server, number)];
  const own = { ...environment(account, folder, number), DEMO_SESSION: marker.split('=')[1] ?? '' };
  const child = spawn(command, args, {
    cwd: '/',
    env: own,
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(wildCookie(randomBytes(16)));
  const close = (): Promise<void> => closeSession(child, marker);
  if (await hasStarted(child, signal)) return { display: `:${number}`, environment: own, close };
  await close();
  signal.throwIfAborted();
  return undefined;
}

const asAccount = ({ uid, gid, password }: DemoAccount): readonly string[] =>
  password === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--init-groups', '--'];

function serverCommand(server: 'Xvnc' | 'Xvfb', number: number): readonly string[] {
  const common = ['-nolisten', 'tcp', '-noreset', '-auth', 'Xauthority'];
  if (server === 'Xvfb') return ['Xvfb', `:${number}`, '-screen', '0', '1280x800x24', ...common];
  const closed = ['-SecurityTypes', 'None', '-rfbport', '-1', '-rfbunixpath', 'vnc.sock'];
  return ['Xvnc', `:${number}`, '-geometry', '1280x800', '-depth', '24', ...closed, ...common];
}

const environment = (account: DemoAccount, folder: string, number: number): Record<string, string> => ({
  HOME: account.home,
  USER: account.user,
  LOGNAME: account.user,
  SHELL: account.shell,
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LANG: 'C.UTF-8',
  XDG_RUNTIME_DIR: folder,
  XDG_SESSION_TYPE: 'x11',
  XAUTHORITY: join(folder, 'Xauthority'),
  DISPLAY: `:${number}`,
  DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(folder, 'bus')}`,
});

/** MIT-MAGIC-COOKIE-1 for any display, in the format of an Xauthority file. */
function wildCookie(cookie: Buffer): Buffer {
  const counted = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, bytes.length]), bytes]);
  const anyDisplay = Buffer.from([0xff, 0xff, 0, 0, 0, 0]);
  return Buffer.concat([anyDisplay, counted(Buffer.from('MIT-MAGIC-COOKIE-1')), counted(cookie)]);
}

function hasStarted(child: ChildProcess, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (started: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(started);
    };
    const stop = (): void => settle(false);
    const timer = setTimeout(stop, START_TIMEOUT_MS);
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', stop);
    child.once('close', stop);
    if (child.stdout) createInterface({ input: child.stdout }).once('line', () => settle(true));
  });
}

/** The display removes its socket when it is asked to end; what does not listen is ended by force. */
async function closeSession(child: ChildProcess, marker: string): Promise<void> {
  signalGroup(child, 'SIGTERM');
  const isGone = (): true | undefined => (processesMarked(marker).length === 0 ? true : undefined);
  await waitFor('the session to close', new AbortController().signal, isGone, CLOSE_TIMEOUT_MS).catch(() => {
    signalGroup(child, 'SIGKILL');
    endProcesses(processesMarked(marker));
  });
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid) process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}
