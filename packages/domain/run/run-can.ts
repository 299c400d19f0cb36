import { assertNever } from '../brand.ts';
import type { DesktopFlowRun } from './run.ts';
import { isTerminal, transition } from './transitions.ts';

/** What a person may ask of a run. Buttons and the server ask the same function (who may ask is another question). */
export type RunVerb = 'cancel' | 'resubmit' | 'moveToTop' | 'undoMove' | 'setPriority';

export type RunRefusalCode =
  | 'run-already-finished'
  | 'run-already-cancelling'
  | 'run-not-finished'
  | 'run-not-queued'
  | 'run-not-moved';

export interface RunRefusal {
  readonly code: RunRefusalCode;
  readonly message: string;
}

export type RunCan = { readonly ok: true } | { readonly ok: false; readonly because: RunRefusal };

type RunForVerb = Pick<DesktopFlowRun, 'state' | 'topRank'>;

export function runCan(run: RunForVerb, verb: RunVerb): RunCan {
  const code = refusalCode(run, verb);
  return code === undefined ? { ok: true } : { ok: false, because: { code, message: sentences[code] } };
}

/** The sentence for a button that cannot be pressed; null when it can. */
export function whyNot(run: RunForVerb, verb: RunVerb): string | null {
  const answer = runCan(run, verb);
  return answer.ok ? null : answer.because.message;
}

function refusalCode(run: RunForVerb, verb: RunVerb): RunRefusalCode | undefined {
  switch (verb) {
    case 'cancel':
      if (run.state === 'cancelling') return 'run-already-cancelling';
      return transition(run.state, 'cancel').ok ? undefined : 'run-already-finished';
    case 'resubmit':
      return isTerminal(run.state) ? undefined : 'run-not-finished';
    case 'moveToTop':
    case 'setPriority':
      return notQueued(run);
    case 'undoMove':
      return notQueued(run) ?? (run.topRank === null ? 'run-not-moved' : undefined);
    default:
      return assertNever(verb);
  }
}

function notQueued(run: RunForVerb): RunRefusalCode | undefined {
  if (run.state === 'queued') return undefined;
  return isTerminal(run.state) ? 'run-already-finished' : 'run-not-queued';
}

const sentences = {
  'run-already-finished': 'This run has already finished.',
  'run-already-cancelling': 'This run is already being cancelled.',
  'run-not-finished': 'This run has not finished yet.',
  'run-not-queued': 'This run has left the queue, so its place can no longer be changed.',
  'run-not-moved': 'This run was not moved to the top.',
} as const satisfies Record<RunRefusalCode, string>;
