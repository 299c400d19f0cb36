import type { GatewayId, RunId } from '../brand.ts';
import { drawSeeded } from '../prediction/draw-seeded.ts';
import { planAssignments, type Random } from './plan-assignments.ts';
import type { Plan, QueueSnapshot, WaitCode } from './snapshot.ts';

/** A plan that was committed, with everything it was made from: enough to make it again. */
export interface Decision {
  /** `at-once` was made for a run that met an empty queue, with the commit that added it; `planned` from the waiting runs. */
  readonly way: 'planned' | 'at-once';
  /** When it was made, by the database's clock. */
  readonly atMs: number;
  /** The time that the plan was made with: at once, when the queue was last read. */
  readonly nowMs: number;
  /** What its choices among members were drawn from. */
  readonly seed: number;
  readonly snapshot: QueueSnapshot;
  readonly outcome: DecisionOutcome;
}

export interface DecisionOutcome {
  /** `attempt` is the number that each offer gave its run. */
  readonly offers: readonly { readonly runId: RunId; readonly gatewayId: GatewayId; readonly attempt: number }[];
  readonly refusals: readonly { readonly runId: RunId; readonly code: WaitCode }[];
  /** Decided, and left out by the commit: a run that was cancelled in that moment, for example. */
  readonly leftOut: readonly RunId[];
}

/** One number from which all choices of a plan are drawn, so that they can be drawn again. */
export const drawSeed = (random: Random): number => Math.floor(random() * 2 ** 32);

/** What a snapshot leads to now, and whether that is what was done. */
export interface Replay {
  readonly plan: Plan;
  readonly isSame: boolean;
}

export function replayDecision({ snapshot, nowMs, seed, outcome }: Decision): Replay {
  const plan = planAssignments(snapshot, nowMs, drawSeeded(seed));
  return { plan, isSame: textOf(offersOf(plan)) === textOf(offersOf(outcome)) && sameRefusals(plan, outcome) };
}

interface Offered {
  readonly offers: readonly { readonly runId: RunId; readonly gatewayId: GatewayId }[];
}

const offersOf = ({ offers }: Offered): readonly (readonly string[])[] =>
  offers.map(({ runId, gatewayId }) => [runId, gatewayId]);

function sameRefusals(plan: Plan, outcome: DecisionOutcome): boolean {
  const planned = plan.refusals.map(({ runId, because }) => [runId, because.code]);
  return textOf(planned) === textOf(outcome.refusals.map(({ runId, code }) => [runId, code]));
}

const textOf = (pairs: readonly (readonly string[])[]): string => JSON.stringify(pairs);
