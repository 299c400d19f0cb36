import { expect, test } from 'vitest';
import type { GatewayId } from '../brand.ts';
import { nextQuestion, whyNotAsked } from './ask-in-turn.ts';
import type { PreflightBoard, PreflightMember, PreflightResult } from './preflight.ts';

const member = (name: string, change: Partial<PreflightMember> = {}): PreflightMember => ({
  gatewayId: name as GatewayId,
  name,
  isOnline: true,
  knowsPreflight: true,
  ...change,
});
const result = (name: string, change: Partial<PreflightResult> = {}): PreflightResult => ({
  gatewayId: name as GatewayId,
  roundId: 'now',
  passwordVersion: 2,
  answer: 'ok',
  isDirectoryAccount: false,
  ...change,
});
const three = ['a', 'b', 'c'].map((name) => member(name));
const board = (results: readonly PreflightResult[], change: Partial<PreflightBoard> = {}): PreflightBoard => ({
  hasPassword: true,
  passwordVersion: 2,
  members: three,
  results,
  ...change,
});
/** `b`, `wait` or `over`. */
const next = (results: readonly PreflightResult[], change: Partial<PreflightBoard> = {}): string => {
  const question = nextQuestion(board(results, change), 'now');
  return question.kind === 'ask' ? question.gatewayId : question.kind;
};
const wrong = { answer: 'password-wrong' } as const;

test.each([
  ['nobody was asked yet', [], 'a'],
  ['the first has answered', [result('a')], 'b'],
  ['the first is being asked: never two at once', [result('a', { answer: 'asked' })], 'wait'],
  ['the second is being asked', [result('a'), result('b', { answer: 'asked' })], 'wait'],
  ['the first did not answer in time', [result('a', { answer: 'unanswered' })], 'b'],
  ['all have answered', [result('a'), result('b'), result('c')], 'over'],
  ['answers of the round before do not count', [result('a', { roundId: 'before' })], 'a'],
  ['a wrong password of a local account stops that machine only', [result('a', wrong)], 'b'],
  ['a wrong one of before is not tried again', [result('a', { ...wrong, roundId: 'before' })], 'b'],
  [
    'a wrong one of an older version is tried anew',
    [result('a', { ...wrong, roundId: 'before', passwordVersion: 1 })],
    'a',
  ],
  ['a wrong password of a directory stops all', [result('a', { ...wrong, isDirectoryAccount: true })], 'over'],
  [
    'a directory’s wrong one of the round before stops all',
    [result('c', { ...wrong, isDirectoryAccount: true, roundId: 'before' })],
    'over',
  ],
  [
    'a directory’s wrong one of an older version stops nobody',
    [result('c', { ...wrong, isDirectoryAccount: true, roundId: 'before', passwordVersion: 1 })],
    'a',
  ],
  ['a machine that is no member any more does not matter', [result('gone')], 'a'],
] as const)('%s', (_, results, expected) => {
  expect(next(results)).toBe(expected);
});

test('offline members and those of an older release are passed over', () => {
  const members = [member('a', { isOnline: false }), member('b', { knowsPreflight: false }), member('c')];
  expect(next([], { members })).toBe('c');
  const why = members.map((one) => whyNotAsked(board([], { members }), one));
  expect(why).toEqual(['offline', 'not-supported', undefined]);
});

test('that a password is wrong is said before that its machine is offline', () => {
  const away = member('a', { isOnline: false });
  expect(whyNotAsked(board([result('a', wrong)]), away)).toBe('wrong-before');
  expect(whyNotAsked(board([result('b', { ...wrong, isDirectoryAccount: true })]), away)).toBe('wrong-elsewhere');
});

test('without a password nothing can be wrong, so every account is looked at', () => {
  expect(next([result('a', { ...wrong, isDirectoryAccount: true })], { hasPassword: false })).toBe('b');
});

test('over any number of members the one that is asked is never asked twice in a round, and all are asked', () => {
  const members = Array.from({ length: 30 }, (_, index) => member(`m${String(index)}`));
  const results: PreflightResult[] = [];
  for (;;) {
    const question = nextQuestion(board(results, { members }), 'now');
    if (question.kind !== 'ask') break;
    expect(results.map(({ gatewayId }) => gatewayId)).not.toContain(question.gatewayId);
    results.push(result(question.gatewayId));
  }
  expect(results).toHaveLength(30);
});
