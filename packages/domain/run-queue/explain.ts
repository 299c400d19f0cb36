import type { GatewayId, RunId } from '../brand.ts';
import { NEXT_TO_RUN, QUEUED } from '../session/texts.ts';
import { planAssignments } from './plan-assignments.ts';
import { byQueueOrder } from './queue-order.ts';
import type { MemberAnswer, Plan, QueuedRun, QueueSnapshot, WaitReason } from './snapshot.ts';

/** The live reason why the runs of a class wait, or where the first of them starts. */
export type Explanation =
  | { readonly kind: 'starts'; readonly gatewayId: GatewayId }
  | { readonly kind: 'refused'; readonly because: WaitReason }
  | {
      readonly kind: 'waits';
      readonly foremost: WaitReason;
      readonly members: readonly MemberAnswer[];
      readonly isNextToRun: boolean;
    }
  | { readonly kind: 'nothing-waits' };

/**
 * Answers for the first run of a class in queue order. A dry run adds a class with one run to the snapshot and asks
 * about it. Where the plan would choose at random, the first member that could take the run is named.
 */
export function explain(snapshot: QueueSnapshot, classKey: string, nowMs: number): Explanation {
  const plan = planAssignments(snapshot, nowMs, () => 0);
  const head = snapshot.classes.find((one) => one.key === classKey)?.heads[0];
  if (head === undefined) return { kind: 'nothing-waits' };
  const offer = plan.offers.find((one) => one.runId === head.id);
  if (offer !== undefined) return { kind: 'starts', gatewayId: offer.gatewayId };
  const refusal = plan.refusals.find((one) => one.runId === head.id);
  if (refusal !== undefined) return { kind: 'refused', because: refusal.because };
  const waiting = plan.waiting.find((one) => one.classKey === classKey);
  if (waiting === undefined) return { kind: 'nothing-waits' };
  return {
    kind: 'waits',
    foremost: waiting.foremost,
    members: waiting.because,
    isNextToRun: plan.nextToRun === head.id,
  };
}

export type WaitingRun = QueuedRun & { readonly classKey: string };

/** What the queue page shows of one waiting run. */
export interface WaitingState {
  readonly position: number;
  readonly isNextToRun: boolean;
  readonly display: typeof QUEUED | typeof NEXT_TO_RUN;
  /** One line, null while an offer for it is on its way. */
  readonly line: string | null;
  readonly because: WaitReason | null;
  readonly members: readonly MemberAnswer[];
}

/** `position` counts from one in the order of the whole run queue. */
export function stateOfWaiting(
  run: { readonly id: RunId; readonly classKey: string; readonly position: number },
  plan: Plan,
): WaitingState {
  const offered = plan.offers.some((offer) => offer.runId === run.id);
  const waiting = offered ? undefined : plan.waiting.find((one) => one.classKey === run.classKey);
  const isNextToRun = plan.nextToRun === run.id;
  const because = waiting?.foremost ?? null;
  return {
    position: run.position,
    isNextToRun,
    display: isNextToRun ? NEXT_TO_RUN : QUEUED,
    line: because === null ? null : because.message,
    because,
    members: waiting?.because ?? [],
  };
}

/** The queue page: every waiting run in order, with its position, its badge and its reason. */
export function statesOfWaiting<Run extends WaitingRun>(
  runs: readonly Run[],
  plan: Plan,
): readonly { readonly run: Run; readonly state: WaitingState }[] {
  return runs
    .toSorted(byQueueOrder)
    .map((run, index) => ({ run, state: stateOfWaiting({ ...run, position: index + 1 }, plan) }));
}
