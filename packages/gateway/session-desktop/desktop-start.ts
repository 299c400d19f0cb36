import { randomBytes } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { FIRST_DISPLAY, LAST_DISPLAY, releaseDisplay, reserveDisplay } from './displays.ts';
import { openDoor, type Door } from './door.ts';
import type { Entrance } from './entrance.ts';
import { endGroup, runInside } from './program-run.ts';
import type { InstalledPrograms } from './installed-programs.ts';

/** A display with its bus and window manager, started and usable. */
export interface Desktop {
  readonly display: string;
  readonly displayNumber: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly vncSocket: string | null;
  /** The shell that watches over the X server; it ends when the server ends. */
  readonly keeper: ChildProcess & { readonly pid: number };
}

export type DesktopResult =
  | { readonly ok: true; readonly desktop: Desktop }
  | { readonly ok: false; readonly because: 'timed-out' }
  | { readonly ok: false; readonly because: 'cancelled' }
  | {
      readonly ok: false;
      readonly because: 'failed';
      /** Cause and remedy, for people. */
      readonly sentence: string;
      /** With what the programs printed, for the gateway's log. */
      readonly detail: string;
    };

export interface DesktopRequest {
  readonly entrance: Entrance;
  /** One that was opened in advance for this entrance. */
  readonly door?: Door | undefined;
  readonly userFolder: string;
  readonly screen: { readonly width: number; readonly height: number };
  readonly programs: InstalledPrograms;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called when the X server has been told to start, with what programs will find in the session. */
  readonly onStarting?: (entrance: Entrance) => void;
  /** Called when the X server answers; the window manager is still starting. */
  readonly onDisplay?: () => void;
}

/**
 * Runs as the session's account. On standard input come the command of the X server, a word a line up to an empty line,
 * and the cookie; later the number of the display, once the server has told it to the gateway through descriptor 4. What
 * only the window manager needs is made while the server starts. The others tell through a FIFO when they are ready, the
 * window manager by its start-up command, so nothing here waits longer than it has to. Everything they print goes to a
 * file of the account's, because a pipe to the gateway would end them together with it.
 */
const START = `
umask 077
cd "$XDG_RUNTIME_DIR" || exit 1
exec 2>desktop.log
while IFS= read -r word && [ -n "$word" ]; do set -- "$@" "$word"; done
IFS= read -r cookie
printf "$cookie" >"$XAUTHORITY"
# A try on another display number, which failed, may have left these.
if [ -e bus-ready ]; then rm -f bus-ready manager-ready bus vnc.sock; fi
"$@" -displayfd 4 >&2 3>&- </dev/null &
server=$!
exec 4>&-
mkfifo bus-ready manager-ready || exit 1
dbus-daemon --session --nofork --nopidfile --address="$DBUS_SESSION_BUS_ADDRESS" --print-address=4 >/dev/null 4>bus-ready 3>&- </dev/null &
cat >dunstrc <<'DUNST'
[global]
    follow = none
    origin = top-right
    offset = 16x16
    width = (240, 420)
    height = 300
    notification_limit = 5
    font = Sans 11
    markup = no
    frame_width = 1
    corner_radius = 4
    show_indicators = yes
    sticky_history = no
    mouse_left_click = do_action, close_current
    mouse_middle_click = close_current
[urgency_low]
    background = "#2d3748"
    foreground = "#f7fafc"
[urgency_normal]
    background = "#285577"
    foreground = "#ffffff"
[urgency_critical]
    background = "#9b1c1c"
    foreground = "#ffffff"
DUNST
read -r number || exit 1
umask 022
cd "$HOME" 2>/dev/null || cd /
manager=
if command -v openbox >/dev/null; then
  manager=started
  {
    # It would read thousands of key combinations that nobody types into its menus.
    XCOMPOSEFILE=/dev/null openbox --sm-disable --startup "sh -c 'echo up >\\"$XDG_RUNTIME_DIR/manager-ready\\"'" >&2
    # One that dies at once would leave the reader below waiting for ever.
    echo ended >"$XDG_RUNTIME_DIR/manager-ready"
  } 3>&- </dev/null &
fi
read -r address <"$XDG_RUNTIME_DIR/bus-ready" && [ -n "$address" ] || { echo failed the message bus did not start >&3; exit 1; }
if [ -n "$manager" ]; then read -r _ <"$XDG_RUNTIME_DIR/manager-ready"; fi
echo "ready $number" >&3
exec 3>&- </dev/null
if command -v dunst >/dev/null; then dunst -config "$XDG_RUNTIME_DIR/dunstrc" >&2 & fi
rm -f "$XDG_RUNTIME_DIR"/*-ready
wait "$server"
`;

