import type { FlowParameter } from '@deskhand/protocol/http/flows.ts';
import { expect, test } from 'vitest';
import { readInput, typedFrom } from './input-values.ts';
import { readDuration, writeDuration } from './read-duration.ts';

const parameter = (change: Partial<FlowParameter>): FlowParameter => ({
  name: 'X',
  friendlyName: '',
  description: '',
  type: 'Text',
  sensitive: false,
  optional: false,
  default: null,
  ...change,
});

test.each<[string, Partial<FlowParameter>, string | boolean, unknown]>([
  ['a text', {}, 'hello', 'hello'],
  ['a number', { type: 'Number' }, '12,5', 12.5],
  ['a boolean', { type: 'Boolean' }, true, true],
  ['a list', { type: 'List' }, '[1, "b"]', [1, 'b']],
  ['an optional input left empty', { optional: true }, '', undefined],
])('reads %s', (_what, change, typed, value) => {
  expect(readInput(parameter(change), typed)).toEqual({ ok: true, value });
});

test.each<[string, Partial<FlowParameter>, string]>([
  ['a needed input left empty', {}, ''],
  ['letters for a number', { type: 'Number' }, 'many'],
  ['a list that is no JSON', { type: 'List' }, '1, 2'],
])('refuses %s with a sentence', (_what, change, typed) => {
  expect(readInput(parameter(change), typed)).toMatchObject({ ok: false });
});

test('a sensitive value of an earlier run is never put into a field', () => {
  const typed = typedFrom([parameter({ sensitive: true }), parameter({ name: 'Y' })], { X: { sealed: 'AAAA' }, Y: 3 });
  expect(typed).toEqual({ X: '', Y: '3' });
});

test.each([
  ['3h', 10_800_000],
  ['1h 30m', 5_400_000],
  ['90m', 5_400_000],
  ['45s', 45_000],
])('%s is a duration', (text, ms) => expect(readDuration(text)).toBe(ms));

test.each(['', 'soon', '3', '3h!'])('%j is no duration', (text) => expect(readDuration(text)).toBeNull());

test('a duration is written as it is read', () => {
  expect([writeDuration(10_800_000), writeDuration(5_400_000), writeDuration(600_000)]).toEqual([
    '3h',
    '1h 30m',
    '10m',
  ]);
});
