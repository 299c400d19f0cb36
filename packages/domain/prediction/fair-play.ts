import { fairTierOf } from '../run-queue/fairness/fair-order.ts';
import { countOthers, keptBySet, lanesAllow, lanesOf, setsOf, slotsAt } from '../run-queue/fairness/lanes.ts';
import type { FairFacts, Fairness } from '../run-queue/fairness/fairness.ts';
import type { Stage } from './stage.ts';

/** What fairness counts during a play: the same rules as in a plan, in numbers. */
export interface FairPlay {
  begin(): void;
  /** Whether the one run of the line has its turn before the other at this moment of the play. */
  isBefore(index: number, other: number, atMs: number): boolean;
  allows(index: number, takesSlot: boolean): boolean;
  /** A run of the line, or what was on a machine when the play began. */
  start(part: number, place: number, takesSlot: boolean): void;
  leave(part: number, place: number, takesSlot: boolean): void;
  memberIsBack(place: number): void;
  /** What ends somewhere may let a run start elsewhere, because shares and lanes are counted over the cluster. */
  readonly reachesFar: boolean;
}

interface Counts {
  readonly held: Int32Array;
  /** By place, a row of sets of lanes for each; and of all places that take runs. */
  readonly othersAt: readonly number[][];
  readonly lanes: { slots: number; kept: readonly number[]; others: number[] };
}

export function createFairPlay(stage: Stage, fairness: Fairness): FairPlay {
  const rules = rulesOf(stage, fairness);
  const { lanes, share } = fairness;
  const sets = setsOf(lanes);
  const isOpen = new Uint8Array(stage.places.length);
  const counts: Counts = {
    held: new Int32Array(rules.sharers),
    othersAt: stage.places.map(() => new Array<number>(sets).fill(0)),
    lanes: { slots: 0, kept: [], others: [] },
  };
  const open = (place: number): void => {
    const at = stage.places[place];
    if (at?.hasSlots !== true) return;
    isOpen[place] = 1;
    counts.lanes.slots += slotsAt(at);
    counts.lanes.kept = keptBySet(lanes, counts.lanes.slots);
    counts.lanes.others = counts.lanes.others.map((others, set) => others + (counts.othersAt[place]?.[set] ?? 0));
  };
  const count = (part: number, place: number, takesSlot: boolean, by: 1 | -1): void => {
    const sharer = rules.sharerOf[part] ?? NOBODY;
    if (sharer !== NOBODY) counts.held[sharer] = (counts.held[sharer] ?? 0) + by;
    const at = counts.othersAt[place];
    if (!takesSlot || at === undefined) return;
    countOthers(at, rules.lanesOf[part] ?? 0, by);
    if (isOpen[place] === 1) countOthers(counts.lanes.others, rules.lanesOf[part] ?? 0, by);
  };
  const atWork = (part: number): number => counts.held[rules.sharerOf[part] ?? NOBODY] ?? 0;
  return {
    begin: () => {
      counts.held.fill(0);
      isOpen.fill(0);
      for (const at of counts.othersAt) at.fill(0);
      counts.lanes.slots = 0;
      counts.lanes.others = new Array<number>(sets).fill(0);
      for (const [place, { isAway }] of stage.places.entries()) if (!isAway) open(place);
      for (const [index, one] of stage.leaving.entries())
        count(stage.line.length + index, one.place ?? NOBODY, one.takesSlot, 1);
    },
    isBefore: (index, other, atMs) => {
      const [tier, otherTier] = [rules.tierOf(index, atMs), rules.tierOf(other, atMs)];
      if (tier !== otherTier) return tier < otherTier;
      const fewer = tier === 0 || share === null ? 0 : atWork(index) - atWork(other);
      return fewer === 0 ? (rules.rankOf[index] ?? 0) < (rules.rankOf[other] ?? 0) : fewer < 0;
    },
    allows: (index, takesSlot) => {
      if (rules.tierOf(index, 0) === 0) return true;
      if (share !== null && share.atMost !== null && atWork(index) >= share.atMost) return false;
      return !takesSlot || lanesAllow(counts.lanes, rules.lanesOf[index] ?? 0) === 0;
    },
    start: (part, place, takesSlot) => count(part, place, takesSlot, 1),
    leave: (part, place, takesSlot) => count(part, place, takesSlot, -1),
    memberIsBack: open,
    reachesFar: lanes.length > 0 || (share !== null && share.atMost !== null),
  };
}

const NOBODY = -1;

interface Rules {
  readonly sharers: number;
  /** Of each run of the line and of what is on the machines, by part. */
  readonly sharerOf: Int32Array;
  readonly lanesOf: readonly number[];
  /** The place in its tier, shares left aside. */
  readonly rankOf: Int32Array;
  readonly tierOf: (index: number, atMs: number) => number;
}

function rulesOf({ line, leaving, nowMs }: Stage, fairness: Fairness): Rules {
  const facts = [...line.map(({ fair }) => fair), ...leaving.map(({ fair }) => fair)];
  const numbers = new Map<string, number>();
  const numberOf = (one: FairFacts | undefined): number => {
    const id = one?.sharer?.id;
    if (id === undefined) return NOBODY;
    const known = numbers.get(id) ?? numbers.size;
    numbers.set(id, known);
    return known;
  };
  const sharerOf = Int32Array.from(facts, numberOf);
  const queued = line.map((run, index) => ({ index, ...(run.queued ?? unknownPlace) }));
  const rankOf = new Int32Array(line.length);
  const inTier = queued.toSorted(
    (a, b) => (b.topRank ?? 0) - (a.topRank ?? 0) || a.requestNumber - b.requestNumber || a.index - b.index,
  );
  for (const [rank, { index }] of inTier.entries()) rankOf[index] = rank;
  return {
    sharers: numbers.size,
    sharerOf,
    lanesOf: facts.map((one) => lanesOf(fairness.lanes, one)),
    rankOf,
    tierOf: (index, atMs) => fairTierOf(queued[index] ?? unknownPlace, fairness, nowMs + atMs),
  };
}

const unknownPlace = { topRank: null, priority: 'normal', requestNumber: Number.MAX_SAFE_INTEGER } as const;
