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
