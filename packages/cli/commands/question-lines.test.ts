import { expect, test } from 'vitest';
import { questionLines } from './question-lines.ts';

const asked = { user: 'bob', state: 'asked', trouble: null, isLocked: false, isForThisRun: true } as const;
const at = new Date(2026, 0, 2, 10, 4).toISOString();

test('who was asked is told with the clock of the reader', () => {
  expect(questionLines({ questions: [{ ...asked, askedAt: at, answeredAt: null, signOutAt: null }] })).toEqual([
    'bob was asked at 10:04, no answer yet.',
  ]);
});

test('why nobody is asked stands after who was', () => {
  const cannotAsk = 'Nobody is asked to sign out there.';
  const before = { ...asked, state: 'withdrawn', askedAt: at, answeredAt: null, signOutAt: null } as const;
  expect(questionLines({ cannotAsk })).toEqual([cannotAsk]);
  expect(questionLines({ questions: [before], cannotAsk }).at(-1)).toBe(cannotAsk);
  expect(questionLines({})).toEqual([]);
});
