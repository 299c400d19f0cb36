import { datatableOf, toText } from '@deskhand/robin';
import { describe, expect, test } from 'vitest';
import { CsvError, type CsvOptions, parseCsv, parseWidths } from './parse-csv.ts';
import { separatorOf } from './separator.ts';
import { writeCsv } from './write-csv.ts';

const read = (text: string, options: Partial<CsvOptions> = {}) =>
  parseCsv(text, { columns: { separator: ',' }, trim: true, firstLineIsHeader: false, ...options });

describe('reading', () => {
  test.each<[string, string, unknown[][]]>([
    [
      'plain fields',
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'Windows line ends and a last one',
      'a,b\r\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['quotes with separators inside', '"a,b",c', [['a,b', 'c']]],
    ['doubled quotes', '"say ""hi""",x', [['say "hi"', 'x']]],
    ['line ends inside quotes', '"one\ntwo",x', [['one\ntwo', 'x']]],
    ['blanks around fields', ' a , "b" ,c', [['a', 'b', 'c']]],
    [
      'empty fields',
      ',,\na,,c',
      [
        ['', '', ''],
        ['a', '', 'c'],
      ],
    ],
    ['empty lines are skipped', 'a\n\nb\n', [['a'], ['b']]],
    [
      'short rows are filled',
      'a,b,c\nd',
      [
        ['a', 'b', 'c'],
        ['d', '', ''],
      ],
    ],
    ['a quote in the middle of a field', 'a"b,c', [['a"b', 'c']]],
    ['nothing at all', '', []],
  ])('%s', (_name, text, rows) => {
    expect(read(text).rows).toEqual(rows);
  });

  test('the first line names the columns, each name once', () => {
    const table = read('Name,,name\na,b,c', { firstLineIsHeader: true });
    expect(table.columns).toEqual(['Name', 'Column2', 'name2']);
    expect(table.rows).toEqual([['a', 'b', 'c']]);
  });

  test('fields keep their blanks when they are not trimmed', () => {
    expect(read(' a ,b', { trim: false }).rows).toEqual([[' a ', 'b']]);
  });

  test('a separator may be longer than one character', () => {
    expect(read('a||b', { columns: { separator: '||' } }).rows).toEqual([['a', 'b']]);
  });

  test('fixed widths cut every line at the same places', () => {
    const widths = parseWidths('3, 2,4');
    expect(read('abc12word\nd  3 x', { columns: { widths } }).rows).toEqual([
      ['abc', '12', 'word'],
      ['d', '3', 'x'],
    ]);
  });

  test('a quote that is never closed is an error', () => {
    expect(() => read('"a')).toThrow(CsvError);
    expect(() => parseWidths('3,x')).toThrow(CsvError);
  });
});

test('writing quotes only what needs it and reads back the same', () => {
  const table = datatableOf(
    ['A', 'B'],
    [
      ['x,y', 'say "hi"'],
      [' z', 1.5],
      ['two\nlines', ''],
    ],
  );
  const text = writeCsv(table, { separator: ',', includeHeader: true, print: (value) => toText(value) });
  expect(text).toBe('A,B\n"x,y","say ""hi"""\n" z",1.5\n"two\nlines",\n');
  expect(read(text, { firstLineIsHeader: true, trim: false }).rows).toEqual([
    ['x,y', 'say "hi"'],
    [' z', '1.5'],
    ['two\nlines', ''],
  ]);
});

test('the separator of the system follows the culture', () => {
  expect(separatorOf('SystemDefault', 'en-US')).toBe(',');
  expect(separatorOf('SystemDefault', 'de-DE')).toBe(';');
  expect(separatorOf('Tab', 'de-DE')).toBe('\t');
});
