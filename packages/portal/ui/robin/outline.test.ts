import { expect, test } from 'vitest';
import { outlineOf } from './outline.ts';

test('subflows and regions are listed with their lines, whatever ends a line', () => {
  const script =
    "SET a TO 1\r\n**REGION Read files\nFUNCTION WriteLine GLOBAL\rEND FUNCTION\nfunction 'With blank' GLOBAL";
  expect(outlineOf(script)).toEqual([
    { name: 'Read files', line: 2, kind: 'region' },
    { name: 'WriteLine', line: 3, kind: 'subflow' },
    { name: 'With blank', line: 5, kind: 'subflow' },
  ]);
});
