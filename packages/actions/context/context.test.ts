import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ActionError } from '@deskhand/robin';
import { describe, expect, test } from 'vitest';
import { testContext } from '../test-context.ts';
import { pathResolver } from './resolve-path.ts';

const mappings = {
  'C:\\Users\\x': '/home/x/flows',
  'c:\\users\\x\\Desktop\\': '/home/x/desk',
  '\\\\server\\share': '/mnt/share',
};

describe('paths of Windows go through the mapping', () => {
  const resolvePath = pathResolver('/work', mappings);
  test.each([
    ['C:\\Users\\x\\in\\a.txt', '/home/x/flows/in/a.txt'],
    ['c:\\USERS\\X', '/home/x/flows'],
    ['C:\\Users\\x\\', '/home/x/flows'],
    ['C:/Users/x/a.txt', '/home/x/flows/a.txt'],
    ['C:\\Users\\x\\Desktop\\a.txt', '/home/x/desk/a.txt'],
    ['\\\\Server\\Share\\b.csv', '/mnt/share/b.csv'],
    ['"C:\\Users\\x\\a b.txt"', '/home/x/flows/a b.txt'],
    ['/etc/hosts', '/etc/hosts'],
    ['/home/x\\sub\\a.txt', '/home/x/sub/a.txt'],
    ['sub\\a.txt', '/work/sub/a.txt'],
    ['a.txt', '/work/a.txt'],
  ])('%s → %s', (written, path) => {
    expect(resolvePath(written)).toBe(path);
  });

  test.each(['D:\\a.txt', 'C:\\Users\\xy\\a.txt', '\\\\other\\share\\a', 'C:'])('%s has no folder here', (written) => {
    const attempt = (): string => resolvePath(written);
    expect(attempt).toThrow(ActionError);
    expect(attempt).toThrow(/pathMappings/);
  });
});

test('a file that is named with a backslash is found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paths-'));
  const odd = join(folder, 'back\\slash');
  writeFileSync(odd, '');
  expect(pathResolver('/work', {})(odd)).toBe(odd);
  rmSync(folder, { recursive: true });
});

test('facts of a file are read when they are asked for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'facts-'));
  writeFileSync(join(folder, '.a.txt'), 'abc');
  const { fileFacts } = testContext();
  expect(fileFacts?.(join(folder, '.a.txt'))).toMatchObject({ exists: true, sizeBytes: 3, isHidden: true });
  expect(fileFacts?.(folder)).toMatchObject({ filesCount: 1, foldersCount: 0 });
  expect(fileFacts?.(join(folder, 'b.txt'))).toEqual({ exists: false });
  rmSync(folder, { recursive: true });
});

test('instances close in reverse order, and a failure does not stop the others', async () => {
  const log: string[] = [];
  const { instances } = testContext({ log: (_level, message) => log.push(message) });
  const closed: string[] = [];
  const first = instances.open('Excel', { book: 1 }, () => void closed.push('first'));
  instances.open('Excel', {}, () => Promise.reject(new Error('stuck')));
  instances.open('Excel', {}, () => void closed.push('third'));
  expect(instances.get('Excel', first)).toEqual({ book: 1 });
  expect(instances.get('Word', first)).toBeUndefined();
  await instances.closeAll();
  expect(closed).toEqual(['third', 'first']);
  expect(log.join()).toContain('stuck');
});

test('without a display a dialog says so', async () => {
  const { dialogs, signal } = testContext();
  const dialog = { title: '', text: '', icon: 'None', buttons: ['OK'], defaultButton: 0, alwaysOnTop: false } as const;
  await expect(dialogs.message(dialog, signal)).rejects.toMatchObject({ code: 'DialogUnavailableError' });
});
