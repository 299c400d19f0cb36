import type { RunState } from '@deskhand/domain/run/run.ts';
import { allStates, type RunEvent, transition } from '@deskhand/domain/run/transitions.ts';

/** The states that an event may leave, by the domain's table: what a statement's `where state = any(…)` is given. */
export function statesBefore(event: RunEvent, into: RunState): readonly RunState[] {
  return allStates.filter((state) => {
    const next = transition(state, event);
    return next.ok && next.state === into;
  });
}

const ends = {
  succeeded: ['succeed'],
  failed: ['fail'],
  cancelled: ['confirmCancel'],
  timedOut: ['expire'],
} as const satisfies Record<'succeeded' | 'failed' | 'cancelled' | 'timedOut', readonly RunEvent[]>;

/**
 * The acquired states from which a gateway's result may end a run, with the events that lead there. A result may overtake
 * what came before it: a flow that ended before `running` was heard of has started, and one that a person stopped at the
 * screen was being cancelled.
 */
export function pathToEnd(state: RunState, end: keyof typeof ends): readonly RunEvent[] | undefined {
  const paths: readonly (readonly RunEvent[])[] = [[], ['start'], ['cancel']].map((first) => [
    ...(first as RunEvent[]),
    ...ends[end],
  ]);
  return paths.find((path) => follow(state, path) === end);
}

export function statesEndingIn(end: keyof typeof ends): readonly RunState[] {
  const acquired: readonly RunState[] = ['starting', 'running', 'cancelling'];
  return acquired.filter((state) => pathToEnd(state, end) !== undefined);
}

function follow(state: RunState, path: readonly RunEvent[]): RunState | undefined {
  let now = state;
  for (const event of path) {
    const next = transition(now, event);
    if (!next.ok) return undefined;
    now = next.state;
  }
  return now;
}
