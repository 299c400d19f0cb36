import { takesSlot } from '../../capacity/holdings.ts';
import { no, reason, type Verdict, yes } from '../../placement/reasons.ts';
import type { MachineNow } from '../../placement/can-start-here.ts';
import type { ClusterMember, RunInHand } from '../snapshot.ts';
import { namesOfLanes, sayLanes } from './fairness-texts.ts';
import type { FairFacts, Lane } from './fairness.ts';

/**
 * The lanes of a cluster while a plan is made. They are counted over its slots and not by machine: for each set of lanes,
 * runs of none of their kinds leave the slots free that these lanes keep and do not use.
 */
export interface LanesNow {
  readonly lanes: readonly Lane[];
  /** Of members that can take runs now, without those of people. */
  readonly slots: number;
  /** By set of lanes, as bits: slots that these lanes keep together, and slots held by what is of none of them. */
  readonly kept: readonly number[];
  readonly others: number[];
}

/** How many slots each lane keeps of so many: those given first come first, and one slot is always left to every run. */
export function keptOf(lanes: readonly Lane[], slots: number): readonly number[] {
  let left = Math.max(0, slots - 1);
  return lanes.map((lane) => {
    const kept = Math.min(lane.slots, left);
    left -= kept;
    return kept;
  });
}

/** The lanes that a run may use, as bits. */
export function lanesOf(lanes: readonly Lane[], facts: FairFacts | undefined): number {
  return lanes.reduce((bits, lane, index) => (isOfLane(lane, facts) ? bits | (1 << index) : bits), 0);
}

function isOfLane(lane: Lane, facts: FairFacts | undefined): boolean {
  if (facts === undefined) return false;
  if (lane.for === 'high') return facts.priority === 'high';
  // Nobody knows yet how long an unmeasured flow takes, so it is not short.
  return facts.usuallyMs !== null && facts.usuallyMs < lane.underMinutes * 60_000;
}

export const setsOf = (lanes: readonly Lane[]): number => 1 << lanes.length;

/** What each set of lanes keeps, by its bits. */
export function keptBySet(lanes: readonly Lane[], slots: number): readonly number[] {
  const kept = keptOf(lanes, slots);
  return Array.from({ length: setsOf(lanes) }, (_, set) =>
    kept.reduce((sum, of, index) => ((set & (1 << index)) === 0 ? sum : sum + of), 0),
  );
}

/** A member that can take runs now, as much of it as lanes need. */
export interface PlaceWithSlots {
  readonly member: Pick<ClusterMember, 'gatewayId'>;
  readonly machine: MachineNow;
  readonly slotsHeld: number;
  readonly slotsOfPeople: number;
}

export function lanesNow(
  lanes: readonly Lane[],
  places: readonly PlaceWithSlots[],
  inHand: readonly RunInHand[],
): LanesNow | null {
  if (lanes.length === 0) return null;
  const open = places.filter(hasSlots);
  const policies = new Map(open.map((place) => [place.member.gatewayId, place.machine.policy]));
  const running = inHand.filter((run) => {
    const policy = policies.get(run.gatewayId);
    return policy !== undefined && takesSlot(policy, run.mode);
  });
  const slots = open.reduce((sum, place) => sum + slotsAt({ limit: place.machine.limit, ...place }), 0);
  // A session of ours that is still being signed out holds its slot and is of no lane.
  const leaving = open.reduce((sum, place) => sum + place.slotsHeld, 0) - running.length;
  const others = Array.from({ length: setsOf(lanes) }, () => leaving);
  for (const run of running) countOthers(others, lanesOf(lanes, run.fair), 1);
  return { lanes, slots, kept: keptBySet(lanes, slots), others };
}

/** Slots that are ours or free; where people and we hold more than there are, none is free. */
export function slotsAt(place: {
  readonly limit: number;
  readonly slotsOfPeople: number;
  readonly slotsHeld: number;
}): number {
  return Math.max(place.limit - place.slotsOfPeople, place.slotsHeld);
}

/** A machine whose slots no run can take counts for no lane. */
export function hasSlots({ machine }: Pick<PlaceWithSlots, 'machine'>): boolean {
  const { canAttended, canUnattended } = machine.facts;
  return (
    (canUnattended && takesSlot(machine.policy, 'unattended')) || (canAttended && takesSlot(machine.policy, 'attended'))
  );
}

/** A run holds one more slot, or gives it back: it counts for each set of lanes of which it uses none. */
export function countOthers(others: number[], bits: number, by: 1 | -1): void {
  for (let set = 1; set < others.length; set += 1) if ((bits & set) === 0) others[set] = (others[set] ?? 0) + by;
}

/** Whether a run of these lanes may take one more slot; the first set of lanes that keeps it out is named. */
export function lanesAllow(now: Pick<LanesNow, 'slots' | 'kept' | 'others'>, bits: number): number {
  for (let set = 1; set < now.kept.length; set += 1) {
    const kept = now.kept[set] ?? 0;
    if (kept > 0 && (bits & set) === 0 && (now.others[set] ?? 0) + 1 > now.slots - kept) return set;
  }
  return 0;
}

export function laneVerdict(now: LanesNow, facts: FairFacts | undefined): Verdict {
  const closedBy = lanesAllow(now, lanesOf(now.lanes, facts));
  if (closedBy === 0) return yes;
  const closed = now.lanes.filter((_, index) => (closedBy & (1 << index)) !== 0);
  return no(
    reason(
      'lane-reserved',
      `The slots that are free in this cluster are kept for ${namesOfLanes(closed)}.`,
      `${sayLanes(closed)} It starts when a run outside of the lane has finished; an admin of the cluster can change the lanes, or move this run to the top.`,
    ),
  );
}
