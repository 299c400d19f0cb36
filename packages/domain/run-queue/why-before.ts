import type { GatewayId, RunId } from '../brand.ts';
import type { Priority } from '../run/run.ts';
import { type Decision, replayDecision } from './decision.ts';
import { drawSeeded } from '../prediction/draw-seeded.ts';
import { fairTierOf } from './fairness/fair-order.ts';
import { planAndWatch } from './plan-assignments.ts';
import { byQueueOrder } from './queue-order.ts';
import type { MemberAnswer, Plan, QueuedRun, QueueSnapshot, RunClass } from './snapshot.ts';

/** What a run queue is ordered by, as it was for one run. */
export interface PlaceInOrder {
  readonly topRank: number | null;
  readonly priority: Priority;
  readonly requestNumber: number;
}

/** The first of these that is not the same for two runs decides which stands before the other. */
export type OrderKey = 'moved-to-top' | 'priority' | 'ageing' | 'share' | 'request-number';

interface Compared {
  readonly first: PlaceInOrder;
  readonly other: PlaceInOrder;
}

export interface RunAsked {
  readonly id: RunId;
  /** The class that the run waits in; undefined where only the snapshot can tell. */
  readonly classKey: string | undefined;
}

/** Why the decision that offered one run did not offer another. */
export type WhyBefore =
  /** The first stood before the other in the order. `otherWaits` says what kept the other meanwhile. */
  | (Compared & { readonly kind: 'stood-before'; readonly by: OrderKey; readonly otherWaits: readonly MemberAnswer[] })
  /** The other stood before it, and no member could start it at that moment. */
  | (Compared & { readonly kind: 'could-not-start'; readonly otherWaits: readonly MemberAnswer[] })
  /** The same decision offered both, each to a member of its own. */
  | (Compared & { readonly kind: 'offered-together' })
  /** Earlier runs of its own account stood before the other, so many that the plan had no need to look at it. */
  | { readonly kind: 'behind-its-account'; readonly otherWaits: readonly MemberAnswer[] }
  /** The same decision ended the other by a session rule. */
  | { readonly kind: 'was-refused' }
  /** The other was with a gateway already: offered, starting or running. */
  | { readonly kind: 'was-with-gateway'; readonly gatewayId: GatewayId }
  /** The other did not wait in this queue at that moment. */
  | { readonly kind: 'did-not-wait' };

/** The answer of a decision about two runs of which it offered the first. */
export interface Replayed {
  readonly isSame: boolean;
  /** Where the first run goes by the rules of this program; null when nowhere. */
  readonly nowTo: GatewayId | null;
  readonly why: WhyBefore;
}

/** Makes the plan again from what was stored, and reads the reason from it: nothing is remembered but the snapshot. */
export function whyBefore(decision: Decision, first: RunAsked, other: RunAsked): Replayed {
  const { plan, isSame } = replayDecision(decision);
  const nowTo = plan.offers.find((offer) => offer.runId === first.id)?.gatewayId ?? null;
  return { isSame, nowTo, why: reasonOf(decision, plan, first, other) };
}

function reasonOf(decision: Decision, plan: Plan, first: RunAsked, other: RunAsked): WhyBefore {
  const { snapshot } = decision;
  const held = snapshot.inHand.find((run) => run.id === other.id);
  if (held !== undefined) return { kind: 'was-with-gateway', gatewayId: held.gatewayId };
  if (plan.refusals.some((refusal) => refusal.runId === other.id)) return { kind: 'was-refused' };
  const headFirst = headOf(snapshot.classes, first.id);
  const headOther = headOf(snapshot.classes, other.id);
  if (headFirst === undefined || headOther === undefined) return further(snapshot, plan, other);
  const places = { first: placeOf(headFirst), other: placeOf(headOther) };
  if (plan.offers.some((offer) => offer.runId === other.id)) return { kind: 'offered-together', ...places };
  const otherWaits = waitsOf(plan, other.classKey ?? classOf(snapshot.classes, other.id));
  const by = turnKey(decision, headFirst, headOther);
  if (by === null) return { kind: 'could-not-start', ...places, otherWaits };
  return { kind: 'stood-before', by, ...places, otherWaits };
}

/** Why the first had its turn before the other; null when the other had its turn before. */
function turnKey(decision: Decision, first: QueuedRun, other: QueuedRun): OrderKey | null {
  const { fairness } = decision.snapshot;
  if (fairness === undefined) return byQueueOrder(first, other) > 0 ? null : orderKey(first, other);
  if (turnOf(decision, first) > turnOf(decision, other)) return null;
  const tierOf = (run: QueuedRun) => fairTierOf(run, fairness, decision.nowMs);
  if (tierOf(first) !== tierOf(other) && first.topRank === null && other.topRank === null)
    return first.priority === 'high' ? 'priority' : 'ageing';
  if (tierOf(first) !== tierOf(other) || tierOf(first) === 0) return orderKey(first, other);
  return first.requestNumber < other.requestNumber ? 'request-number' : 'share';
}

/** Which turn a run had; of one that was not looked at, because its class waited by then, the turn at which that began. */
function turnOf({ snapshot, nowMs, seed }: Decision, run: QueuedRun): number {
  let turn = 0;
  let found = Number.POSITIVE_INFINITY;
  let ofClass = Number.POSITIVE_INFINITY;
  const key = classOf(snapshot.classes, run.id);
  planAndWatch({ snapshot, nowMs, random: drawSeeded(seed) }, (at, of) => {
    turn += 1;
    if (of.runClass.key === key) ofClass = turn;
    if (at.id === run.id) found = turn;
  });
  return Number.isFinite(found) ? found : ofClass;
}

/** Not among the heads: a class holds only as many as a plan can use. */
function further(snapshot: QueueSnapshot, plan: Plan, other: RunAsked): WhyBefore {
  const ofClass = snapshot.classes.find((one) => one.key === other.classKey);
  if (ofClass === undefined || ofClass.count <= ofClass.heads.length) return { kind: 'did-not-wait' };
  return { kind: 'behind-its-account', otherWaits: waitsOf(plan, other.classKey) };
}

function headOf(classes: readonly RunClass[], id: RunId): QueuedRun | undefined {
  for (const { heads } of classes) {
    const head = heads.find((run) => run.id === id);
    if (head !== undefined) return head;
  }
  return undefined;
}

const placeOf = ({ topRank, priority, requestNumber }: QueuedRun): PlaceInOrder => ({
  topRank,
  priority,
  requestNumber,
});

const classOf = (classes: readonly RunClass[], id: RunId): string | undefined =>
  classes.find(({ heads }) => heads.some((run) => run.id === id))?.key;

const waitsOf = (plan: Plan, classKey: string | undefined): readonly MemberAnswer[] =>
  plan.waiting.find((one) => one.classKey === classKey)?.because ?? [];

export function orderKey(a: PlaceInOrder, b: PlaceInOrder): OrderKey {
  if ((a.topRank ?? 0) !== (b.topRank ?? 0)) return 'moved-to-top';
  return a.priority === b.priority ? 'request-number' : 'priority';
}
