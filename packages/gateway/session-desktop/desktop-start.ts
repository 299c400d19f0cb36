import { randomBytes } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { releaseDisplay, reserveDisplay } from './displays.ts';
import { enter, type Entrance } from './entrance.ts';
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
  | { readonly ok: false; readonly because: 'failed' | 'timed-out' | 'cancelled'; readonly detail: string };

export interface DesktopRequest {
  readonly entrance: Entrance;
  readonly userFolder: string;
  readonly screen: { readonly width: number; readonly height: number };
  readonly programs: InstalledPrograms;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Runs as the session's account. The cookie comes on standard input. Each server tells through a FIFO when it is ready,
 * the window manager by its start-up command, so nothing here waits longer than it has to. Everything they print goes to
 * a file of the account's, because a pipe to the gateway would end them together with it.
 */
const START = `
umask 077
cat >"$XAUTHORITY"
cd "$XDG_RUNTIME_DIR" || exit 1
exec 2>desktop.log
# A try on another display number, which failed, may have left these.
rm -f display-ready bus-ready manager-ready bus vnc.sock
mkfifo display-ready bus-ready manager-ready || exit 1
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
dbus-daemon --session --nofork --nopidfile --address="$DBUS_SESSION_BUS_ADDRESS" --print-address=4 >/dev/null 4>bus-ready 3>&- &
"$@" -displayfd 4 >&2 4>display-ready 3>&- &
server=$!
read -r number <display-ready && [ -n "$number" ] || { echo failed the X server did not start >&3; exit 1; }
read -r address <bus-ready && [ -n "$address" ] || { echo failed the message bus did not start >&3; exit 1; }
umask 022
cd "$HOME" 2>/dev/null || cd /
if command -v openbox >/dev/null; then
  {
    openbox --sm-disable --startup "sh -c 'echo up >\\"$XDG_RUNTIME_DIR/manager-ready\\"'" >&2
    # One that dies at once would leave the next line waiting for ever.
    echo ended >"$XDG_RUNTIME_DIR/manager-ready"
  } 3>&- &
  read -r _ <"$XDG_RUNTIME_DIR/manager-ready"
fi
if command -v dunst >/dev/null; then dunst -config "$XDG_RUNTIME_DIR/dunstrc" >&2 3>&- & fi
rm -f "$XDG_RUNTIME_DIR"/*-ready
echo "ready $number" >&3
exec 3>&-
wait "$server"
`;

const DISPLAY_TRIES_MAX = 5;
const LOG_BYTES_SHOWN = 600;

/** Another program may take the display number first, so a few numbers are tried before it counts as failed. */
export async function startDesktop(request: DesktopRequest): Promise<DesktopResult> {
  const tried = new Set<number>();
  for (;;) {
    const number = reserveDisplay(tried, request.entrance.account.uid);
    if (number === undefined) return { ok: false, because: 'failed', detail: 'No display number is free.' };
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
  const { userFolder, screen, programs } = request;
  const environment = { ...request.entrance.environment, ...desktopEnvironment(userFolder, number) };
  const vncSocket = programs.xvnc === null ? null : `${userFolder}/vnc.sock`;
  const server = serverCommand({ number, screen, userFolder, vncSocket });
  const keeper = enter(
    { ...request.entrance, environment },
    {
      command: '/bin/sh',
      args: ['-c', START, 'deskhand-desktop', ...server],
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    },
  );
  keeper.stdin?.on('error', () => undefined);
  keeper.stdin?.end(wildCookie(randomBytes(16)));
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
  const log = answer.because === undefined ? await lastLog(request) : '';
  return {
    ok: false,
    because: answer.because ?? 'failed',
    detail: `${answer.line.replace(/^failed /, '')} ${log}`.trim(),
  };
}

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

function firstLine(keeper: ChildProcess, { timeoutMs, signal }: DesktopRequest): Promise<FirstLine> {
  return new Promise((resolve) => {
    const report = keeper.stdio[3] as Readable;
    const lines = createInterface({ input: report });
    const settle = (answer: FirstLine): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancelled);
      lines.close();
      report.destroy();
      resolve(answer);
    };
    const cancelled = (): void => settle({ line: '', because: 'cancelled' });
    const timer = setTimeout(() => settle({ line: '', because: 'timed-out' }), timeoutMs);
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
