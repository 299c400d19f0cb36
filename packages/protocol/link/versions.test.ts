import { expect, test } from 'vitest';
import { agreedVersion, linkVersions, maySay } from './versions.ts';

test('both sides speak the highest version that both know, or none', () => {
  const release = (min: number, max: number) => ({ min, max });
  expect(agreedVersion(release(1, 1), release(1, 1))).toBe(1);
  expect(agreedVersion(release(1, 2), release(1, 1))).toBe(1);
  expect(agreedVersion(release(2, 3), release(1, 2))).toBe(2);
  expect(agreedVersion(release(2, 3), release(1, 1))).toBeUndefined();
  expect(agreedVersion(release(1, 1), release(2, 3))).toBeUndefined();
});

test('what a release before does not know is said only where both know it', () => {
  expect([maySay('offer', 1), maySay('runDoctor', 1), maySay('restart', 1)]).toEqual([true, false, false]);
  expect([maySay('preflight', 2), maySay('preflight', 3)]).toEqual([false, true]);
  expect([maySay('askPerson', 3), maySay('signOutPerson', 3), maySay('askPerson', 4)]).toEqual([false, false, true]);
  expect([maySay('runDoctor', 2), maySay('restart', linkVersions.max)]).toEqual([true, true]);
});
