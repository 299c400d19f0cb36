import { createHash } from 'node:crypto';

/** What happens to a run from its submit to its first action, as spans of one trace. */
export const runSteps = ['submit', 'offer', 'judge', 'acquire', 'sign in', 'download', 'first action'] as const;
export type RunStepName = (typeof runSteps)[number];

/** What each step follows from; the rest begins when the server has committed the acquire. */
const causes: Readonly<Record<RunStepName, RunStepName | undefined>> = {
  submit: undefined,
  offer: 'submit',
  judge: 'offer',
  acquire: 'offer',
  'sign in': 'acquire',
  download: 'acquire',
  'first action': 'acquire',
};

export interface StepOfRun {
  readonly runId: string;
  /** Which offer of the run; a submit comes before any. */
  readonly attempt: number;
  readonly step: RunStepName;
}

export interface StepNames {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
}

/**
 * The names that a step has in a trace. They follow from run, attempt and step alone, so that servers and gateways tell one
 * connected story without handing anything on: whichever server plans a run, and whichever release its gateway is.
 */
export function namesOfStep({ runId, attempt, step }: StepOfRun): StepNames {
  const cause = causes[step];
  return {
    traceId: digest(`run ${runId}`).slice(0, 32),
    spanId: spanId(runId, attempt, step),
    parentSpanId: cause && spanId(runId, attempt, cause),
  };
}

/** Every attempt follows from the one submit. */
const spanId = (runId: string, attempt: number, step: RunStepName): string =>
  digest(`span ${runId} ${step === 'submit' ? 0 : attempt} ${step}`).slice(0, 16);

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
