import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { basename } from 'node:path';
import { kitCopiedTo, removeOldKits } from './open-kit.ts';

let folder: string;
let bundles: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dh-kit-'));
  bundles = join(folder, 'bundles');
  mkdirSync(bundles);
  writeFileSync(join(bundles, 'runner.mjs'), 'one', { mode: 0o600 });
  writeFileSync(join(bundles, 'session-helper.mjs'), 'helper', { mode: 0o600 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('every account can read and run the copy, and none but its owner can change it', () => {
  const kit = kitCopiedTo(join(folder, 'kit'), bundles);
  expect(statSync(kit.node).mode & 0o777).toBe(0o755);
  expect(statSync(kit.runner).mode & 0o777).toBe(0o644);
  expect(statSync(dirname(kit.runner)).mode & 0o777).toBe(0o755);
});

test('a new version gets a folder of its own, and old ones go when nobody uses them', () => {
  const first = kitCopiedTo(join(folder, 'kit'), bundles);
  expect(kitCopiedTo(join(folder, 'kit'), bundles)).toEqual(first);
  writeFileSync(join(bundles, 'runner.mjs'), 'two');
  const second = kitCopiedTo(join(folder, 'kit'), bundles);
  expect(second.runner).not.toBe(first.runner);
  removeOldKits(join(folder, 'kit'), new Set([basename(dirname(second.runner))]));
  expect([existsSync(first.runner), existsSync(second.runner)]).toEqual([false, true]);
});
