import { eventsOfResult, type ResultState } from '@deskhand/domain/run/result-events.ts';
import type { RunState } from '@deskhand/domain/run/run.ts';
import { allStates, isAcquired, type RunEvent, transition } from '@deskhand/domain/run/transitions.ts';

/** The states that an event may leave, by the domain's table: what a statement's `where state = any(…)` is given. */
export function statesBefore(event: RunEvent, into: RunState): readonly RunState[] {
  return allStates.filter((state) => leadsTo(state, [event], into));
}

/** The acquired states that a gateway's result may end, whatever of the way there was not heard of. */
export function statesEndingIn(end: ResultState): readonly RunState[] {
  return allStates.filter((state) => isAcquired(state) && leadsTo(state, eventsOfResult(state, end), end));
}

function leadsTo(from: RunState, events: readonly RunEvent[], into: RunState): boolean {
  let state = from;
  for (const event of events) {
    const next = transition(state, event);
    if (!next.ok) return false;
    state = next.state;
  }
  return state === into;
}
