import { describe, expect, test } from 'vitest';
import { codePage, codePageMembers } from './code-pages.ts';
import { decodeText, encodeText, fileEncoding } from './text-encoding.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('every encoding writes the bytes that .NET writes', () => {
  test.each([
    ['UTF8', 'efbbbfc3a9'],
    ['UTF8NoBOM', 'c3a9'],
    ['DefaultEncoding', 'c3a9'],
    ['Unicode', 'fffee900'],
    ['UnicodeNoBOM', 'e900'],
    ['BigEndianUnicode', 'feff00e9'],
    ['ANSI', 'e9'],
    ['ASCII', '3f'],
  ])('%s', (member, bytes) => {
    expect(hex(encodeText('é', fileEncoding(member)))).toBe(bytes);
  });
});

test('a byte order mark wins over the encoding that was asked for', () => {
  const bytes = encodeText('é', fileEncoding('Unicode'));
  expect(decodeText(bytes, fileEncoding('UTF8'))).toBe('é');
});

test('a text goes through every encoding that can hold it', () => {
  for (const member of ['UTF8', 'Unicode', 'UnicodeNoBOM', 'BigEndianUnicode', 'ANSI']) {
    const encoding = fileEncoding(member);
    expect(decodeText(encodeText('Größe €', encoding), encoding)).toBe('Größe €');
  }
});

test('the code pages people use are known, and unknown ones say so', () => {
  for (const member of [
    'utf_8',
    'Windows_1252',
    'iso_8859_15',
    'shift_jis',
    'ibm850',
    'big5',
    'koi8_r',
    'IBM437',
    'GB18030',
  ]) {
    expect(codePageMembers).toContain(member);
    expect(codePage(member), member).toBeDefined();
  }
  expect(codePage('x_iscii_ta')).toBeUndefined();
  expect(codePageMembers).toHaveLength(140);
});
