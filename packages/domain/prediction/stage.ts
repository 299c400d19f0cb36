import type { GatewayId } from '../brand.ts';
import { takesSlot } from '../capacity/holdings.ts';
import { memberAvailability } from '../gateway/member-availability.ts';
import { foremostOf, reason } from '../placement/reasons.ts';
import { classInPlan, type OpenPlace, type Place, placesOf, type StandingAnswer } from '../run-queue/places.ts';
import type { ClusterMember, QueueSnapshot, WaitReason } from '../run-queue/snapshot.ts';
import { hasSlots } from '../run-queue/fairness/lanes.ts';
import type { FairFacts, Fairness } from '../run-queue/fairness/fairness.ts';
import type { ExpectedDuration } from './durations.ts';
import type { RunningToPredict, WaitingRunToPredict } from './question.ts';

/** A place that can take runs, with what it holds when a play begins. */
export interface PlaceOnStage {
  readonly limit: number;
  readonly slotsOfPeople: number;
  readonly slotsHeld: number;
  /** By number of the account. */
  readonly busyUsers: readonly number[];
  /** Classes that the rules let in here, whatever is full at the moment, and whether their runs take a slot. */
  readonly classes: readonly { readonly number: number; readonly takesSlot: boolean }[];
  readonly everyRunTakesSlot: boolean;
  /** Some run can take its slots, so they count for lanes. */
  readonly hasSlots: boolean;
  /** Offline for now: what it could take waits until it is back. */
  readonly isAway: boolean;
}

export interface ClassOnStage {
  readonly user: number;
  readonly isUnattended: boolean;
  /** Its runs, by their index in the line. */
  readonly runs: readonly number[];
  readonly places: readonly { readonly number: number; readonly takesSlot: boolean }[];
  /** Why none of its runs is played; null for a class that has a place. */
  readonly because: WaitReason | null;
}

/** What frees its slot during a play. */
export interface Leaving {
  /** Null on a member that is away: only its add-on counts. */
  readonly place: number | null;
  readonly user: number;
  readonly takesSlot: boolean;
  readonly isUnattended: boolean;
  readonly elapsedMs: number;
  readonly duration: ExpectedDuration;
  readonly fair?: FairFacts;
}

/** Everything that is the same in every play, as numbers: the plays look at it a hundred thousand times. */
export interface Stage {
  readonly line: readonly WaitingRunToPredict[];
  /** Of each run of the line. */
  readonly classOf: readonly number[];
  readonly classes: readonly ClassOnStage[];
  readonly places: readonly PlaceOnStage[];
  readonly users: number;
  readonly leaving: readonly Leaving[];
  readonly addOnsFree: number | null;
  /** Each expectation once, because a play draws its middle once for all runs of the flow. */
  readonly durations: readonly ExpectedDuration[];
  readonly fairness: Fairness | null;
  /** When a play begins, by the clock that request times are of. */
  readonly nowMs: number;
}

/** A session of ours whose run is over is being signed out; that takes about so long. */
const SIGN_OUT: ExpectedDuration = { mu: Math.log(5_000), sigma: 0.3, muSigma: 0, isGuess: false };

export function stageOf(
  snapshot: QueueSnapshot,
  running: readonly RunningToPredict[],
  line: readonly WaitingRunToPredict[],
  nowMs: number,
): Stage {
  const all = placesOf({ ...withoutDeclines(snapshot), inHand: running });
  const away = placesOf({ ...membersBack(snapshot), inHand: running });
  const open = [...all, ...away].filter((place) => place.machine !== null);
  const isAway = (place: Place): boolean => away.includes(place);
  const placeNumbers = new Map(open.map((place, number) => [place.member.gatewayId, number]));
  const users = numbering();
  const classNumbers = numbering();
  const classOf = line.map((run) => classNumbers.of(run.classKey));
  const addOnsEnd = snapshot.addOnsFree === 0 && !running.some(({ mode }) => mode === 'unattended');
  const around = { all, away, placeNumbers, users, addOns: addOnsEnd ? noAddOns : null };
  const classes = [...Map.groupBy(classOf.keys(), (index) => classOf[index])].map(([, indexes]) =>
    classOnStage(indexes, line, around, nowMs),
  );
  return {
    line,
    classOf,
    classes,
    places: open.map((place, number) => ({ ...placeOnStage(place, number, classes, users), isAway: isAway(place) })),
    leaving: [
      ...running.map((run) => leavingRun(run, open, placeNumbers, users)),
      ...open.flatMap((place, number) => signingOut(place, number, running, users)),
    ],
    users: users.count(),
    addOnsFree: snapshot.addOnsFree,
    durations: [...new Set(line.map((run) => run.duration))],
    fairness: snapshot.fairness ?? null,
    nowMs,
  };
}

/** A decline ends by itself soon, so it never keeps a run from being predicted. */
function withoutDeclines(snapshot: QueueSnapshot): QueueSnapshot {
  return { ...snapshot, classes: [], members: snapshot.members.map((member) => ({ ...member, declines: [] })) };
}

