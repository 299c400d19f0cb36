import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunId } from '../brand.ts';
import { type JournalEntry, planAfterRestart, type Spool } from './after-restart.ts';

const name = { runId: 'r1' as RunId, attempt: 2 };
const marks = (...names: JournalEntry['mark'][]): JournalEntry[] => names.map((mark) => ({ ...name, mark }));
const alive = [name];
const noSpool: readonly Spool[] = [];
const unfinished = [{ ...name, hasResult: false, lastAction: 'WebAutomation.Click' }];
const finished = [{ ...name, hasResult: true, lastAction: 'File.Write' }];

/** The steps as words: `adopt`, `report spool`, `runner-lost File.Write`. */
function check([journal, runners, spools]: Parameters<typeof planAfterRestart>, ...expected: readonly string[]): void {
  const words = planAfterRestart(journal, runners, spools).map((step) => {
    if (step.do === 'report') return `report ${step.from}`;
    return step.do === 'runner-lost' ? `runner-lost ${step.lastAction ?? '?'}` : step.do;
  });
  expect(words).toEqual(expected);
}

test('a live runner is adopted', () => check([marks('accepted', 'started'), alive, unfinished], 'adopt'));
test('a runner that ended meanwhile is reported from its spool', () =>
  check([marks('started'), [], finished], 'report spool'));
test('a runner that wrote its result and lingers is ended after its report is taken', () =>
  check([marks('started'), alive, finished], 'end-runner', 'report spool'));
test('a started attempt without runner and result is lost, with the last action known', () =>
  check([marks('started'), [], unfinished], 'runner-lost WebAutomation.Click'));
test('a started attempt without anything is lost', () => check([marks('started'), [], noSpool], 'runner-lost ?'));
test('an attempt that was accepted and never started is released', () =>
  check([marks('accepted'), [], noSpool], 'release'));
test('an attempt released serves no runner', () => check([marks('accepted'), alive, noSpool], 'end-runner', 'release'));
test('a result not yet acknowledged is sent again', () =>
  check([marks('started', 'ended'), [], noSpool], 'report journal'));
test('an acknowledged attempt needs nothing', () => check([marks('started', 'ended', 'acknowledged'), [], noSpool]));
test('what an acknowledged attempt left is cleared away', () =>
  check([marks('acknowledged'), alive, finished], 'end-runner', 'discard-spool'));
test('a runner and a spool that the journal does not know are cleared away', () =>
  check([[], alive, finished], 'end-runner', 'discard-spool'));
test('the furthest mark counts, in whatever order marks are read', () =>
  check([marks('ended', 'started'), [], noSpool], 'report journal'));

test('attempts of one run are told apart', () => {
  const journal: JournalEntry[] = [
    { ...name, attempt: 1, mark: 'acknowledged' },
    { ...name, attempt: 2, mark: 'started' },
  ];
  expect(planAfterRestart(journal, alive, noSpool)).toEqual([{ ...name, do: 'adopt' }]);
});

const anyAttempt = fc.record({
  runId: fc.constantFrom('r1', 'r2', 'r3').map((id) => id as RunId),
  attempt: fc.integer({ min: 1, max: 2 }),
});
const attemptKey = (one: { readonly runId: RunId; readonly attempt: number }) => `${one.runId} ${String(one.attempt)}`;
const distinct = { selector: attemptKey, maxLength: 4 };
const anyJournal = fc.array(
  fc.tuple(anyAttempt, fc.constantFrom<JournalEntry['mark'][]>('accepted', 'started', 'ended', 'acknowledged')),
  { maxLength: 10 },
);
const anySpools = fc.uniqueArray(
  fc.tuple(anyAttempt, fc.boolean()).map(([one, hasResult]): Spool => ({ ...one, hasResult, lastAction: null })),
  distinct,
);

test('I1: whatever is found, each unsettled attempt has one outcome and every live runner is adopted or ended', () => {
  fc.assert(
    fc.property(anyJournal, fc.uniqueArray(anyAttempt, distinct), anySpools, (entries, runners, spools) => {
      const journal = entries.map(([one, mark]): JournalEntry => ({ ...one, mark }));
      const steps = planAfterRestart(journal, runners, spools);
      const outcomes = steps.filter((step) => step.do !== 'end-runner' && step.do !== 'discard-spool').map(attemptKey);
      const settled = new Set(journal.filter((entry) => entry.mark === 'acknowledged').map(attemptKey));
      const unsettled = new Set(journal.map(attemptKey).filter((key) => !settled.has(key)));
      expect(outcomes.toSorted()).toEqual([...unsettled].toSorted());
      const handled = steps.filter((step) => step.do === 'adopt' || step.do === 'end-runner').map(attemptKey);
      expect(handled.toSorted()).toEqual(runners.map(attemptKey).toSorted());
    }),
  );
});
