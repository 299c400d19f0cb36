import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readFailureCount } from './failure-count.ts';

const NOW_S = 1_800_000_000;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync('/tmp/dh-failures-');
  mkdirSync(join(folder, 'tally'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A tally as pam_faillock writes it. */
function failed(agoS: readonly number[], isValid = true): void {
  const bytes = Buffer.alloc(64 * agoS.length);
  agoS.forEach((ago, index) => {
    bytes.write('tty1', index * 64);
    bytes.writeUInt16LE(isValid ? 1 : 0, index * 64 + 54);
    bytes.writeBigUInt64LE(BigInt(NOW_S - ago), index * 64 + 56);
  });
  writeFileSync(join(folder, 'tally', 'alice'), bytes);
}
function stack(line: string): void {
  writeFileSync(join(folder, 'deskhand'), '@include common-auth\naccount required pam_unix.so\n');
  writeFileSync(join(folder, 'common-auth'), `auth required pam_unix.so\n${line}\n`);
}
const settings = (text: string): void => writeFileSync(join(folder, 'faillock.conf'), text);
const count = () =>
  readFailureCount('alice', NOW_S * 1_000, { services: folder, configuration: join(folder, 'faillock.conf') });
const withDefaults = (): void => {
  stack('auth required pam_faillock.so preauth');
  settings(`# comment\ndir = ${join(folder, 'tally')}\n`);
};

test('a machine that counts no failures has no count, whatever lies there', () => {
  withDefaults();
  stack('# auth required pam_faillock.so');
  failed([1, 2]);
  expect(count()).toBeUndefined();
});

test.each([
  ['nobody has failed', undefined, 0],
  ['two failed just now', [10, 5], 2],
  ['failures older than the interval count no more', [5_000, 4_000], 0],
  ['of old ones and a new one the new one counts', [5_000, 60], 1],
  ['three near each other lock', [120, 60, 5], 3],
  ['a lock passes after its time', [700, 660, 650], 3],
] as const)('%s', (_, agoS, failures) => {
  withDefaults();
  if (agoS !== undefined) failed(agoS);
  expect(count()).toEqual({ failures, lockedAt: 3 });
});

test('what was made void, as by a right password, counts no more', () => {
  withDefaults();
  failed([5, 4], false);
  expect(count()?.failures).toBe(0);
});

test('a lock without an end stays, however old it is', () => {
  withDefaults();
  settings(`dir = ${join(folder, 'tally')}\nunlock_time = never\n`);
  failed([90_000, 89_990, 89_980]);
  expect(count()).toEqual({ failures: 3, lockedAt: 3 });
});

test('what the line of the stack says counts before the configuration', () => {
  withDefaults();
  settings(`deny = 9\ndir = ${join(folder, 'nowhere')}\n`);
  stack(`auth [default=die] pam_faillock.so authfail deny=5 dir=${join(folder, 'tally')}`);
  failed([5]);
  expect(count()).toEqual({ failures: 1, lockedAt: 5 });
});

test('a count that locks nobody is no count', () => {
  withDefaults();
  settings('deny = 0\n');
  expect(count()).toBeUndefined();
});
