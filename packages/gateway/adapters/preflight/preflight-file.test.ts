import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RememberedPassword } from '../../ports/preflight-memory.ts';
import { openPreflightFile, preflightFilePath } from './preflight-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync('/tmp/dh-preflights-');
});
afterEach(() => rmSync(folder, { recursive: true }));
const open = () => openPreflightFile(preflightFilePath(folder));
const wrong: RememberedPassword = { passwordVersion: 3, outcome: 'wrong', atMs: 5, isDirectoryAccount: true };

test('what was tried is known to the gateway that starts next, and forgotten for good', () => {
  open().note('k1', { ...wrong, outcome: 'begun' });
  open().note('k1', wrong);
  open().note('k2', wrong);
  expect([open().of('k1'), open().of('k2'), open().of('k3')]).toEqual([wrong, wrong, undefined]);
  open().forget('k1');
  expect([open().of('k1'), open().of('k2')]).toEqual([undefined, wrong]);
});

test('the file stays small: the oldest of very many are let go', () => {
  const memory = openPreflightFile('/nowhere', {
    exists: () => false,
    read: () => Buffer.alloc(0),
    replace: () => undefined,
  });
  for (let number = 0; number <= 5_000; number += 1) memory.note(`k${String(number)}`, wrong);
  expect([memory.of('k0'), memory.of('k1'), memory.of('k5000')]).toEqual([undefined, wrong, wrong]);
});

test('it names no account', () => {
  open().note('k1', wrong);
  expect(Object.keys(JSON.parse(readFileSync(preflightFilePath(folder), 'utf8'))[0][1])).toEqual(Object.keys(wrong));
});
