import { expect, test } from 'vitest';
import { cleanLater, cleanUp } from './leftovers.ts';

test('the newest goes first, a failing one keeps no other, and nothing is undone twice', async () => {
  const undone: string[] = [];
  cleanLater(() => void undone.push('folder'));
  cleanLater(() => Promise.reject(new Error('on purpose')));
  cleanLater(() => void undone.push('program'));
  await cleanUp();
  await cleanUp();
  expect(undone).toEqual(['program', 'folder']);
});