/** Stands before the session's cgroup from the moment that somebody wants it, and opens the desktop when let in. */
export const openDesktopDoor = (entrance: Entrance): Door =>
  openDoor(entrance, START, ['pipe', 'ignore', 'ignore', 'pipe', 'pipe']);

const DISPLAY_TRIES_MAX = 5;
const LOG_BYTES_SHOWN = 600;

/** Another program may take the display number first, so a few numbers are tried before it counts as failed. */
export async function startDesktop(request: DesktopRequest): Promise<DesktopResult> {
  const tried = new Set<number>();
  for (;;) {
    const number = reserveDisplay(tried, request.entrance.account.uid);
    if (number === undefined) return failed('no display number is free', '');
    tried.add(number);
    try {
      const result = await startOn(number, request);
      if (result.ok || result.because !== 'failed') return result;
      if (
        !/already active|server already running|Address already in use/i.test(result.detail) ||
        tried.size >= DISPLAY_TRIES_MAX
      )
        return result;
    } finally {
      releaseDisplay(number);
    }
  }
}

/** MIT-MAGIC-COOKIE-1 for any display (family "wild"), because the record is written before the server has its number. */
export function wildCookie(cookie: Buffer): Buffer {
  const name = Buffer.from('MIT-MAGIC-COOKIE-1');
  const length = (bytes: Buffer): Buffer => Buffer.from([bytes.length >> 8, bytes.length & 0xff]);
  return Buffer.concat([Buffer.from([0xff, 0xff, 0, 0, 0, 0]), length(name), name, length(cookie), cookie]);
}

