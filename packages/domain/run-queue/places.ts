import { holdingsOf } from '../capacity/holdings.ts';
import { limitOfMember, policyOf } from '../capacity/session-limit.ts';
import {
  canaryElsewhere,
  factsMissing,
  journalsAwaited,
  memberAvailability,
  memberPresence,
  notPrimary,
  servingMembers,
} from '../gateway/member-availability.ts';
import { type MachineNow, modeSupported, sessionAllows, slotFree, userFree } from '../placement/can-start-here.ts';
import { declineStands } from '../placement/decline-memory.ts';
import type { MachineFacts } from '../session/machine.ts';
import { no, reason, type Verdict, yes } from '../placement/reasons.ts';
import { fairlyAllowed, type FairNow } from './fairness/fair-now.ts';
import type {
  ClusterMember,
  QueuedRun,
  QueueSnapshot,
  RunClass,
  RunInHand,
  WaitingClass,
  WaitReason,
} from './snapshot.ts';

/** A member while a plan is made. */
export type Place = ClosedPlace | OpenPlace;

/** It cannot be asked, or it has not yet said what its machine is. */
interface ClosedPlace {
  readonly member: ClusterMember;
  readonly machine: null;
  readonly because: WaitReason;
  readonly asked: boolean;
}

/** What it holds grows with every offer of the plan. */
export interface OpenPlace {
  readonly member: ClusterMember;
  /** What a member answers that takes canary sign-ins alone; null where people's runs may start. */
  readonly onlyCanaries: WaitReason | null;
  readonly machine: MachineNow;
  slotsHeld: number;
  readonly slotsOfPeople: number;
  readonly busyUsers: Set<string>;
}

/**
 * What a member answers to a class whatever the plan does. `closed` says no for good; `open` has a place, and its session
 * rules, which count only on a free slot. `asked` members decide together whether a run is refused (DESIGN §6).
 */
export type StandingAnswer = { readonly member: ClusterMember; readonly asked: boolean } & (
  | { readonly kind: 'closed'; readonly because: WaitReason }
  | { readonly kind: 'open'; readonly place: OpenPlace; readonly session: Verdict }
);

export interface ClassInPlan {
  readonly runClass: RunClass;
  /** What does not change while the plan is made, one answer for each place. */
  readonly standing: readonly StandingAnswer[];
  /** Places that may still take a run of this class; one found full is dropped, because it stays full. */
  candidates: OpenPlace[];
  settled: number;
  /** The answers at the turn of its first run that had to wait: what takes the slots later is not its reason. */
  waiting: WaitingClass | null;
}

/** What the whole plan shares; it goes down with its offers. */
export interface Budget {
  addOnsFree: number | null;
  readonly fair: FairNow | null;
}

export function placesOf(snapshot: QueueSnapshot): readonly Place[] {
  const missing = snapshot.members.filter((member) => member.journalAwaited === true);
  if (missing.length > 0) return closedUntilReported(snapshot.members, missing);
  const serving = servingMembers(snapshot.members, snapshot.runOnAllGateways);
  const [taker] = serving;
  const byGateway = Map.groupBy(snapshot.inHand, (run) => run.gatewayId);
  return snapshot.members.map((member) => {
    const available = memberAvailability(member);
    if (!available.ok) return placeForCanaries(member, available.because, byGateway.get(member.gatewayId) ?? []);
    if (taker !== undefined && !serving.has(member)) {
      return { member, machine: null, because: notPrimary(member.name, taker.name), asked: false };
    }
    if (member.facts === null) return { member, machine: null, because: factsMissing(member.name), asked: true };
    return openPlace(member, member.facts, byGateway.get(member.gatewayId) ?? []);
  });
}

/** A member that is set aside and otherwise there has a place, which its canaries take under the same rules. */
function placeForCanaries(member: ClusterMember, because: WaitReason, inHand: readonly RunInHand[]): Place {
  if (!memberPresence(member).ok || member.facts === null) return { member, machine: null, because, asked: false };
  return { ...openPlace(member, member.facts, inHand), onlyCanaries: because };
}

