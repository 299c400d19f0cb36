import { isPredicted, type Prediction } from './predict-starts.ts';

/** What is noted of a run when it comes to be at risk, and when it no longer is. */
export const AT_RISK = { event: 'at-risk', detail: 'It will probably not start before its start deadline' } as const;
export const NO_LONGER_AT_RISK = {
  event: 'no-longer-at-risk',
  detail: 'It will probably start before its start deadline after all',
} as const;

/** Even if everything goes quickly, the run starts too late. What cannot be predicted is not called at risk: its reason counts. */
export function isAtRisk(prediction: Prediction | undefined, startDeadlineAtMs: number): boolean {
  return prediction !== undefined && isPredicted(prediction) && prediction.earliestMs >= startDeadlineAtMs;
}

export type Help = 'move-to-top' | 'another-cluster' | 'later-deadline' | 'cancel';

/** What a person can do for a run at risk, the least trouble first. */
export function whatHelps(run: { readonly position: number }): readonly Help[] {
  const isFirst = run.position <= 1;
  return [...(isFirst ? [] : ['move-to-top' as const]), 'another-cluster', 'later-deadline', 'cancel'];
}

export const helpTexts = {
  'move-to-top': 'Move it to the top of the run queue.',
  'another-cluster': 'Submit it again with a connection of another gateway cluster, and cancel this one.',
  'later-deadline': 'Submit it again with a later start deadline, and cancel this one.',
  cancel: 'Cancel it if it is of no use after its start deadline.',
} as const satisfies Record<Help, string>;
