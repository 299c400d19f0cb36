import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { basename } from 'node:path';
import { findBundles, kitCopiedTo, removeOldKits } from './open-kit.ts';

let folder: string;
let bundles: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dh-kit-'));
  bundles = join(folder, 'bundles');
  mkdirSync(bundles);
  writeFileSync(join(bundles, 'runner.cjs'), 'one', { mode: 0o600 });
  writeFileSync(join(bundles, 'session-helper.cjs'), 'helper', { mode: 0o600 });
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
  writeFileSync(join(bundles, 'runner.cjs'), 'two');
  const second = kitCopiedTo(join(folder, 'kit'), bundles);
  expect(second.runner).not.toBe(first.runner);
  removeOldKits(join(folder, 'kit'), new Set([basename(dirname(second.runner))]));
  expect([existsSync(first.runner), existsSync(second.runner)]).toEqual([false, true]);
});

describe('compiled code', () => {
  const cachesOf = (kit: { readonly runner: string }): readonly string[] =>
    readdirSync(dirname(kit.runner)).filter((name) => name.endsWith('.cache'));

  test('is kept beside the programs, where nobody but the owner can change it', () => {
    chmodSync(folder, 0o755);
    const kit = kitCopiedTo(join(folder, 'kit'), findBundles());
    expect(cachesOf(kit).map((name) => name.split('-')[0])).toEqual(['runner', 'session']);
    for (const name of cachesOf(kit)) expect(statSync(join(dirname(kit.runner), name)).mode & 0o777).toBe(0o644);
  });

  test('of another program or another Node is passed over, and the program runs all the same', () => {
    const kit = kitCopiedTo(join(folder, 'kit'), findBundles());
    for (const name of cachesOf(kit)) writeFileSync(join(dirname(kit.runner), name), 'not compiled by any Node');
    const ran = spawnSync(kit.node, [kit.runner], { input: '', encoding: 'utf8' });
    expect(ran.stderr).toContain('The runner could not run');
  });
});
