import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { loadAllModules } from './load-all-modules.ts';

const folder = mkdtempSync(join(tmpdir(), 'modules-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a module that is required late is found when its folder cannot be read any more', () => {
  mkdirSync(join(folder, 'node_modules', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'first.cjs'), "exports.late = () => require('./second.cjs').late();");
  writeFileSync(
    join(folder, 'second.cjs'),
    "exports.late = () => require('deep') + missing(); const missing = () => { try { return require('not-installed'); } catch { return 1; } };",
  );
  writeFileSync(join(folder, 'node_modules', 'deep', 'index.js'), 'module.exports = 41;');
  const first = createRequire(import.meta.url)(join(folder, 'first.cjs')) as { late: () => number };

  loadAllModules();
  rmSync(folder, { recursive: true });

  expect(first.late()).toBe(42);
});
