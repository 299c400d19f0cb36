import { expect, test } from 'vitest';
import { commitNamed, isInstalled, type Lockfile } from './earlier.ts';

const lock = (packages: Lockfile['packages']): Lockfile => ({ packages: { '': { version: '0.1.0' }, ...packages } });
const pg8 = { 'node_modules/pg': { version: '8.0.0' } };

test('the packages that are installed do for an earlier commit when each one it names is there in its version', () => {
  const here = lock({ ...pg8, 'node_modules/ws': { version: '8.0.0' }, 'packages/domain': { version: '0.1.0' } });
  expect(isInstalled(lock({ ...pg8, 'packages/domain': { version: '0.0.9' } }), here)).toBe(true);
  expect(isInstalled(lock({ 'node_modules/pg': { version: '7.0.0' } }), here)).toBe(false);
  expect(isInstalled(lock({ ...pg8, 'node_modules/ky': { version: '1.0.0' } }), here)).toBe(false);
});

test('what is no commit is known as none', () => {
  expect(commitNamed('no-such-commit')).toBeUndefined();
  expect(commitNamed('--all')).toBeUndefined();
});