/** The members that are offline and nothing else, as they will be when they are back. */
function membersBack(snapshot: QueueSnapshot): QueueSnapshot {
  const { members, ...rest } = withoutDeclines(snapshot);
  const isOffline = (member: ClusterMember) => snapshot.runOnAllGateways && !member.online;
  const back = members.filter((member) => isOffline(member) && memberAvailability({ ...member, online: true }).ok);
  return { ...rest, members: back.map((member) => ({ ...member, online: true })) };
}

interface Numbering {
  of(name: string): number;
  count(): number;
}

function numbering(): Numbering {
  const numbers = new Map<string, number>();
  return {
    of: (name) => {
      const known = numbers.get(name);
      if (known !== undefined) return known;
      numbers.set(name, numbers.size);
      return numbers.size - 1;
    },
    count: () => numbers.size,
  };
}

interface AroundClass {
  readonly all: readonly Place[];
  readonly away: readonly Place[];
  readonly placeNumbers: ReadonlyMap<GatewayId, number>;
  readonly users: Numbering;
  /** Why no unattended run starts, when none ever gets an add-on. */
  readonly addOns: WaitReason | null;
}

function classOnStage(
  runs: readonly number[],
  line: readonly WaitingRunToPredict[],
  { all, away, placeNumbers, users, addOns }: AroundClass,
  nowMs: number,
): ClassOnStage {
  const first = line[runs[0] ?? 0];
  if (first === undefined) throw new Error('A class on stage has at least one run of the line.');
  const { classKey: key, user, mode, whenSessionBlocked } = first;
  const runClass = { key, user, mode, whenSessionBlocked, count: 1, heads: [] };
  const { candidates, standing } = classInPlan(runClass, all, nowMs);
  // Members that are away never make a run predictable that has no other place: nobody knows when they are back.
  const later = candidates.length === 0 ? [] : classInPlan(runClass, away, nowMs).candidates;
  return {
    user: users.of(user),
    isUnattended: mode === 'unattended',
    runs,
    places: [...candidates, ...later].map((place) => ({
      number: placeNumbers.get(place.member.gatewayId) ?? 0,
      takesSlot: takesSlot(place.machine.policy, mode),
    })),
    because: candidates.length === 0 ? foremostOf(refusalsOf(standing)) : mode === 'unattended' ? addOns : null,
  };
}

function refusalsOf(standing: readonly StandingAnswer[]): readonly WaitReason[] {
  return standing.flatMap((answer) => {
    if (answer.kind === 'closed') return [answer.because];
    return answer.session.ok ? [] : [answer.session.because];
  });
}

/** None is free and none is in use here that could become free. */
const noAddOns = reason(
  'no-add-on',
  'No unattended add-on becomes free by what runs in this cluster.',
  'An admin can raise the number of add-ons.',
);

function placeOnStage(
  place: OpenPlace,
  number: number,
  classes: readonly ClassOnStage[],
  users: Numbering,
): Omit<PlaceOnStage, 'isAway'> {
  const classesHere = classes.flatMap(({ places }, of) => {
    const here = places.find((one) => one.number === number);
    return here === undefined ? [] : [{ number: of, takesSlot: here.takesSlot }];
  });
  return {
    limit: place.machine.limit,
    slotsOfPeople: place.slotsOfPeople,
    slotsHeld: place.slotsHeld,
    busyUsers: [...place.busyUsers].map(users.of),
    classes: classesHere,
    hasSlots: hasSlots(place) && place.onlyCanaries === null,
    everyRunTakesSlot: classesHere.every(({ takesSlot: takes }) => takes),
  };
}

function leavingRun(
  run: RunningToPredict,
  open: readonly OpenPlace[],
  placeNumbers: ReadonlyMap<GatewayId, number>,
  users: Numbering,
): Leaving {
  const number = placeNumbers.get(run.gatewayId) ?? null;
  const place = number === null ? undefined : open[number];
  return {
    place: number,
    user: users.of(run.user),
    takesSlot: place !== undefined && takesSlot(place.machine.policy, run.mode),
    isUnattended: run.mode === 'unattended',
    elapsedMs: run.elapsedMs,
    duration: run.duration,
    ...(run.fair ? { fair: run.fair } : {}),
  };
}

/** Sessions of ours that the gateway still reports although their run is over. */
function signingOut(
  { machine, member, slotsHeld }: OpenPlace,
  place: number,
  running: readonly RunningToPredict[],
  users: Numbering,
): readonly Leaving[] {
  const here = running.filter((run) => run.gatewayId === member.gatewayId);
  const held = here.filter((run) => takesSlot(machine.policy, run.mode)).length;
  const ids = new Set<string>(here.map((run) => run.id));
  const left = machine.facts.sessions.filter(({ ours, runId }) => ours && !ids.has(runId ?? ''));
  return left.slice(0, slotsHeld - held).map(({ user }) => ({
    place,
    user: users.of(user),
    takesSlot: true,
    isUnattended: false,
    elapsedMs: 0,
    duration: SIGN_OUT,
  }));
}
