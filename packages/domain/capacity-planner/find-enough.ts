import { withChanges } from './changes.ts';
import { missedOf } from './figures.ts';
import { FURTHER_MEMBERS_MAX, type Planned } from './load.ts';
import { type InSteps, type Played, playLoad } from './play-load.ts';

/** More sessions than these no machine is asked about. */
export const SLOTS_TRIED_MAX = 500;

/** How many machines and add-ons it takes so that no run of the load misses its start deadline. */
export type Enough = EnoughFound | NotEnough;

interface EnoughFound {
  readonly kind: 'enough';
  /** Machines like the first one that it takes beside those there are; 0 where these do. */
  readonly furtherMembers: number;
  /** `Run on all gateways in cluster` is off and must be on for it. */
  readonly switchOn: boolean;
  /** Add-ons that it takes then; null where they are unlimited. */
  readonly addOns: number | null;
  /** Held at once at most, with as many as one likes. */
  readonly addOnsPeak: number;
  /** Runs that would miss with one machine fewer; null where none can be spared. */
  readonly missedWithOneFewer: number | null;
  readonly moreSlots: MoreSlots;
}

/** The machines that are there, with as many slots as their policies bear and add-ons without end. */
export interface MoreSlots {
  readonly missed: number;
  /** Every run that missed waited for another one of its own account. */
  readonly isOfAccounts: boolean;
}

export interface NotEnough {
  readonly kind: 'not-enough';
  /**
   * `same-account`: the runs that still miss wait for others of their account. Another account helps, no machine does.
   * `share`: some of them wait because whoever submitted them, or their flow, may have no more at work.
   */
  readonly because: 'same-account' | 'share' | 'other';
  readonly triedMembers: number;
  readonly missed: number;
  readonly moreSlots: MoreSlots;
}

/**
 * The least of a row of tries, in which every number of machines that is named was played, and the one below it as well.
 * More machines may by chance be worse for single runs, so this is the first step that does and not a proof about all.
 */
export function* findEnough(planned: Planned): InSteps<Enough> {
  const free = withChanges(planned, { addOns: null, runOnAllGateways: true });
  const play = (members: number): InSteps<Played> => playLoad(withChanges(free, { members }));
  const slotsPlay = yield* playLoad(withChanges(planned, { addOns: null, slots: SLOTS_TRIED_MAX }));
  const moreSlots = { missed: missedOf(slotsPlay), isOfAccounts: areOfAccounts(slotsPlay) };
  const search = yield* leastOf({ from: 0, to: FURTHER_MEMBERS_MAX }, function* (members) {
    const played = yield* play(members);
    return { missed: missedOf(played), played };
  });
  if (search.found === null) {
    const { played, missed } = search.last;
    return { kind: 'not-enough', because: keptBackBy(played), triedMembers: FURTHER_MEMBERS_MAX, missed, moreSlots };
  }
  const furtherMembers = search.found;
  const { addOnsPeak } = search.last.played.usage;
  return {
    kind: 'enough',
    furtherMembers,
    switchOn: yield* mustBeOn(planned, furtherMembers),
    addOns: yield* leastAddOns(withChanges(free, { members: furtherMembers }), planned.cluster.addOns, addOnsPeak),
    addOnsPeak,
    missedWithOneFewer: search.missedBelow ?? (yield* missedWithout(free)),
    moreSlots,
  };
}

const areOfAccounts = ({ fates }: Played): boolean =>
  fates.some(({ what }) => what === 'missed') &&
  fates.every((fate) => fate.what !== 'missed' || fate.because === 'user-busy');

function keptBackBy({ fates }: Played): NotEnough['because'] {
  const codes = new Set(fates.flatMap((fate) => (fate.what === 'missed' ? [fate.because] : [])));
  if ([...codes].some((code) => code !== 'user-busy' && code !== 'share-used')) return 'other';
  return codes.has('share-used') ? 'share' : 'same-account';
}

/** Off and no further machine: perhaps it may stay off. */
function* mustBeOn(planned: Planned, furtherMembers: number): InSteps<boolean> {
  if (planned.cluster.runOnAllGateways) return false;
  if (furtherMembers > 0) return true;
  return missedOf(yield* playLoad(withChanges(planned, { addOns: null }))) > 0;
}

/** A pool that is unlimited stays so. As many as were held at once always do; fewer may, with longer waits. */
function* leastAddOns(planned: Planned, addOns: number | null, peak: number): InSteps<number | null> {
  if (addOns === null) return null;
  const search = yield* leastOf({ from: Math.min(1, peak), to: peak }, function* (count) {
    const played = yield* playLoad(withChanges(planned, { addOns: count }));
    return { missed: missedOf(played), played };
  });
  return search.found ?? peak;
}

function* missedWithout(planned: Planned): InSteps<number | null> {
  if (planned.cluster.members.length < 2) return null;
  return missedOf(yield* playLoad(withChanges(planned, { members: -1 })));
}

interface Tried {
  readonly missed: number;
  readonly played: Played;
}
interface Search {
  /** Null where not even the greatest does. */
  readonly found: number | null;
  /** Of what was found, else of the greatest. */
  readonly last: Tried;
  /** Of the number below what was found; undefined where that was the first. */
  readonly missedBelow: number | undefined;
}

/** Doubles until nothing misses, then halves what lies between. */
function* leastOf(
  { from, to }: { readonly from: number; readonly to: number },
  tryOne: (count: number) => InSteps<Tried>,
): InSteps<Search> {
  let below: { readonly count: number; readonly missed: number } | undefined;
  let above = { count: from, ...(yield* tryOne(from)) };
  for (let step = 1; above.missed > 0; step *= 2) {
    if (above.count >= to) return { found: null, last: above, missedBelow: undefined };
    below = above;
    const count = Math.min(to, from + step);
    above = { count, ...(yield* tryOne(count)) };
  }
  while (below !== undefined && above.count - below.count > 1) {
    const count = Math.floor((above.count + below.count) / 2);
    const tried = { count, ...(yield* tryOne(count)) };
    if (tried.missed > 0) below = tried;
    else above = tried;
  }
  return { found: above.count, last: above, missedBelow: below?.missed };
}
