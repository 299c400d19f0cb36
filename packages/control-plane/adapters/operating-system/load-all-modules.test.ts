import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { loadAllModules } from './load-all-modules.ts';

const folder = mkdtempSync(join(tmpdir(), 'modules-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const files = {
  'first.cjs': `exports.late = async () => require('./second.cjs').late() + (await import('deep')).default;`,
  'second.cjs': `exports.late = () => { try { return require('not-installed'); } catch { return 1; } };`,
  'node_modules/deep/package.json': `{ "type": "module", "exports": "./index.js" }`,
  'node_modules/deep/index.js': `export default 41;`,
};

test('a module that is loaded late is found when its folder cannot be read any more', async () => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const first = createRequire(import.meta.url)(join(folder, 'first.cjs')) as { late: () => Promise<number> };

  await loadAllModules();
  rmSync(folder, { recursive: true });

  expect(await first.late()).toBe(42);
});