export function desktopEnvironment(userFolder: string, display: number): Record<string, string> {
  return {
    XDG_RUNTIME_DIR: userFolder,
    XAUTHORITY: `${userFolder}/Xauthority`,
    DISPLAY: `:${display}`,
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${userFolder}/bus`,
    XDG_SESSION_TYPE: 'x11',
    XDG_SESSION_CLASS: 'user',
    GTK_MODULES: 'gail:atk-bridge',
  };
}

async function startOn(number: number, request: DesktopRequest): Promise<DesktopResult> {
  const { userFolder, screen, programs, entrance } = request;
  const environment = { ...entrance.environment, ...desktopEnvironment(userFolder, number) };
  const vncSocket = programs.xvnc === null ? null : `${userFolder}/vnc.sock`;
  const server = serverCommand({ number, screen, userFolder, vncSocket });
  const door = request.door?.isOpen() === true ? request.door : openDesktopDoor(entrance);
  const keeper = door.child;
  door.letIn(environment, ...server, '', inOctal(wildCookie(randomBytes(16))));
  request.onStarting?.({ ...entrance, environment });
  const answer = await firstLine(keeper, request);
  if (answer.because === undefined && /^ready \d+$/.test(answer.line)) {
    keeper.unref();
    return {
      ok: true,
      desktop: {
        display: `:${number}`,
        displayNumber: number,
        environment,
        vncSocket,
        keeper: keeper as Desktop['keeper'],
      },
    };
  }
  endGroup(keeper);
  if (answer.because !== undefined) return { ok: false, because: answer.because };
  return failed(answer.line.replace(/^failed /, ''), await lastLog(request));
}

function failed(what: string, log: string): DesktopResult {
  const cause = isFull.test(log) ? 'the disk is full' : what;
  return {
    ok: false,
    because: 'failed',
    sentence: `${cause[0]?.toUpperCase()}${cause.slice(1)}. ${remedies.get(cause) ?? LOOK_INTO_LOG}`,
    detail: `${what} ${log}`.trim(),
  };
}

const isFull = /No space left on device|Disk quota exceeded/i;
const LOOK_INTO_LOG =
  'Try the run again; if it fails again, look into the log of the gateway, which holds what the program said.';
const remedies: ReadonlyMap<string, string> = new Map([
  ['the disk is full', 'Make room in /run, /tmp and the home folder of the account, then run again.'],
  [
    'no display number is free',
    `Sign out sessions on this machine: it has ${LAST_DISPLAY - FIRST_DISPLAY + 1} displays.`,
  ],
]);

/** As the shell's own printf takes bytes: no process is needed to write them. */
const inOctal = (bytes: Buffer): string => [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');

interface ServerRequest {
  readonly number: number;
  readonly screen: { readonly width: number; readonly height: number };
  readonly userFolder: string;
  /** Null: a server without a live view. */
  readonly vncSocket: string | null;
}

/** Nothing listens on TCP; who looks on through the unix socket can neither type nor click. */
export function serverCommand({ number, screen, userFolder, vncSocket }: ServerRequest): readonly string[] {
  const size = `${screen.width}x${screen.height}`;
  const common = ['-nolisten', 'tcp', '-noreset', '-auth', `${userFolder}/Xauthority`];
  if (vncSocket === null) return ['Xvfb', `:${number}`, '-screen', '0', `${size}x24`, ...common];
  const viewOnly = ['KeyEvents', 'PointerEvents', 'CutText', 'SetDesktopSize'].map((what) => `-Accept${what}=0`);
  const socket = ['-SecurityTypes', 'None', '-rfbport', '-1', '-rfbunixpath', vncSocket, '-rfbunixmode', '0600'];
  return ['Xvnc', `:${number}`, '-geometry', size, '-depth', '24', ...socket, ...viewOnly, '-SendCutText=0', ...common];
}

interface FirstLine {
  readonly line: string;
  readonly because?: 'timed-out' | 'cancelled';
}

function firstLine(keeper: ChildProcess, { timeoutMs, signal, onDisplay }: DesktopRequest): Promise<FirstLine> {
  return new Promise((resolve) => {
    const [report, display] = [keeper.stdio[3] as Readable, keeper.stdio[4] as Readable];
    const lines = createInterface({ input: report });
    const settle = (answer: FirstLine): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancelled);
      lines.close();
      for (const stream of [report, display, keeper.stdin]) stream?.destroy();
      resolve(answer);
    };
    const cancelled = (): void => settle({ line: '', because: 'cancelled' });
    const timer = setTimeout(() => settle({ line: '', because: 'timed-out' }), timeoutMs);
    let number = '';
    display.on('data', (chunk: Buffer) => {
      number += chunk.toString('latin1');
      if (!number.endsWith('\n')) return;
      keeper.stdin?.write(number);
      onDisplay?.();
    });
    // The server holds the other end until it has told its number.
    display.on('close', () => {
      if (!number.endsWith('\n')) settle({ line: 'failed the X server did not start' });
    });
    lines.on('line', (line) => settle({ line }));
    report.on('close', () => settle({ line: 'failed the desktop did not start' }));
    keeper.on('error', () => settle({ line: 'failed the desktop could not be started' }));
    signal.addEventListener('abort', cancelled);
    if (signal.aborted) cancelled();
  });
}

async function lastLog({ entrance, userFolder, signal }: DesktopRequest): Promise<string> {
  const read = await runInside(entrance, {
    command: '/usr/bin/tail',
    args: ['-c', String(LOG_BYTES_SHOWN), `${userFolder}/desktop.log`],
    timeoutMs: 2_000,
    outputBytesMax: 10_000,
    signal,
  });
  return read.stdout.toString('utf8').replace(/\s+/g, ' ').trim();
}
