import { expect, test } from 'vitest';
import { accountForRuns, type RunAccount } from './account-for-runs.ts';

const run = (key: string, requestNumber: number, more: Partial<RunAccount> = {}): RunAccount => ({
  key,
  acknowledgedAtMs: 0,
  requestNumber,
  priority: 'normal',
  state: 'succeeded',
  errorCode: null,
  firstOfferAtMs: requestNumber * 10,
  ...more,
});

test('runs that each started once, in order, and ended leave nothing to say', () => {
  const runs = [run('a', 1), run('b', 2), run('c', 3, { state: 'failed', errorCode: 'RunnerLost' })];
  expect(accountForRuns(runs, ['a', 'b'], 3)).toEqual([]);
});

test.each<[string, readonly RunAccount[], readonly string[], number]>([
  ['a started 2 times', [run('a', 1, { state: 'failed' })], ['a', 'a'], 1],
  ['a succeeded, and its flow started 0 times', [run('a', 1)], [], 1],
  ['a never ended: it is running', [run('a', 1, { state: 'running' })], ['a'], 1],
  ['b started, and nobody was told of it', [run('a', 1)], ['a', 'b'], 1],
  ['1 runs were acknowledged, and the server lists 2', [run('a', 1)], ['a'], 2],
  ['a was cancelled, and nobody asked for it', [run('a', 1, { state: 'cancelled' })], [], 1],
  [
    'a started, and is said to have found no machine',
    [run('a', 1, { state: 'timedOut', errorCode: 'NoCandidateMachine' })],
    ['a'],
    1,
  ],
])('%s', (said, runs, starts, listed) => {
  expect(accountForRuns(runs, starts, listed)).toEqual([said]);
});

test('an offer out of turn is told', () => {
  const runs = [run('a', 1, { firstOfferAtMs: 30 }), run('b', 2, { firstOfferAtMs: 20 })];
  expect(accountForRuns(runs, ['a', 'b'], 2)).toEqual(['b was offered before a, which stood before it']);
});

test('a run that came after the offer of a later one was not overtaken', () => {
  const runs = [run('a', 1, { acknowledgedAtMs: 25, firstOfferAtMs: 30 }), run('b', 2, { firstOfferAtMs: 20 })];
  expect(accountForRuns(runs, ['a', 'b'], 2)).toEqual([]);
});

test('a high priority overtakes, and is overtaken by none', () => {
  const high = run('high', 9, { priority: 'high', firstOfferAtMs: 5 });
  expect(accountForRuns([run('a', 1), high], ['a', 'high'], 2)).toEqual([]);
  expect(accountForRuns([run('a', 1), { ...high, firstOfferAtMs: 50 }], ['a', 'high'], 2)).toEqual([
    'a was offered before high, which stood before it',
  ]);
});
