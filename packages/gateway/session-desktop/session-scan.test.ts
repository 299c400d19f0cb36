import { expect, test } from 'vitest';
import type { LogindSession } from './logind.ts';
import { mergeSessions } from './session-listing.ts';
import { scanSessions, type ScannedProcess } from './session-scan.ts';

let nextPid = 100;
function aProcess(
  environment: Readonly<Record<string, string>>,
  changes: Partial<ScannedProcess> = {},
): ScannedProcess {
  const pid = nextPid++;
  return {
    pid,
    parent: 1,
    group: pid,
    uid: 1000,
    zombie: false,
    startTime: String(pid),
    name: 'x',
    environment: new Map(Object.entries(environment)),
    ...changes,
  };
}
const scan = (processes: readonly ScannedProcess[], live: readonly number[] = [0, 1]) =>
  scanSessions(processes, new Set(live)).map(({ uid, type, display }) => `${uid} ${type} ${display}`);

test('processes of one account on one display are one session', () => {
  expect(scan([aProcess({ DISPLAY: ':0' }), aProcess({ DISPLAY: ':0.0' }), aProcess({ DISPLAY: 'unix:0' })])).toEqual([
    '1000 x11 :0',
  ]);
});

test('two displays, or two accounts, are two sessions', () => {
  const processes = [
    aProcess({ DISPLAY: ':0' }),
    aProcess({ DISPLAY: ':1' }),
    aProcess({ DISPLAY: ':0' }, { uid: 1001 }),
  ];
  expect(scan(processes)).toEqual(['1000 x11 :0', '1000 x11 :1', '1001 x11 :0']);
});

test('a display without a listening server, on another machine, or of a zombie is no session', () => {
  expect(
    scan([
      aProcess({ DISPLAY: ':7' }),
      aProcess({ DISPLAY: 'localhost:10.0' }),
      aProcess({ DISPLAY: ':0' }, { zombie: true }),
    ]),
  ).toEqual([]);
});

test('a Wayland session hides the X server inside it', () => {
  const processes = [
    aProcess({ WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0' }),
    aProcess({ WAYLAND_DISPLAY: 'wayland-0' }),
    aProcess({ DISPLAY: ':0' }),
  ];
  expect(scan(processes)).toEqual(['1000 wayland :0']);
});

test('a session of a remote desktop server is typed as such', () => {
  expect(scan([aProcess({ DISPLAY: ':1', XRDP_SESSION: '1' })])).toEqual(['1000 rdp :1']);
});

test('joining programs get what the oldest processes have, and nothing that steers the linker', () => {
  const younger = aProcess(
    { DISPLAY: ':0', XAUTHORITY: '/tmp/other', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/b' },
    { startTime: '900' },
  );
  const older = aProcess(
    { DISPLAY: ':0', XAUTHORITY: '/run/cookie', LD_PRELOAD: '/tmp/evil.so', LANG: '' },
    { startTime: '20' },
  );
  const [session] = scanSessions([younger, older], new Set([0]));
  expect(session?.environment).toEqual({
    DISPLAY: ':0',
    XAUTHORITY: '/run/cookie',
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/b',
  });
});

const told = (changes: Partial<LogindSession>): LogindSession => ({
  id: '1',
  uid: 1000,
  user: 'alice',
  type: 'x11',
  class: 'user',
  state: 'active',
  active: true,
  remote: false,
  lockedHint: false,
  display: '',
  leader: 9,
  ...changes,
});
const merge = (environment: Readonly<Record<string, string>>, ...logind: readonly LogindSession[]) =>
  mergeSessions(scanSessions([aProcess(environment)], new Set([0])), logind).map(
    (one) => `${one.scanned?.display ?? '-'} ${one.logind?.id ?? '-'}`,
  );

test('the same session seen by logind and in /proc is one: by its number or by its display', () => {
  expect(merge({ DISPLAY: ':0', XDG_SESSION_ID: '4' }, told({ id: '4' }))).toEqual([':0 4']);
  expect(merge({ DISPLAY: ':0' }, told({ id: '5', display: ':0' }))).toEqual([':0 5']);
});

test('a session of another account, or a text console beside it, stays a session of its own', () => {
  expect(merge({ DISPLAY: ':0' }, told({ id: '6', uid: 1001, display: ':0' }))).toEqual([':0 -', '- 6']);
  expect(merge({ DISPLAY: ':0' }, told({ id: '7', type: 'tty' }))).toEqual([':0 -', '- 7']);
});
