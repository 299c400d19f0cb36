import { expect, test } from 'vitest';
import { eventsOfResult, type ResultState } from './result-events.ts';
import type { RunState } from './run.ts';
import { allStates, isAcquired, transition } from './transitions.ts';

const results: readonly ResultState[] = ['succeeded', 'failed', 'cancelled', 'timedOut'];

function after(state: RunState, result: ResultState): RunState {
  let at = state;
  for (const event of eventsOfResult(state, result)) {
    const next = transition(at, event);
    if (!next.ok) throw new Error(`${at} refuses ${event}`);
    at = next.state;
  }
  return at;
}

test.each(allStates.filter(isAcquired))('a result ends a run that is %s in the state it says', (state) => {
  expect(results.map((result) => after(state, result))).toEqual(results);
});

test('I3: a result of a run that nobody has in hand changes nothing', () => {
  for (const state of allStates.filter((one) => !isAcquired(one))) {
    expect(results.flatMap((result) => eventsOfResult(state, result))).toEqual([]);
  }
});
