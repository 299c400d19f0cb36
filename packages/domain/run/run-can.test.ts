import { expect, test } from 'vitest';
import type { RunState } from './run.ts';
import { type RunVerb, runCan, whyNot } from './run-can.ts';
import { allStates } from './transitions.ts';

function answers(verb: RunVerb, topRank: number | null = null): Readonly<Record<string, string>> {
  const of = (state: RunState) => {
    const can = runCan({ state, topRank }, verb);
    return can.ok ? 'yes' : can.because.code;
  };
  return Object.fromEntries(allStates.map((state) => [state, of(state)]));
}

const finished = (code: string) =>
  Object.fromEntries(['succeeded', 'failed', 'cancelled', 'timedOut', 'uncertain'].map((state) => [state, code]));

test('cancel works on queued, offered, starting and running runs', () => {
  expect(answers('cancel')).toEqual({
    queued: 'yes',
    offered: 'yes',
    starting: 'yes',
    running: 'yes',
    cancelling: 'run-already-cancelling',
    ...finished('run-already-finished'),
  });
});

test('S56: resubmit works on every finished run, however it ended', () => {
  expect(answers('resubmit')).toEqual({
    queued: 'run-not-finished',
    offered: 'run-not-finished',
    starting: 'run-not-finished',
    running: 'run-not-finished',
    cancelling: 'run-not-finished',
    ...finished('yes'),
  });
});

test.each(['moveToTop', 'setPriority'] as const)('S30, S31: %s works on queued runs only', (verb) => {
  expect(answers(verb)).toEqual({
    queued: 'yes',
    offered: 'run-not-queued',
    starting: 'run-not-queued',
    running: 'run-not-queued',
    cancelling: 'run-not-queued',
    ...finished('run-already-finished'),
  });
});

test('a move is undone only where there was one', () => {
  expect(answers('undoMove')['queued']).toBe('run-not-moved');
  expect(answers('undoMove', 3)['queued']).toBe('yes');
  expect(answers('undoMove', 3)['offered']).toBe('run-not-queued');
});

test('a button that cannot be pressed has a sentence that says why', () => {
  expect(whyNot({ state: 'failed', topRank: null }, 'cancel')).toBe('This run has already finished.');
  expect(whyNot({ state: 'running', topRank: null }, 'cancel')).toBeNull();
});
