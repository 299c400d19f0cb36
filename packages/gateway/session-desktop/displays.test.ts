import { expect, test } from 'vitest';
import { wildCookie, serverCommand } from './desktop-start.ts';
import { findCookie } from '../session-helper/x-display.ts';
import { displayNumber, parseLiveDisplays } from './displays.ts';

test('a display is alive while something listens on its socket, whichever kind of socket it is', () => {
  const listed = [
    'Num       RefCount Protocol Flags    Type St Inode Path',
    '0000000000000000: 00000002 00000000 00010000 0001 01 100 /tmp/.X11-unix/X0',
    '0000000000000000: 00000002 00000000 00010000 0001 01 101 @/tmp/.X11-unix/X7',
    '0000000000000000: 00000003 00000000 00000000 0001 03 102 /tmp/.X11-unix/X9',
    '0000000000000000: 00000002 00000000 00010000 0001 01 103 /tmp/.X11-unix/X12/evil',
  ].join('\n');
  expect([...parseLiveDisplays(listed)]).toEqual([0, 7]);
});

test.each([
  [':0', 0],
  [':12.1', 12],
  ['unix:3', 3],
  ['localhost:10.0', undefined],
  [':', undefined],
  [':1;rm', undefined],
  [undefined, undefined],
])('DISPLAY=%s names display %s of this machine', (display, number) => {
  expect(displayNumber(display)).toBe(number);
});

test('the cookie that the server gets is the one that programs find', () => {
  const cookie = Buffer.from('0123456789abcdef');
  expect(findCookie(wildCookie(cookie), 117)).toEqual(cookie);
});

test('a cookie of another display, or a file that is cut off, opens nothing', () => {
  const entry = wildCookie(Buffer.from('0123456789abcdef'));
  const other = Buffer.concat([entry.subarray(0, 4), Buffer.from([0, 1]), Buffer.from('5'), entry.subarray(6)]);
  expect(findCookie(other, 117)).toBeUndefined();
  expect(findCookie(entry.subarray(0, 9), 117)).toBeUndefined();
});

test('no server listens on TCP, and who looks on can neither type nor click', () => {
  const request = { number: 100, screen: { width: 1280, height: 800 }, userFolder: '/run/x' };
  for (const vncSocket of [null, '/run/x/vnc.sock'])
    expect(serverCommand({ ...request, vncSocket }).join(' ')).toContain('-nolisten tcp');
  const watched = serverCommand({ ...request, vncSocket: '/run/x/vnc.sock' });
  expect(watched.join(' ')).toContain('-rfbport -1');
  expect(watched).toEqual(
    expect.arrayContaining(['-AcceptKeyEvents=0', '-AcceptPointerEvents=0', '-AcceptCutText=0', '-SendCutText=0']),
  );
});
