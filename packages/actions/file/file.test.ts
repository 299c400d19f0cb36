import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ArgumentValue,
  binaryOf,
  datatableOf,
  datetimeFromParts,
  listOf,
  type RobinValue,
  textList,
} from '@deskhand/robin';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runner, testContext } from '../test-context.ts';
import { fileModule } from './module.ts';
import { wildcardMatcher } from './wildcard.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = runner(fileModule);
type Values = Readonly<Record<string, ArgumentValue>>;
const result = async (id: string, values: Values, context = testContext()) => await run(`File.${id}`, values, context);
const outputs = async (id: string, values: Values) => (await result(id, values)).outputs ?? {};
const at = (...names: string[]): string => join(folder, ...names);
const put = (name: string, text = name): string => {
  writeFileSync(at(name), text);
  return at(name);
};
const names = (value: RobinValue | undefined): string[] =>
  typeof value === 'object' && value.kind === 'list'
    ? value.items.map((item) =>
        typeof item === 'object' && item.kind === 'file' ? item.path.slice(folder.length + 1) : '?',
      )
    : [];

describe('conditions', () => {
  test.each(['IfFile.Exists', 'WaitForFile.Created'])('%s holds for a file, not for a folder', async (id) => {
    expect(await result(id, { File: put('a') })).toEqual({ holds: true });
    expect(await result(id, { File: at('b') })).toEqual({ holds: false });
    expect(await result(id, { File: folder })).toEqual({ holds: false });
  });

  test.each(['IfFile.DoesNotExist', 'WaitForFile.Deleted'])('%s is the opposite', async (id) => {
    expect(await result(id, { File: put('a') })).toEqual({ holds: false });
    expect(await result(id, { File: at('b') })).toEqual({ holds: true });
  });
});

