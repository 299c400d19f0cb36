import type { RunState } from '@deskhand/domain/run/run.ts';
import { displayState, isTerminal } from '@deskhand/domain/run/transitions.ts';
import { NEXT_TO_RUN } from '@deskhand/domain/session/texts.ts';

/** Colour families that both themes draw; each has a foreground and a tint in base.css. */
export type Tone = 'neutral' | 'waiting' | 'active' | 'good' | 'bad' | 'doubt' | 'quiet';
export type StateIcon =
  | 'clock'
  | 'hand'
  | 'door'
  | 'play'
  | 'stopping'
  | 'check'
  | 'cross'
  | 'stopped'
  | 'hourglass'
  | 'question';

interface StateLook {
  readonly icon: StateIcon;
  readonly tone: Tone;
  readonly word: string;
}

/** The one vocabulary of run states: icon, word and colour, in every list, badge and timeline. */
export const stateLooks: Record<RunState, StateLook> = {
  queued: { icon: 'clock', tone: 'waiting', word: wordOf('queued') },
  offered: { icon: 'hand', tone: 'waiting', word: wordOf('offered') },
  starting: { icon: 'door', tone: 'active', word: 'Starting' },
  running: { icon: 'play', tone: 'active', word: wordOf('running') },
  cancelling: { icon: 'stopping', tone: 'quiet', word: wordOf('cancelling') },
  succeeded: { icon: 'check', tone: 'good', word: wordOf('succeeded') },
  failed: { icon: 'cross', tone: 'bad', word: wordOf('failed') },
  cancelled: { icon: 'stopped', tone: 'quiet', word: wordOf('cancelled') },
  timedOut: { icon: 'hourglass', tone: 'bad', word: wordOf('timedOut') },
  uncertain: { icon: 'question', tone: 'doubt', word: wordOf('uncertain') },
};

export const stateNames = Object.keys(stateLooks) as readonly RunState[];
export const unfinishedStates = stateNames.filter((state) => !isTerminal(state));
export const waitingStates = ['queued', 'offered'] as const satisfies readonly RunState[];
export const occupiedStates = ['starting', 'running', 'cancelling'] as const satisfies readonly RunState[];
export const badEndStates = ['failed', 'timedOut', 'uncertain'] as const satisfies readonly RunState[];

interface ShownRun {
  readonly state: RunState;
  readonly phase: 'signingIn' | 'downloading' | null;
  readonly display?: string;
}

/** The word a person reads. The server knows which run is next, so its own word is kept for queued runs. */
export function wordOfRun(run: ShownRun): string {
  return displayState(run, { isNextToRun: run.state === 'queued' && run.display === NEXT_TO_RUN });
}

function wordOf(state: RunState): string {
  return displayState({ state, phase: null });
}
