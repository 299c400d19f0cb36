import type { Fairness, Lane } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import { holdingsOf, takesSlot } from '@deskhand/domain/capacity/holdings.ts';
import { limitOfMember, policyOf } from '@deskhand/domain/capacity/session-limit.ts';
import { servingMembers } from '@deskhand/domain/gateway/member-availability.ts';
import type { MachineFacts, MachinePolicy } from '@deskhand/domain/session/machine.ts';
import type { SimulatedDatabase } from '../store/database.ts';
import { readQueue } from '../store/queue-reading.ts';
import type { RunRow } from '../store/rows.ts';
import { isInHand } from '../store/run-table.ts';
import type { World } from '../world/world.ts';

/** From reading a queue to the commit of its plan, with a database that stalls. */
export const PLAN_MAX_MS = 60_000;

/**
 * What fairness promises, written down here once more (I18). A plan is made of what was there when it was read, and only
 * ends of runs may come between that and its commit: so much less may be at work now than the plan counted.
 */
export class FairWatch {
  readonly #world: World;
  readonly #database: SimulatedDatabase;
  readonly #ended: { readonly run: RunRow; readonly atMs: number }[] = [];

  constructor(world: World, database: SimulatedDatabase) {
    this.#world = world;
    this.#database = database;
  }

  changed(before: RunRow | undefined, after: RunRow): void {
    if (before === undefined || !isInHand(before) || isInHand(after)) return;
    this.#ended.push({ run: before, atMs: this.#world.timeline.nowMs });
    while ((this.#ended[0]?.atMs ?? Number.POSITIVE_INFINITY) < this.#world.timeline.nowMs - PLAN_MAX_MS)
      this.#ended.shift();
  }

  /** Whether one that waits should have been taken before; both could begin in the same place. */
  mayGoBefore(taken: RunRow, waiting: RunRow, fairness: Fairness): boolean {
    if ((taken.topRank ?? 0) !== (waiting.topRank ?? 0)) return (taken.topRank ?? 0) > (waiting.topRank ?? 0);
    if (this.#mayBeHeldBack(waiting, taken, fairness)) return true;
    const [mine, other] = [this.#tiersOf(taken, fairness), this.#tiersOf(waiting, fairness)];
    if (mine.best !== other.worst) return mine.best < other.worst;
    // What may have been of another tier when the plan was made is not judged by its place in this one.
    if (mine.best !== mine.worst || other.best !== other.worst) return true;
    const { share } = fairness;
    if (share === null || sharerOf(taken, share) === sharerOf(waiting, share))
      return taken.requestNumber < waiting.requestNumber;
    const mostOther = this.#atWork(waiting, share) + this.#justEnded(waiting, share);
    return this.#atWork(taken, share) - 1 - this.#offeredWith(taken, share) <= mostOther;
  }

  /** What the same plan offers to the same one may have had its turn later. */
  #offeredWith(taken: RunRow, share: NonNullable<Fairness['share']>): number {
    const mine = sharerOf(taken, share);
    let count = 0;
    for (const other of this.#database.runs.inHand()) {
      const isOfPlan = other.clusterId === taken.clusterId && other.offeredAtMs === taken.offeredAtMs;
      if (isOfPlan && other.id !== taken.id && sharerOf(other, share) === mine) count += 1;
    }
    return count;
  }

  /** A run that nobody moved to the top keeps to shares and lanes. */
  offered(taken: RunRow, fairness: Fairness): void {
    if (taken.topRank !== null || taken.canaryOf !== null) return;
    const { share, lanes } = fairness;
    if (share !== null && share.atMost !== null && this.#atWork(taken, share) > share.atMost)
      this.#world.violated(
        'I18',
        `run ${taken.id} is offered although its ${share.by} has ${String(share.atMost)} already`,
      );
    this.#world.reached.add('fair offer');
    const kept = lanes.find((lane) => lane.for === 'high');
    if (kept !== undefined && lanes[0] === kept && taken.priority !== 'high' && taken.mode === 'unattended')
      this.#leavesFree(taken, kept);
  }

  /** So many slots of the cluster as a lane keeps are free or hold runs of high priority. */
  #leavesFree(taken: RunRow, lane: Lane): void {
    const snapshot = readQueue(this.#database, taken.clusterId)?.snapshot;
    if (snapshot === undefined) return;
    let slots = 0;
    let others = 0;
    for (const member of servingMembers(snapshot.members, snapshot.runOnAllGateways)) {
      if (member.facts === null || !canTake(policyOf(member, member.facts), member.facts)) continue;
      const inHand = snapshot.inHand.filter((run) => run.gatewayId === member.gatewayId);
      const held = holdingsOf(policyOf(member, member.facts), member.facts, inHand);
      slots += Math.max(limitOfMember(member, member.facts) - held.slotsOfPeople, held.slotsHeld);
      const high = inHand.filter(({ fair, mode }) => mode === 'unattended' && fair?.priority === 'high').length;
      others += held.slotsHeld - high;
    }
    const kept = Math.min(lane.slots, slots - 1);
    if (kept > 0 && others > slots - kept)
      this.#world.violated(
        'I18',
        `run ${taken.id} takes slot ${String(others)} of ${String(slots)}, of which ${String(kept)} are kept for high runs`,
      );
  }

  /** Its share was used up, or a lane was open to the other and not to it. */
  #mayBeHeldBack(waiting: RunRow, taken: RunRow, { share, lanes }: Fairness): boolean {
    if (share !== null && share.atMost !== null) {
      const most = this.#atWork(waiting, share) + this.#justEnded(waiting, share);
      if (most >= share.atMost) return true;
    }
    return lanes.some((lane) =>
      lane.for === 'high'
        ? taken.priority === 'high' && waiting.priority !== 'high'
        : this.#mayBeShort(taken) && taken.flowId !== waiting.flowId,
    );
  }

  /** Durations are measured while plans are made: any measured flow may have been short then, and another one not. */
  #mayBeShort({ flowId, mode }: RunRow): boolean {
    return this.#database.flowDurations.get(`${flowId} ${mode}`) !== undefined;
  }