describe('copying, moving and deleting', () => {
  test('copies into a folder and leaves what is there alone unless told otherwise', async () => {
    mkdirSync(at('to'));
    writeFileSync(at('to', 'a'), 'old');
    const files = [put('a', 'new'), put('b')];
    const kept = await outputs('Copy', { Files: files, Destination: at('to') });
    expect(names(kept['CopiedFiles'])).toEqual(['to/b']);
    expect(readFileSync(at('to', 'a'), 'utf8')).toBe('old');
    const replaced = await outputs('Copy', { Files: files, Destination: at('to'), IfFileExists: 'Overwrite' });
    expect(names(replaced['CopiedFiles'])).toEqual(['to/a', 'to/b']);
    expect(readFileSync(at('to', 'a'), 'utf8')).toBe('new');
  });

  test('moves what wildcards find', async () => {
    mkdirSync(at('to'));
    for (const name of ['a.txt', 'B.TXT', 'c.csv']) put(name);
    const moved = await outputs('Move', { Files: [at('*.txt')], Destination: at('to') });
    expect(names(moved['MovedFiles'])).toEqual(['to/B.TXT', 'to/a.txt']);
    expect(readdirSync(folder)).toEqual(['c.csv', 'to']);
  });

  test('deletes', async () => {
    await result('Delete', { Files: [put('a'), put('b')] });
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each<[string, () => Values, string]>([
    ['Copy', () => ({ Files: [at('x')], Destination: folder }), 'FileNotFoundError'],
    ['Copy', () => ({ Files: [at('no', 'x')], Destination: folder }), 'SourceFolderDoesNotExistError'],
    ['Copy', () => ({ Files: [put('a')], Destination: at('no') }), 'DestinationFolderDoesNotExistError'],
    ['Move', () => ({ Files: [put('a')], Destination: at('no') }), 'DestinationFolderDoesNotExistError'],
    ['Delete', () => ({ Files: [at('x')] }), 'FileNotFoundError'],
  ])('%s of what is not there', async (id, values, code) => {
    await expect(result(id, values())).rejects.toMatchObject({ code });
  });

  test('a run that is cancelled copies nothing more', async () => {
    mkdirSync(at('to'));
    const context = testContext({ signal: AbortSignal.abort() });
    await expect(result('Copy', { Files: [put('a')], Destination: at('to') }, context)).rejects.toThrow();
    expect(existsSync(at('to', 'a'))).toBe(false);
  });
});

describe('renaming', () => {
  test.each<[string, Values, string[]]>([
    ['Rename', { NewName: 'new' }, ['new.txt']],
    ['Rename', { NewName: 'new.md', KeepExtension: false }, ['new.md']],
    ['RenameAddText', { TextToAdd: '-x' }, ['report one-x.txt']],
    ['RenameAddText', { TextToAdd: 'x-', TextPosition: 'BeforeName' }, ['x-report one.txt']],
    ['RenameRemoveText', { TextToRemove: ' one' }, ['report.txt']],
    ['RenameReplaceText', { TextToReplace: 'one', ReplaceWith: 'two' }, ['report two.txt']],
    ['RenameChangeExtension', { NewExtension: '.bak' }, ['report one.bak']],
    ['RenameAddDateOrTime', { DateTimeSeparator: 'Underscore' }, ['report one_20261123.txt']],
    [
      'RenameAddDateOrTime',
      { DateTimeToAdd: 'LastModified', DateTimePosition: 'BeforeName', DateTimeFormat: 'yyyy' },
      ['2020 report one.txt'],
    ],
    [
      'RenameAddCustomDateTime',
      { CustomDateTime: datetimeFromParts(2025, 1, 2), DateTimeFormat: 'dd-MM', DateTimeSeparator: 'Nothing' },
      ['report one02-01.txt'],
    ],
    ['RenameAddSequentialSuffix', { StartNumberingAt: 7, UsePadding: true }, ['report one 007.txt']],
    ['OverwriteWithSequentialSuffix', { SequenceNewName: 'page', SequenceSeparator: 'Dash' }, ['page-1.txt']],
  ])('%s %o', async (selector, values, expected) => {
    const file = put('report one.txt');
    utimesSync(file, 0, new Date('2020-06-01T12:00:00Z'));
    const { RenamedFiles } = await outputs(`RenameFiles.${selector}`, { Files: [file], ...values });
    expect(names(RenamedFiles)).toEqual(expected);
    expect(readdirSync(folder)).toEqual(expected);
  });

  test('a name that is taken is left alone, or overwritten', async () => {
    const values = { Files: [put('a.txt', 'a')], NewName: 'b' };
    put('b.txt', 'b');
    expect(names((await outputs('RenameFiles.Rename', values))['RenamedFiles'])).toEqual([]);
    await result('RenameFiles.Rename', { ...values, IfFileExists: 'Overwrite' });
    expect(readFileSync(at('b.txt'), 'utf8')).toBe('a');
  });

  test('two files never get one name, and names stay inside the folder', async () => {
    const values = { Files: [put('a.txt'), put('b.txt')], NewName: 'c' };
    await expect(result('RenameFiles.Rename', values)).rejects.toMatchObject({ code: 'CannotRenameFileError' });
    await expect(result('RenameFiles.Rename', { Files: [at('a.txt')], NewName: '../c' })).rejects.toMatchObject({
      code: 'CannotRenameFileError',
    });
    expect(readdirSync(folder)).toEqual(['a.txt', 'b.txt']);
  });
});

describe('text', () => {
  test('what is written is read back, in every encoding', async () => {
    for (const [write, read] of [
      ['Unicode', 'UTF8'],
      ['UTF8NoBOM', 'UTF8'],
      ['ANSI', 'ANSI'],
      ['UnicodeNoBOM', 'Unicode'],
    ]) {
      await result('WriteText', { File: at('a'), TextToWrite: 'Größe', Encoding: write, AppendNewLine: false });
      expect(await outputs('ReadTextFromFile.ReadText', { File: at('a'), Encoding: read })).toEqual({
        Content: 'Größe',
      });
    }
  });

  test('appending adds lines and no second byte order mark', async () => {
    await result('WriteText', { File: at('a'), TextToWrite: 'one' });
    await result('WriteText', { File: at('a'), TextToWrite: listOf(['two', 3]), IfFileExists: 'Append' });
    expect(await outputs('ReadTextFromFile.ReadTextAsList', { File: at('a') })).toEqual({
      Contents: textList(['one', 'two', '3']),
    });
    expect(readFileSync(at('a')).toString('utf16le').lastIndexOf('\uFEFF')).toBe(0);
  });

  test('a large text takes the slow way with the same outcome', async () => {
    const big = 'x'.repeat(3_000_000);
    await result('WriteText', { File: at('a'), TextToWrite: big, AppendNewLine: false, Encoding: 'UTF8NoBOM' });
    expect((await outputs('ReadTextFromFile.ReadText', { File: at('a') }))['Content']).toBe(big);
  });

  test.each<[string, () => Values, string]>([
    ['ReadTextFromFile.ReadText', () => ({ File: at('x') }), 'FileNotFoundError'],
    ['ReadTextFromFile.ReadText', () => ({ File: at('no', 'x') }), 'DirectoryNotFoundError'],
    ['WriteText', () => ({ File: at('no', 'x'), TextToWrite: '' }), 'InvalidDirectoryOfFileError'],
    ['WriteText', () => ({ File: folder, TextToWrite: '' }), 'FailedToWriteTextToFileError'],
  ])('%s fails by name', async (id, values, code) => {
    await expect(result(id, values())).rejects.toMatchObject({ code });
  });
});

describe('CSV', () => {
  const table = () => datatableOf(['A', 'B'], [['x,y', 1]]);

  test('a table goes out with its header and comes back as texts', async () => {
    const file = at('a.csv');
    await result('WriteToCSVFile.WriteCSV', { VariableToWrite: table(), CSVFile: file, IncludeColumnNames: true });
    const more = { VariableToWrite: table(), CSVFile: file, IncludeColumnNames: true, IfFileExists: 'Append' };
    await result('WriteToCSVFile.WriteCSV', more);
    expect(readFileSync(file, 'utf8')).toBe('\uFEFFA,B\n"x,y",1\n"x,y",1\n');
    const read = { CSVFile: file, FirstLineContainsColumnNames: true };
    expect((await outputs('ReadFromCSVFile.ReadCSV', read))['CSVTable']).toMatchObject({
      columns: ['A', 'B'],
      rows: [
        ['x,y', '1'],
        ['x,y', '1'],
      ],
    });
  });

  test('lists become columns, lists of lists become rows', async () => {
    const write = (value: RobinValue) =>
      result('WriteToCSVFile.WriteCSVWithCustomSeparator', {
        VariableToWrite: value,
        CSVFile: at('a'),
        CustomColumnsSeparator: '|',
        CsvFileEncoding: 'UTF8NoBOM',
      });
    await write(listOf(['a', 'b']));
    expect(readFileSync(at('a'), 'utf8')).toBe('a\nb\n');
    await write(listOf([listOf(['a', 'b']), listOf([1, 2])]));
    expect(readFileSync(at('a'), 'utf8')).toBe('a|b\n1|2\n');
  });

  test('own separators and fixed widths', async () => {
    const custom = { CSVFile: put('a', 'a|b'), CustomColumnsSeparator: '|' };
    expect((await outputs('ReadFromCSVFile.ReadCSVWithCustomSeparator', custom))['CSVTable']).toMatchObject({
      rows: [['a', 'b']],
    });
    const fixed = { CSVFile: put('b', 'ab1'), FixedColumnWidths: '2,1' };
    expect((await outputs('ReadFromCSVFile.ReadCSVWithFixedColumnWidths', fixed))['CSVTable']).toMatchObject({
      rows: [['ab', '1']],
    });
    await expect(result('ReadFromCSVFile.ReadCSV', { CSVFile: put('c', '"a') })).rejects.toMatchObject({
      code: 'FailedToReadFromCSVError',
    });
  });
});

test('bytes go through Base64 and binary data', async () => {
  const file = put('a', 'ab');
  const { Base64Text } = await outputs('ConvertToBase64', { File: file });
  expect(Base64Text).toBe('YWI=');
  await result('ConvertFromBase64', { Base64Text: 'Y2Q=', File: file });
  expect(readFileSync(file, 'utf8')).toBe('ab');
  await result('ConvertFromBase64', { Base64Text: 'Y2Q=', File: file, IfFileExists: 'Overwrite' });
  expect(await outputs('ConvertToBinary', { File: file })).toMatchObject({
    BinaryData: { kind: 'binary', bytes: Buffer.from('cd') },
  });
  await result('ConvertFromBinary', { BinaryData: binaryOf(Buffer.from('ef')), File: at('b') });
  expect(readFileSync(at('b'), 'utf8')).toBe('ef');
  await expect(result('ConvertFromBase64', { Base64Text: '???', File: at('c') })).rejects.toMatchObject({
    code: 'FailedToConvertFileError',
  });
});

test('the parts of a path', async () => {
  expect(await outputs('GetPathPart', { File: '/data/in/report.tar.gz' })).toEqual({
    RootPath: { kind: 'folder', path: '/' },
    Directory: { kind: 'folder', path: '/data/in' },
    FileName: 'report.tar.gz',
    FileNameWithoutExtension: 'report.tar',
    Extension: '.gz',
  });
});

test('a temporary file is empty and private', async () => {
  const context = testContext({ environment: { TMPDIR: folder } });
  const first = (await result('GetTempPath', {}, context)).outputs?.['TempFile'];
  const second = (await result('GetTempPath', {}, context)).outputs?.['TempFile'];
  expect(first).not.toEqual(second);
  const path = typeof first === 'object' && first.kind === 'file' ? first.path : '';
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test.each([
  ['*.txt', 'A.TXT', true],
  ['*.txt', 'a.txt.bak', false],
  ['rep?rt*', 'report 1', true],
  ['a;b*', 'bc', true],
  ['*.*', 'no extension', true],
  ['[a]', 'a', false],
  [`${'*a'.repeat(30)}b`, 'a'.repeat(5000), false],
])('the pattern %s on %s', (pattern, name, matches) => {
  expect(wildcardMatcher(pattern)(name)).toBe(matches);
});
