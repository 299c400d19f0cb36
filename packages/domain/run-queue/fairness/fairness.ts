import type { RunId } from '../../brand.ts';
import type { Priority } from '../../run/run.ts';

/**
 * What an admin chose for the run queue of a cluster. Whatever it says, a run that a person moved to the top comes first
 * and is held back by none of it.
 */
export interface Fairness {
  readonly ageing: Ageing | null;
  readonly share: Share | null;
  /** At most one of each kind; the first keeps its slots before the second. */
  readonly lanes: readonly Lane[];
}
/** A normal run that has waited for so long ranks among the high ones, by its request time. */
export interface Ageing {
  readonly afterMinutes: number;
}
/** Among runs of equal rank, whoever has fewer runs at work goes first; with `atMost` nobody has more at work than that. */
export interface Share {
  readonly by: 'user' | 'flow';
  readonly atMost: number | null;
}
/** Slots of the cluster that other runs leave free. */
export type Lane =
  | { readonly for: 'high'; readonly slots: number }
  | { readonly for: 'short'; readonly slots: number; readonly underMinutes: number };

export const NO_FAIRNESS: Fairness = { ageing: null, share: null, lanes: [] };

export const AGEING_MINUTES_MAX = 7 * 24 * 60;
export const SHARE_AT_MOST_MAX = 1_000;
export const LANE_SLOTS_MAX = 1_000;
export const SHORT_MINUTES_MAX = 24 * 60;

export function isFair({ ageing, share, lanes }: Fairness): boolean {
  return ageing !== null || share !== null || lanes.length > 0;
}

/** What is wrong with a choice, in words; null when nothing is. */
export function problemOf({ lanes }: Fairness): string | null {
  const kinds = new Set(lanes.map((lane) => lane.for));
  return kinds.size === lanes.length ? null : 'there is at most one lane for high runs and one for short runs';
}

/** Who has a share: the account that submitted, or the flow. */
export interface Sharer {
  readonly id: string;
  readonly name: string;
}

/** What fairness looks at in a run beside its place in the queue; equal for all runs of a class. */
export interface FairFacts {
  readonly priority: Priority;
  /** Null where no share is on. */
  readonly sharer: Sharer | null;
  /** The middle of its flow's measured durations; null when too few are measured, or no lane asks. */
  readonly usuallyMs: number | null;
}

/** As much of a waiting run as the order of a fair queue needs. */
export interface RunInFairOrder {
  readonly id: RunId;
  readonly requestNumber: number;
  readonly requestedAtMs: number;
  readonly priority: Priority;
  readonly topRank: number | null;
  readonly sharerId: string | null;
}

/**
 * By what runs are told apart, so that fairness finds all runs of a class equal: three parts of the name of its class, each
 * null where nothing asks for it.
 */
export function toldApartBy(
  { ageing, share, lanes }: Fairness,
  run: { readonly priority: Priority; readonly submittedById: string | null; readonly flowId: string },
): readonly [priority: Priority | null, user: string | null, flow: string | null] {
  const isPriorityAsked = ageing !== null || lanes.some((lane) => lane.for === 'high');
  const isFlowAsked = share?.by === 'flow' || lanes.some((lane) => lane.for === 'short');
  return [
    isPriorityAsked ? run.priority : null,
    share?.by === 'user' ? run.submittedById : null,
    isFlowAsked ? run.flowId : null,
  ];
}