  /** 1 for high and aged runs; within the time of a plan a run may have aged. */
  #tiersOf(run: RunRow, { ageing }: Fairness): { readonly best: number; readonly worst: number } {
    if (run.topRank !== null) return { best: 0, worst: 0 };
    if (run.priority === 'high') return { best: 1, worst: 1 };
    if (ageing === null) return { best: 2, worst: 2 };
    if (this.#world.reached.has('fault database-clock-is-set')) return { best: 1, worst: 2 };
    const waitedMs = this.#database.nowMs() - run.requestedAtMs;
    const afterMs = ageing.afterMinutes * 60_000;
    // The database's clock may be a little fast.
    const sureMs = afterMs + PLAN_MAX_MS * 1.1;
    return { best: waitedMs >= afterMs ? 1 : 2, worst: waitedMs >= sureMs ? 1 : 2 };
  }

  #atWork(run: RunRow, share: NonNullable<Fairness['share']>): number {
    const mine = sharerOf(run, share);
    let count = 0;
    for (const other of this.#database.runs.inHand())
      if (other.clusterId === run.clusterId && sharerOf(other, share) === mine) count += 1;
    return count;
  }

  #justEnded(run: RunRow, share: NonNullable<Fairness['share']>): number {
    const sinceMs = this.#world.timeline.nowMs - PLAN_MAX_MS;
    const mine = sharerOf(run, share);
    return this.#ended.filter(
      ({ run: other, atMs }) => atMs >= sinceMs && other.clusterId === run.clusterId && sharerOf(other, share) === mine,
    ).length;
  }
}

/** A machine that can take no run that holds a slot has none to keep. */
function canTake(policy: MachinePolicy, { canUnattended, canAttended }: MachineFacts): boolean {
  return canUnattended || (canAttended && takesSlot(policy, 'attended'));
}

/** A canary is of nobody. */
function sharerOf(run: RunRow, { by }: NonNullable<Fairness['share']>): string | null {
  if (run.canaryOf !== null) return null;
  return by === 'user' ? run.submittedBy : run.flowId;
}