/** Of all places those where runs of people may start. */
export function openOf(places: readonly Place[]): readonly OpenPlace[] {
  return places.filter((place) => place.machine !== null).filter((place) => place.onlyCanaries === null);
}

function closedUntilReported(
  members: readonly ClusterMember[],
  missing: readonly ClusterMember[],
): readonly ClosedPlace[] {
  const because = journalsAwaited(missing.map(({ name }) => name));
  return members.map((member) => ({ member, machine: null, because, asked: true }));
}

function openPlace(member: ClusterMember, facts: MachineFacts, inHand: readonly RunInHand[]): OpenPlace {
  const machine = { policy: policyOf(member, facts), facts, limit: limitOfMember(member, facts) };
  const { slotsHeld, slotsOfPeople, busyUsers } = holdingsOf(machine.policy, facts, inHand);
  return { member, onlyCanaries: null, machine, slotsHeld, slotsOfPeople, busyUsers: new Set(busyUsers) };
}

export function classInPlan(runClass: RunClass, places: readonly Place[], nowMs: number): ClassInPlan {
  const standing = places.map((place) => standingAnswer(place, runClass, nowMs));
  const candidates = standing.flatMap((answer) => (answer.kind === 'open' && answer.session.ok ? [answer.place] : []));
  return { runClass, standing, candidates, settled: 0, waiting: null };
}

function standingAnswer(place: Place, runClass: RunClass, nowMs: number): StandingAnswer {
  const { member } = place;
  const { canaryOf } = runClass;
  if (canaryOf !== undefined && canaryOf !== member.gatewayId)
    return { kind: 'closed', member, asked: false, because: canaryElsewhere(member.name) };
  if (place.machine !== null && place.onlyCanaries !== null && canaryOf === undefined)
    return { kind: 'closed', member, asked: false, because: place.onlyCanaries };
  if (place.machine === null) return { kind: 'closed', member, asked: place.asked, because: place.because };
  const mode = modeSupported(place.machine.facts, runClass.mode);
  if (!mode.ok) return { kind: 'closed', member, asked: true, because: mode.because };
  const { version } = place.machine.facts;
  const key = runClass.declineKey ?? runClass.key;
  const decline = member.declines.find((one) => one.classKey === key && declineStands(one, version, nowMs));
  const session = decline === undefined ? sessionAllows(place.machine, runClass) : no(decline.because);
  return { kind: 'open', member, asked: true, place, session };
}

/**
 * Capacity, then the user, then add-ons, then what fairness says of the next run of the class: the answers that change
 * while a plan is made, and that only make a run wait.
 */
export function roomFor(place: OpenPlace, of: NextOfClass, budget: Budget): Verdict {
  const { runClass } = of;
  const slot = slotFree(place.machine, place, runClass.mode);
  if (!slot.ok) return slot;
  const user = userFree(place, runClass.user);
  if (!user.ok) return user;
  const addOn = addOnFree(runClass, budget);
  return addOn.ok ? fairlyAllowed(budget.fair, place, runClass, nextOf(of)) : addOn;
}

type NextOfClass = Pick<ClassInPlan, 'runClass' | 'settled'>;
const nextOf = ({ runClass, settled }: NextOfClass): QueuedRun | undefined => runClass.heads[settled];

/** S54: every unattended run that is not over holds one add-on of the pool. */
function addOnFree(runClass: RunClass, budget: Budget): Verdict {
  if (runClass.mode === 'attended' || budget.addOnsFree === null || budget.addOnsFree > 0) return yes;
  return no(
    reason(
      'no-add-on',
      'All unattended add-ons are in use.',
      'It starts when another unattended run has finished; an admin can raise the number of add-ons.',
    ),
  );
}

/** The answer of one member to a class as things stand in the plan. */
export function answerOf(answer: StandingAnswer, of: NextOfClass, budget: Budget): Verdict {
  if (answer.kind === 'closed') return no(answer.because);
  const room = roomFor(answer.place, of, budget);
  return room.ok ? answer.session : room;
}
