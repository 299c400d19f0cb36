import type { ClusterId, RunId } from '@deskhand/domain/brand.ts';
import { drawSeeded } from '@deskhand/domain/prediction/draw-seeded.ts';
import { type Decision, drawSeed } from '@deskhand/domain/run-queue/decision.ts';
import { planAssignments, type Random } from '@deskhand/domain/run-queue/plan-assignments.ts';
import type { ClusterMember, QueueSnapshot } from '@deskhand/domain/run-queue/snapshot.ts';
import type { Priority, RunMode } from '@deskhand/domain/run/run.ts';
import { classKeyOf } from '../../ports/class-key.ts';
import type { OfferAtOnce } from '../../ports/runs.ts';
import type { QueueMemory } from './queue-memory.ts';

/** As much of a run that is being submitted as a plan needs. */
export interface SubmittedRun {
  readonly id: RunId;
  readonly mode: RunMode;
  readonly priority: Priority;
  readonly machineUser: string;
  readonly whenSessionBlocked: 'fail' | 'wait';
}

/** An offer that was planned for a run before the run is added. It must be settled, so that others may plan again. */
export interface PlannedOffer {
  readonly offer: OfferAtOnce;
  readonly snapshot: QueueSnapshot;
  readonly member: ClusterMember;
  /** As it is kept when the offer was committed at this moment. */
  decision(atMs: number): Decision;
  /** Whether the offer was committed with the run. */
  settle(isCommitted: boolean): void;
}

/**
 * Plans purely for a run that meets an empty queue, from what this server remembers of it. The store commits the offer with
 * the run if the queue is still empty and unchanged; everything else is left to the planner, which reads first.
 */
export function planAtOnce(
  memory: QueueMemory,
  random: Random,
  clusterId: ClusterId,
  run: SubmittedRun,
): PlannedOffer | undefined {
  const lent = memory.borrow(clusterId);
  if (lent === undefined) return undefined;
  const { nowMs, snapshot } = lent.reading;
  const seed = drawSeed(random);
  const planned = { ...snapshot, classes: [classOf(run)] };
  const plan = planAssignments(planned, nowMs, drawSeeded(seed));
  const gatewayId = plan.offers[0]?.gatewayId;
  const member = snapshot.members.find((one) => one.gatewayId === gatewayId);
  if (gatewayId === undefined || member === undefined) {
    lent.giveBack();
    return undefined;
  }
  return {
    offer: { clusterId, version: snapshot.version, gatewayId },
    snapshot,
    member,
    decision: (atMs) => ({
      ...{ way: 'at-once', atMs, nowMs, seed, snapshot: planned },
      outcome: { offers: [{ runId: run.id, gatewayId, attempt: 1 }], refusals: [], leftOut: [] },
    }),
    settle: (isCommitted) => {
      if (isCommitted) lent.giveBackWith({ id: run.id, gatewayId, user: run.machineUser, mode: run.mode });
      // The queue is no longer what was remembered, or nobody knows what became of the commit.
      else memory.forget(clusterId);
    },
  };
}

function classOf({
  id,
  mode,
  priority,
  machineUser,
  whenSessionBlocked,
}: SubmittedRun): QueueSnapshot['classes'][number] {
  const key = classKeyOf({ machineUser, mode, whenSessionBlocked });
  // Alone in its queue, so its number decides nothing.
  const heads = [{ id, priority, requestNumber: 0, topRank: null }];
  return { key, user: machineUser, mode, whenSessionBlocked, count: 1, heads };
}
