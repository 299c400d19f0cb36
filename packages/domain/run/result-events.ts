import type { RunState } from './run.ts';
import { isAcquired, type RunEvent } from './transitions.ts';

/** How a gateway says that an attempt ended. */
export type ResultState = Extract<RunState, 'succeeded' | 'failed' | 'cancelled' | 'timedOut'>;

const endOf = {
  succeeded: 'succeed',
  failed: 'fail',
  cancelled: 'confirmCancel',
  timedOut: 'expire',
} as const satisfies Record<ResultState, RunEvent>;

/**
 * The events that a result is worth in the state the server knows. Messages in between may have been lost, so a result
 * implies them: what succeeded had started, and what was cancelled by the person at the screen was being cancelled.
 * Empty where the run is not in a gateway's hands any more: then the result is a late report.
 */
export function eventsOfResult(state: RunState, result: ResultState): readonly RunEvent[] {
  if (!isAcquired(state)) return [];
  if (state === 'starting' && result === 'succeeded') return ['start', 'succeed'];
  if (state !== 'cancelling' && result === 'cancelled') return ['cancel', 'confirmCancel'];
  return [endOf[result]];
}
