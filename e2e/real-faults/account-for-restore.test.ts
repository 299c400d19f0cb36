import { expect, test } from 'vitest';
import { type AcknowledgedRun, accountForRestore, type RestoreFacts } from './account-for-restore.ts';

const run = (key: string, acknowledgedAtMs: number): AcknowledgedRun => ({ key, runId: `id-${key}`, acknowledgedAtMs });
const keptAs = (state: string, ...keys: string[]) => keys.map((key) => [`id-${key}`, { state }] as const);

/** a before the backup, b while it was taken, c and d since; the backup holds a and b, c started and d did not. */
const facts = (more: Partial<RestoreFacts> = {}): RestoreFacts => ({
  backupBeganAtMs: 100,
  acknowledged: [run('a', 50), run('b', 110), run('c', 200), run('d', 300)],
  unanswered: [],
  started: ['a', 'b', 'c'],
  kept: new Map(keptAs('succeeded', 'a', 'b')),
  named: [{ runId: 'id-c', outcome: 'succeeded' }],
  ...more,
});

test('what the backup holds is there, what started since is named, and what nobody was given is counted', () => {
  expect(accountForRestore(facts())).toEqual({
    wrong: [],
    counts: { acknowledgedBefore: 1, acknowledgedSince: 3, kept: 2, named: 1, goneAndNeverStarted: 1 },
  });
});

test('a submit without an answer may be one run that nobody knows', () => {
  const stranger = { runId: 'id-x', outcome: 'succeeded' };
  const named = [...facts().named, stranger];
  expect(accountForRestore(facts({ named, unanswered: ['x'], started: ['a', 'b', 'c', 'x'] })).wrong).toEqual([]);
  expect(accountForRestore(facts({ named })).wrong).toEqual(['nobody was told of the runs id-x']);
});

test.each<[string, Partial<RestoreFacts>]>([
  [
    'a was acknowledged before the backup began, and is gone',
    { kept: new Map(), started: ['c'], acknowledged: [run('a', 50), run('c', 200)] },
  ],
  [
    'c is there, and one that was acknowledged before it is not',
    { kept: new Map(keptAs('succeeded', 'a', 'c')), started: ['a', 'c'], named: [] },
  ],
  [
    'b started 2 times',
    { kept: new Map([...keptAs('succeeded', 'a'), ...keptAs('failed', 'b')]), started: ['a', 'b', 'b', 'c'] },
  ],
  ['c started since the backup, and no journal names it', { named: [] }],
  ['b never ended: it is running', { kept: new Map([...keptAs('succeeded', 'a'), ...keptAs('running', 'b')]) }],
  ['b succeeded, and its flow started 0 times', { started: ['a', 'c'] }],
  ['b is there, and is named as if it were not', { named: [...facts().named, { runId: 'id-b', outcome: null }] }],
  ['c is said to have succeeded, and its flow started 0 times', { started: ['a', 'b'] }],
  ['x started, and nobody was told of it', { started: ['a', 'b', 'c', 'x'] }],
])('%s', (said, more) => {
  expect(accountForRestore(facts(more)).wrong).toEqual([said]);
});
