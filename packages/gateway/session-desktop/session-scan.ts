import { displayNumber } from './displays.ts';
import type { ProcessFact } from './process-facts.ts';

export interface ScannedProcess extends ProcessFact {
  readonly environment: ReadonlyMap<string, string>;
}

/** A graphical session as its processes show it. */
export interface ScannedSession {
  readonly uid: number;
  readonly type: 'x11' | 'wayland' | 'rdp';
  /** `:12` without its screen; null for a Wayland session without an X server. */
  readonly display: string | null;
  /** What its oldest processes agree on; a program that joins the session gets these. */
  readonly environment: Readonly<Record<string, string>>;
  /** logind's number of it, where a process carries one. */
  readonly logindIds: ReadonlySet<string>;
}

/** What a program needs to take part in a person's session, and nothing that could change how our own steps run. */
const JOINED = [
  'DISPLAY',
  'XAUTHORITY',
  'DBUS_SESSION_BUS_ADDRESS',
  'XDG_RUNTIME_DIR',
  'XDG_SESSION_TYPE',
  'XDG_SESSION_CLASS',
  'XDG_SESSION_ID',
  'XDG_SESSION_DESKTOP',
  'XDG_CURRENT_DESKTOP',
  'XDG_DATA_DIRS',
  'XDG_CONFIG_DIRS',
  'DESKTOP_SESSION',
  'GTK_MODULES',
  'LANG',
  'LANGUAGE',
  'LC_ALL',
  'LC_CTYPE',
  'LC_NUMERIC',
  'LC_TIME',
  'LC_MONETARY',
  'TZ',
  'KRB5CCNAME',
  'SSH_AUTH_SOCK',
] as const;
const VALUE_CHARACTERS_MAX = 4_096;

interface Group {
  readonly uid: number;
  readonly wayland: string | null;
  readonly display: string | null;
  readonly members: ScannedProcess[];
}

/**
 * Groups processes by account and screen. Displays without a live X server are left out; so is the X server inside a
 * Wayland session, which is no session of its own.
 */
export function scanSessions(
  processes: readonly ScannedProcess[],
  live: ReadonlySet<number>,
): readonly ScannedSession[] {
  const groups = new Map<string, Group>();
  for (const one of processes) {
    if (one.zombie) continue;
    const screen = screenOf(one.environment);
    if (screen === undefined) continue;
    const key = `${one.uid} ${screen.wayland ?? screen.display}`;
    const group = groups.get(key) ?? { uid: one.uid, ...screen, members: [] };
    groups.set(key, group);
    group.members.push(one);
  }
  const all = [...groups.values()];
  const insideWayland = new Set(
    all.flatMap((one) =>
      one.wayland ? one.members.map((member) => `${one.uid} ${screenOf(member.environment)?.display}`) : [],
    ),
  );
  return all
    .filter(
      (one) => one.wayland !== null || (isLive(one.display, live) && !insideWayland.has(`${one.uid} ${one.display}`)),
    )
    .map(sessionOf);
}

const isLive = (display: string | null, live: ReadonlySet<number>): boolean =>
  live.has(displayNumber(display ?? '') ?? -1);

function screenOf(
  environment: ReadonlyMap<string, string>,
): { wayland: string | null; display: string | null } | undefined {
  const number = displayNumber(environment.get('DISPLAY'));
  const display = number === undefined ? null : `:${number}`;
  const wayland = environment.get('WAYLAND_DISPLAY') ?? null;
  if (wayland === null && display === null) return undefined;
  return { wayland: wayland === '' ? null : wayland, display };
}

function sessionOf({ uid, wayland, display, members }: Group): ScannedSession {
  const oldestFirst = [...members].sort((a, b) => Number(a.startTime) - Number(b.startTime) || a.pid - b.pid);
  const rdp = oldestFirst.some((one) => one.environment.has('XRDP_SESSION'));
  return {
    uid,
    type: wayland !== null ? 'wayland' : rdp ? 'rdp' : 'x11',
    display: display ?? oldestFirst.map((one) => screenOf(one.environment)?.display).find(Boolean) ?? null,
    environment: joinedEnvironment(oldestFirst),
    logindIds: new Set(oldestFirst.flatMap((one) => one.environment.get('XDG_SESSION_ID') ?? [])),
  };
}

function joinedEnvironment(oldestFirst: readonly ScannedProcess[]): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of JOINED) {
    const value = oldestFirst.map((one) => one.environment.get(name)).find((text) => text !== undefined && text !== '');
    if (value !== undefined && value.length <= VALUE_CHARACTERS_MAX) environment[name] = value;
  }
  return environment;
}
