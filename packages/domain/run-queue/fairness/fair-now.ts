import { takesSlot } from '../../capacity/holdings.ts';
import { type Verdict, yes } from '../../placement/reasons.ts';
import { byQueueOrder } from '../queue-order.ts';
import type { QueuedRun, QueueSnapshot, RunClass } from '../snapshot.ts';
import { fairTierOf } from './fair-order.ts';
import type { Fairness } from './fairness.ts';
import { createFirstOf } from './first-of.ts';
import { countOthers, type LanesNow, lanesNow, lanesOf, laneVerdict, type PlaceWithSlots } from './lanes.ts';
import { countShare, heldByShare, shareVerdict } from './shares.ts';

/** What fairness counts while a plan is made; it grows with every offer of the plan. */
export interface FairNow {
  readonly fairness: Fairness;
  readonly held: Map<string, number>;
  readonly lanes: LanesNow | null;
}

export function fairNow({ fairness, inHand }: QueueSnapshot, places: readonly PlaceWithSlots[]): FairNow | null {
  if (fairness === undefined) return null;
  return { fairness, held: heldByShare(inHand), lanes: lanesNow(fairness.lanes, places, inHand) };
}

/** Whether its share and the lanes let a run start here; nothing of it holds back what a person moved to the top, or a canary. */
export function fairlyAllowed(
  now: FairNow | null,
  { machine }: Pick<PlaceWithSlots, 'machine'>,
  runClass: RunClass,
  run: QueuedRun | undefined,
): Verdict {
  if (now === null || runClass.canaryOf !== undefined || (run !== undefined && run.topRank !== null)) return yes;
  const share = shareVerdict(now.fairness.share, now.held, runClass.fair);
  if (!share.ok || now.lanes === null || !takesSlot(machine.policy, runClass.mode)) return share;
  return laneVerdict(now.lanes, runClass.fair);
}

export function countOffer(
  { held, lanes }: FairNow,
  { machine }: Pick<PlaceWithSlots, 'machine'>,
  { fair, mode, canaryOf }: RunClass,
): void {
  // A canary runs where no lane counts a slot.
  if (canaryOf !== undefined) return;
  if (fair) countShare(held, fair);
  if (lanes !== null && takesSlot(machine.policy, mode)) countOthers(lanes.others, lanesOf(lanes.lanes, fair), 1);
}

export interface Turn {
  readonly run: QueuedRun;
  readonly of: { readonly runClass: RunClass };
}

/**
 * The turns of a fair queue. What was moved to the top comes as ever; then tier by tier whoever has fewer runs at work, the
 * plan's own offers counted, and among equals the request number. It looks at the counts as each turn comes.
 */
export function* inFairTurns<One extends Turn>(
  turns: readonly One[],
  now: FairNow,
  nowMs: number,
): Generator<One, void> {
  const tiers = Map.groupBy(turns, ({ run }) => fairTierOf(run, now.fairness, nowMs));
  yield* (tiers.get(0) ?? []).toSorted((a, b) => byQueueOrder(a.run, b.run));
  for (const tier of [1, 2] as const) yield* byShare(tiers.get(tier) ?? [], now);
}

function* byShare<One extends Turn>(turns: readonly One[], { fairness, held }: FairNow): Generator<One, void> {
  const sharerOf = ({ of }: One) => (fairness.share === null ? null : (of.runClass.fair?.sharer?.id ?? null));
  const asked = turns.toSorted((a, b) => a.run.requestNumber - b.run.requestNumber);
  const lines = createFirstOf<Line<One>>(
    (a, b) => a.atWork - b.atWork < 0 || (a.atWork === b.atWork && numberOf(a) < numberOf(b)),
  );
  for (const [sharerId, line] of Map.groupBy(asked, sharerOf))
    lines.put({ sharerId, line, next: 0, atWork: atWork(held, sharerId) });
  for (let first = lines.take(); first !== undefined; first = lines.take()) {
    const turn = first.line[first.next];
    if (turn === undefined) continue;
    yield turn;
    first.next += 1;
    first.atWork = atWork(held, first.sharerId);
    if (first.next < first.line.length) lines.put(first);
  }
}

/** The runs of one sharer, of which the next has its turn. */
interface Line<One> {
  readonly sharerId: string | null;
  readonly line: readonly One[];
  next: number;
  atWork: number;
}

const numberOf = ({ line, next }: Line<Turn>): number => line[next]?.run.requestNumber ?? 0;
const atWork = (held: ReadonlyMap<string, number>, sharerId: string | null): number =>
  sharerId === null ? 0 : (held.get(sharerId) ?? 0);

/** Heads in the order of their turns within the class: an aged run before one that asked later and has not aged. */
export function headsInTurn(runClass: RunClass, { fairness }: FairNow, nowMs: number): RunClass {
  const tierOf = (run: QueuedRun) => fairTierOf(run, fairness, nowMs);
  const heads = runClass.heads.toSorted(
    (a, b) => tierOf(a) - tierOf(b) || (tierOf(a) === 0 ? byQueueOrder(a, b) : a.requestNumber - b.requestNumber),
  );
  return { ...runClass, heads };
}
