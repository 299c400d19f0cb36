import { NEXT_TO_RUN, QUEUED } from '../session/texts.ts';
import type { DesktopFlowRun, RunState } from './run.ts';

/** The whole life of a run. A pair that is not here is refused, and a terminal state is never left. */
export const transitions = {
  queued: { offer: 'offered', cancel: 'cancelled', expire: 'timedOut', refuse: 'failed' },
  offered: { acquire: 'starting', decline: 'queued', withdraw: 'queued', cancel: 'cancelled', expire: 'timedOut' },
  starting: {
    start: 'running',
    fail: 'failed',
    release: 'queued',
    cancel: 'cancelling',
    expire: 'timedOut',
    lose: 'uncertain',
  },
  running: { succeed: 'succeeded', fail: 'failed', cancel: 'cancelling', expire: 'timedOut', lose: 'uncertain' },
  cancelling: {
    confirmCancel: 'cancelled',
    succeed: 'succeeded',
    fail: 'failed',
    expire: 'timedOut',
    lose: 'uncertain',
  },
  succeeded: {},
  failed: {},
  cancelled: {},
  timedOut: {},
  uncertain: {},
} as const satisfies Record<RunState, Partial<Record<string, RunState>>>;

type Table = typeof transitions;
type KeysOf<T> = T extends unknown ? keyof T : never;
/** Everything that can happen to a run. */
export type RunEvent = KeysOf<Table[RunState]>;

export type Transition =
  | { readonly ok: true; readonly state: RunState }
  | { readonly ok: false; readonly because: 'run-already-finished' | 'not-in-this-state' };

export function transition(state: RunState, event: RunEvent): Transition {
  const row: Partial<Record<RunEvent, RunState>> = transitions[state];
  const next = row[event];
  if (next !== undefined) return { ok: true, state: next };
  return { ok: false, because: isTerminal(state) ? 'run-already-finished' : 'not-in-this-state' };
}

export const allStates = Object.keys(transitions) as readonly RunState[];
export const terminalStates: readonly RunState[] = allStates.filter(isTerminal);
export const activeStates: readonly RunState[] = allStates.filter((state) => !isTerminal(state));

export function isTerminal(state: RunState): boolean {
  return Object.keys(transitions[state]).length === 0;
}

/** Acquired by a gateway and not over: it holds its account, its slot and its add-on, whatever the link does. */
export function isAcquired(state: RunState): boolean {
  return state === 'starting' || state === 'running' || state === 'cancelling';
}

/** The words people read, DESIGN §2. */
export function displayState(
  run: Pick<DesktopFlowRun, 'state' | 'phase'>,
  { isNextToRun }: { readonly isNextToRun: boolean } = { isNextToRun: false },
): string {
  switch (run.state) {
    case 'queued':
      return isNextToRun ? NEXT_TO_RUN : QUEUED;
    case 'starting':
      return `Starting (${run.phase === 'downloading' ? 'downloading' : 'signing in'})`;
    default:
      return plainWords[run.state];
  }
}

const plainWords = {
  offered: 'Offered',
  running: 'Running',
  cancelling: 'Cancelling',
  succeeded: 'Succeeded',
  failed: 'Failed',
  cancelled: 'Cancelled',
  timedOut: 'Timed out',
  uncertain: 'Uncertain',
} as const satisfies Record<Exclude<RunState, 'queued' | 'starting'>, string>;
