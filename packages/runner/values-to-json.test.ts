import { datatableOf, datetimeFromParts, listOf, objectOf } from '@deskhand/robin';
import { expect, test } from 'vitest';
import { fromJson, toJson } from './values-to-json.ts';

test.each([
  ['text', 'Grüße 42 €'],
  ['a number', 1.5],
  ['a boolean', true],
  ['a list of lists', [1, ['two', false]]],
  ['an object', { name: 'Ann', tags: ['x'] }],
  ['a datatable', { columns: ['A', 'B'], rows: [[1, 'one']] }],
  ['nothing', null],
])('%s comes back as it went in', (_what, json) => {
  expect(toJson(fromJson(json))).toEqual(json);
});

test('a moment is written as the clock on the wall shows it, without a zone', () => {
  expect(toJson(datetimeFromParts(2026, 1, 31, 8, 30))).toBe('2026-01-31T08:30:00.000');
});

test('a password is never written', () => {
  expect(toJson(listOf([{ kind: 'secret', reveal: () => 'correct horse' }]))).toEqual(['••••••']);
});

test('an object that only looks like a datatable stays an object', () => {
  expect(fromJson({ columns: ['A'], rows: [[1]], more: 1 })).toMatchObject({ kind: 'object' });
  expect(fromJson({ columns: ['A', 'B'], rows: [[1]] })).toEqual(datatableOf(['A', 'B'], [[1, { kind: 'blank' }]]));
});

test('values inside objects and rows are written too', () => {
  expect(toJson(objectOf({ at: { kind: 'file', path: '/tmp/x' } }))).toEqual({ at: '/tmp/x' });
});
