import { expect, test } from 'vitest';
import { agreedVersion } from './versions.ts';

test('both sides speak the highest version that both know, or none', () => {
  const release = (min: number, max: number) => ({ min, max });
  expect(agreedVersion(release(1, 1), release(1, 1))).toBe(1);
  expect(agreedVersion(release(1, 2), release(1, 1))).toBe(1);
  expect(agreedVersion(release(2, 3), release(1, 2))).toBe(2);
  expect(agreedVersion(release(2, 3), release(1, 1))).toBeUndefined();
  expect(agreedVersion(release(1, 1), release(2, 3))).toBeUndefined();
});
