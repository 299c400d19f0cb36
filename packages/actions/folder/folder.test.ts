import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArgumentValue, RobinValue } from '@deskhand/robin';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runner, testContext } from '../test-context.ts';
import { folderModule } from './module.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'folders-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const run = runner(folderModule);
type Values = Readonly<Record<string, ArgumentValue>>;
const context = () => testContext({ workingFolder: join(root, 'work'), environment: { HOME: join(root, 'home') } });
const result = async (id: string, values: Values) => await run(`Folder.${id}`, values, context());
const at = (...names: string[]): string => join(root, ...names);
const put = (path: string, text = ''): void => {
  mkdirSync(join(at(path), '..'), { recursive: true });
  writeFileSync(at(path), text);
};
const names = (value: RobinValue | undefined): string[] =>
  typeof value === 'object' && value.kind === 'list'
    ? value.items.map((item) => (typeof item === 'object' && 'path' in item ? item.path.slice(root.length + 1) : '?'))
    : [];

test('a folder exists, a file of that name does not count', async () => {
  put('a');
  expect(await result('IfFolderExists.Exists', { Path: root })).toEqual({ holds: true });
  expect(await result('IfFolderExists.Exists', { Path: at('a') })).toEqual({ holds: false });
  expect(await result('IfFolderExists.DoesNotExist', { Path: at('b') })).toEqual({ holds: true });
});

describe('listing', () => {
  const files = async (values: Values) =>
    names((await result('GetFiles', { Folder: root, ...values })).outputs?.['Files']);
  const folders = async (values: Values) =>
    names((await result('GetSubfolders', { Folder: root, ...values })).outputs?.['Subfolders']);

  test('files by name, filtered by patterns', async () => {
    for (const name of ['b.txt', 'A.TXT', 'c.csv', 'sub/d.txt']) put(name);
    expect(await files({})).toEqual(['A.TXT', 'b.txt', 'c.csv']);
    expect(await files({ FileFilter: '*.txt' })).toEqual(['A.TXT', 'b.txt']);
    expect(await files({ FileFilter: '*.csv;b*' })).toEqual(['b.txt', 'c.csv']);
    expect(await files({ IncludeSubfolders: true, FileFilter: '*.txt' })).toEqual(['A.TXT', 'b.txt', 'sub/d.txt']);
  });

  test('up to three sort rules', async () => {
    for (const [name, text, day] of [
      ['a.x', '1', 3],
      ['b.x', '22', 1],
      ['c.y', '1', 2],
    ] as const) {
      put(name, text);
      utimesSync(at(name), 0, new Date(2020, 0, day));
    }
    expect(await files({ SortBy1: 'LastModified' })).toEqual(['b.x', 'c.y', 'a.x']);
    expect(await files({ SortBy1: 'Size', SortDescending1: true, SortBy2: 'Name', SortDescending2: true })).toEqual([
      'b.x',
      'c.y',
      'a.x',
    ]);
    expect(await files({ SortBy1: 'Extension', SortDescending1: true, SortBy2: 'Size' })).toEqual([
      'c.y',
      'a.x',
      'b.x',
    ]);
  });

  test('subfolders, and links are not followed in circles', async () => {
    mkdirSync(at('one', 'two'), { recursive: true });
    symlinkSync(root, at('one', 'loop'));
    expect(await folders({})).toEqual(['one']);
    expect(await folders({ IncludeSubfolders: true })).toEqual(['one', 'one/loop', 'one/two']);
    expect(await folders({ IncludeSubfolders: true, FolderFilter: 't*' })).toEqual(['one/two']);
  });

  test('a folder that is not there', async () => {
    await expect(result('GetFiles', { Folder: at('no') })).rejects.toMatchObject({ code: 'FolderDoesNotExistError' });
  });
});

describe('changing', () => {
  test('makes a folder, also one that is there already', async () => {
    for (let time = 0; time < 2; time += 1) {
      const { outputs } = await result('Create', { FolderPath: root, FolderName: 'new' });
      expect(outputs).toEqual({ Folder: { kind: 'folder', path: at('new') } });
    }
    await expect(result('Create', { FolderPath: at('no'), FolderName: 'x' })).rejects.toMatchObject({
      code: 'FolderDoesNotExistError',
    });
    await expect(result('Create', { FolderPath: root, FolderName: ' ' })).rejects.toMatchObject({
      code: 'NewFolderPathAndNameAreEmptyError',
    });
  });

  test('deletes and empties with all that is inside', async () => {
    put('a/b/c');
    put('d/e');
    await result('Delete', { Folder: at('a') });
    expect(existsSync(at('a'))).toBe(false);
    await result('Empty', { Folder: at('d') });
    expect([existsSync(at('d')), existsSync(at('d', 'e'))]).toEqual([true, false]);
  });

  test('never deletes the home folder, the working folder, or what holds them', async () => {
    put('home/x');
    put('work/x');
    for (const path of ['/', root, at('home'), at('work')]) {
      await expect(result('Delete', { Folder: path })).rejects.toMatchObject({ code: 'CannotDeleteFolderError' });
      await expect(result('Empty', { Folder: path })).rejects.toMatchObject({
        code: 'CannotDeleteContentsOfFolderError',
      });
    }
    expect(existsSync(at('home', 'x'))).toBe(true);
  });

  test('copies; overwriting replaces files and keeps others', async () => {
    put('a/x', 'new');
    put('to/a/x', 'old');
    put('to/a/y', 'kept');
    await result('Copy', { Folder: at('a'), Destination: at('to') });
    expect(readFileSync(at('to/a/x'), 'utf8')).toBe('old');
    const { outputs } = await result('Copy', { Folder: at('a'), Destination: at('to'), IfFolderExists: 'Overwrite' });
    expect(outputs).toEqual({ CopiedFolder: { kind: 'folder', path: at('to', 'a') } });
    expect([readFileSync(at('to/a/x'), 'utf8'), readFileSync(at('to/a/y'), 'utf8')]).toEqual(['new', 'kept']);
    await expect(result('Copy', { Folder: at('a'), Destination: at('no') })).rejects.toMatchObject({
      code: 'DestinationFolderDoesNotExistError',
    });
  });

  test('moves and renames', async () => {
    put('a/x');
    mkdirSync(at('to'));
    await result('Move', { Folder: at('a'), Destination: at('to') });
    expect(existsSync(at('to', 'a', 'x'))).toBe(true);
    await result('Rename', { Folder: at('to', 'a'), NewName: 'b' });
    expect(existsSync(at('to', 'b', 'x'))).toBe(true);
    await expect(result('Rename', { Folder: at('to'), NewName: '../x' })).rejects.toMatchObject({
      code: 'CannotRenameFolderError',
    });
  });
});

test('special folders are where the desktop says, and those of Windows alone are refused', async () => {
  put('home/.config/user-dirs.dirs', 'XDG_DOCUMENTS_DIR="$HOME/Papers"\n');
  const special = async (name: string) => (await result('GetSpecialFolder', { SpecialFolder: name })).outputs;
  expect(await special('Personal')).toEqual({ SpecialFolderPath: { kind: 'folder', path: at('home', 'Papers') } });
  expect(await special('DesktopDirectory')).toEqual({
    SpecialFolderPath: { kind: 'folder', path: at('home', 'Desktop') },
  });
  await expect(special('Cookies')).rejects.toMatchObject({ code: 'SpecialFolderNotFoundError' });
});
