import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunState } from './run.ts';
import {
  activeStates,
  allStates,
  displayState,
  isAcquired,
  isTerminal,
  type RunEvent,
  terminalStates,
  transition,
  transitions,
} from './transitions.ts';

const allEvents = [...new Set(allStates.flatMap((state) => Object.keys(transitions[state])))] as RunEvent[];
const anyEvents = fc.array(fc.constantFrom(...allEvents), { maxLength: 40 });

/** `queued offer acquire` → the state after these events, or `refused` with the event that was. */
function check(words: string, expected: string): void {
  const [from, ...events] = words.split(' ') as [RunState, ...RunEvent[]];
  let state: RunState = from;
  for (const event of events) {
    const next = transition(state, event);
    if (!next.ok) {
      expect(`${event}: ${next.because}`).toBe(expected);
      return;
    }
    state = next.state;
  }
  expect(state).toBe(expected);
}

test('a run is offered, acquired, started and succeeds', () =>
  check('queued offer acquire start succeed', 'succeeded'));
test('a declined run is queued again', () => check('queued offer decline', 'queued'));
test('a withdrawn offer leaves the run queued', () => check('queued offer withdraw', 'queued'));
test('an acquired run that was never started is released', () => check('queued offer acquire release', 'queued'));
test('a cancelled queued run is over at once', () => check('queued cancel', 'cancelled'));
test('S33: a queued run expires', () => check('queued expire', 'timedOut'));
test('a session rule refuses a queued run', () => check('queued refuse', 'failed'));
test('a running run is cancelled by way of cancelling', () => check('running cancel confirmCancel', 'cancelled'));
test('a run may succeed while it is being cancelled', () => check('running cancel succeed', 'succeeded'));
test('lost contact ends in uncertain', () => check('running lose', 'uncertain'));
test('a running run is never released', () => check('running release', 'release: not-in-this-state'));
test('a queued run cannot start without an offer', () => check('queued start', 'start: not-in-this-state'));
test('a finished run says so', () => check('succeeded cancel', 'cancel: run-already-finished'));

test('I3: whatever happens, a terminal state is never left', () => {
  fc.assert(
    fc.property(fc.constantFrom(...terminalStates), fc.constantFrom(...allEvents), (state, event) => {
      expect(transition(state, event)).toEqual({ ok: false, because: 'run-already-finished' });
    }),
  );
});

test('whatever happens, a run is in one of the ten states and its first terminal state is its last', () => {
  fc.assert(
    fc.property(anyEvents, (events) => {
      const visited: RunState[] = ['queued'];
      for (const event of events) {
        const next = transition(visited.at(-1) ?? 'queued', event);
        if (next.ok) visited.push(next.state);
      }
      expect(allStates).toEqual(expect.arrayContaining(visited));
      const firstTerminal = visited.findIndex(isTerminal);
      if (firstTerminal >= 0) expect(firstTerminal).toBe(visited.length - 1);
    }),
  );
});

test('from every active state some end can be reached', () => {
  for (const state of activeStates) {
    const reached = new Set<RunState>([state]);
    for (const at of reached) for (const next of Object.values(transitions[at])) reached.add(next);
    expect([...reached].some(isTerminal)).toBe(true);
  }
});

test('active and terminal states are all states', () => {
  expect([...activeStates, ...terminalStates].toSorted()).toEqual(allStates.toSorted());
  expect(terminalStates).toEqual(['succeeded', 'failed', 'cancelled', 'timedOut', 'uncertain']);
  expect(allStates.filter(isAcquired)).toEqual(['starting', 'running', 'cancelling']);
});

test.each([
  ['queued', null, 'Queued'],
  ['offered', null, 'Offered'],
  ['starting', 'signingIn', 'Starting (signing in)'],
  ['starting', 'downloading', 'Starting (downloading)'],
  ['starting', null, 'Starting (signing in)'],
  ['running', null, 'Running'],
  ['cancelling', null, 'Cancelling'],
  ['succeeded', null, 'Succeeded'],
  ['failed', null, 'Failed'],
  ['cancelled', null, 'Cancelled'],
  ['timedOut', null, 'Timed out'],
  ['uncertain', null, 'Uncertain'],
] as const)('S27: a run that is %s in phase %s reads %s', (state, phase, words) => {
  expect(displayState({ state, phase })).toBe(words);
});

test('S28: the first queued run that waits only for a slot reads Next to run', () => {
  expect(displayState({ state: 'queued', phase: null }, { isNextToRun: true })).toBe('Next to run');
  expect(displayState({ state: 'offered', phase: null }, { isNextToRun: true })).toBe('Offered');
});
