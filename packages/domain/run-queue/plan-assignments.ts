import type { RunId } from '../brand.ts';
import { takesSlot } from '../capacity/holdings.ts';
import { explainClass, nextToRun, sessionRefusal } from './explain-class.ts';
import { countOffer, type FairNow, fairNow, headsInTurn, inFairTurns } from './fairness/fair-now.ts';
import { type Budget, type ClassInPlan, classInPlan, openOf, type OpenPlace, placesOf, roomFor } from './places.ts';
import { byQueueOrder } from './queue-order.ts';
import type { Offer, Plan, QueuedRun, QueueSnapshot, RunClass, WaitReason } from './snapshot.ts';

/** Heads of one class that a snapshot holds at most; the rest have their turn in the next plan. */
export const HEADS_PER_CLASS_MAX = 64;
/** So many at least, because a class that no member may take is refused as far as its heads go. */
export const HEADS_PER_CLASS_MIN = 8;

/**
 * Heads of a class that a plan of so many members can use: a class is one account, which runs once on a machine, and the
 * one behind those says why the class waits.
 */
export function headsPerClass(memberCount: number): number {
  return Math.min(HEADS_PER_CLASS_MAX, Math.max(HEADS_PER_CLASS_MIN, memberCount + 1));
}

/** A number from 0 (included) to 1 (excluded), as an argument: the plan of a recorded snapshot can be made again. */
export type Random = () => number;

/**
 * Decides which waiting runs start where. Runs are looked at in queue order; each that can start on some member is
 * offered there and one that cannot says why and steps aside, so a blocked head never blocks others. Within one plan
 * slots only fill up, hence a class that had to wait once need not be asked again.
 */
export function planAssignments(snapshot: QueueSnapshot, nowMs: number, random: Random): Plan {
  return planAndWatch({ snapshot, nowMs, random }, () => undefined);
}

interface PlanQuestion {
  readonly snapshot: QueueSnapshot;
  readonly nowMs: number;
  readonly random: Random;
}

/** Calls at the turn of each run that is looked at, before it is decided on. */
export function planAndWatch(
  { snapshot, nowMs, random }: PlanQuestion,
  atTurn: (run: QueuedRun, of: ClassInPlan, budget: Budget) => void,
): Plan {
  const places = placesOf(snapshot);
  const fair = fairNow(snapshot, openOf(places));
  const classes = snapshot.classes.map((runClass) =>
    classInPlan(fair === null ? runClass : headsInTurn(runClass, fair, nowMs), places, nowMs),
  );
  const budget: Budget = { addOnsFree: snapshot.addOnsFree, fair };
  const offers: Offer[] = [];
  const refusals: { runId: RunId; because: WaitReason }[] = [];
  const waited: ClassInPlan[] = [];
  for (const { run, of } of turnsOf(classes, fair, nowMs)) {
    if (of.waiting !== null) continue;
    atTurn(run, of, budget);
    const place = choosePlace(of, budget, snapshot, random);
    if (place !== undefined) {
      offers.push({ runId: run.id, gatewayId: place.member.gatewayId, classKey: of.runClass.key });
      occupy(place, of.runClass, budget);
      of.settled += 1;
      continue;
    }
    const refusal = of.runClass.whenSessionBlocked === 'fail' ? sessionRefusal(of, budget) : undefined;
    if (refusal === undefined) {
      of.waiting = explainClass(of, budget);
      waited.push(of);
    } else {
      refusals.push({ runId: run.id, because: refusal });
      of.settled += 1;
    }
  }
  const left = classes.filter((of) => of.runClass.count > of.settled);
  const waiting = left.map((of) => of.waiting ?? explainClass(of, budget));
  return { offers, waiting, refusals, nextToRun: nextToRun(waited) };
}

interface Turn {
  readonly run: QueuedRun;
  readonly of: ClassInPlan;
}

/** The heads of all classes that the plan may have to look at: in queue order, or as the fairness of the cluster says. */
function turnsOf(classes: readonly ClassInPlan[], fair: FairNow | null, nowMs: number): Iterable<Turn> {
  const turns = classes.flatMap((of) => of.runClass.heads.slice(0, headsToLookAt(of)).map((run) => ({ run, of })));
  return fair === null ? turns.sort((a, b) => byQueueOrder(a.run, b.run)) : inFairTurns(turns, fair, nowMs);
}

/**
 * A class is one account, which runs once on a machine: with every place that is open to it taken or full, the next of its
 * runs waits, and so do all behind it. Where no place is open, each of them may have to be refused.
 */
function headsToLookAt({ candidates, runClass }: ClassInPlan): number {
  return candidates.length === 0 ? runClass.heads.length : candidates.length + 1;
}

/** S43: uniformly random among the members that can start the run now, or the least busy of them. */
function choosePlace(of: ClassInPlan, budget: Budget, snapshot: QueueSnapshot, random: Random): OpenPlace | undefined {
  const roomy = (place: OpenPlace) => roomFor(place, of, budget).ok;
  if (snapshot.selection === 'leastBusy') {
    of.candidates = of.candidates.filter(roomy);
    return leastBusy(of.candidates);
  }
  const { candidates } = of;
  while (candidates.length > 0) {
    // A place found full is dropped and another is drawn, which leaves the choice uniform among the others.
    const index = Math.min(Math.floor(random() * candidates.length), candidates.length - 1);
    const place = candidates[index];
    if (place !== undefined && roomy(place)) return place;
    const last = candidates.pop();
    if (last !== undefined && index < candidates.length) candidates[index] = last;
  }
  return undefined;
}

function leastBusy(places: readonly OpenPlace[]): OpenPlace | undefined {
  return places.reduce<OpenPlace | undefined>(
    (best, place) => (best === undefined || load(place) < load(best) ? place : best),
    undefined,
  );
}

function load(place: OpenPlace): number {
  return (place.slotsHeld + place.slotsOfPeople) / place.machine.limit;
}

function occupy(place: OpenPlace, runClass: RunClass, budget: Budget): void {
  place.busyUsers.add(runClass.user);
  if (takesSlot(place.machine.policy, runClass.mode)) place.slotsHeld += 1;
  if (runClass.mode === 'unattended' && budget.addOnsFree !== null) budget.addOnsFree -= 1;
  if (budget.fair !== null) countOffer(budget.fair, place, runClass);
}
