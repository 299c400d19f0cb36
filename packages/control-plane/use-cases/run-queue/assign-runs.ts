import type { RunId } from '@deskhand/domain/brand.ts';
import { limitOfMember, policyOf } from '@deskhand/domain/capacity/session-limit.ts';
import { nextDeclineEndMs } from '@deskhand/domain/placement/decline-memory.ts';
import { HEADS_PER_CLASS_MAX, planAssignments, type Random } from '@deskhand/domain/run-queue/plan-assignments.ts';
import type { Plan, QueueSnapshot, WaitReason } from '@deskhand/domain/run-queue/snapshot.ts';
import type { RunError } from '@deskhand/domain/run/run.ts';
import type { ServerMessage } from '@deskhand/protocol/link/messages.ts';
import type { ChangeFeed } from '../../ports/changes.ts';
import type { GatewayLinks } from '../../ports/gateway-links.ts';
import { tellGateway } from '../link/reach-gateway.ts';
import type { CommittedOffer, PlanToCommit, QueueReading, RunQueueStore } from '../../ports/run-queue.ts';

/** Plans that lost against a change of the same moment before the next wake-up has to do. */
const PLAN_TRIES_MAX = 8;
const LOST_PLAN_PAUSE_MS = 50;

export interface PlannerPorts {
  readonly queue: RunQueueStore;
  readonly links: GatewayLinks;
  readonly changes: ChangeFeed;
  readonly random: Random;
}

/** What is left to do after a plan: nothing, look again at once, or look again when a decline ends. */
export interface Assigned {
  readonly lookAgainInMs: number | null;
}

/**
 * Reads a queue, plans purely, commits if nothing changed meanwhile, and tells the gateways. The commit is what counts: a
 * message that is lost on its way is sent again or its offer is taken back.
 */
export async function assignRuns(ports: PlannerPorts, clusterId: string): Promise<Assigned> {
  for (let tries = 0; tries < PLAN_TRIES_MAX; tries += 1) {
    const reading = await ports.queue.read(clusterId);
    if (reading === undefined || reading.snapshot.classes.length === 0) return { lookAgainInMs: null };
    const plan = planAssignments(reading.snapshot, reading.nowMs, ports.random);
    const toCommit = commitOf(reading, plan, clusterId);
    if (toCommit.offers.length === 0 && toCommit.refusals.length === 0) return { lookAgainInMs: nextLookMs(reading) };
    const committed = await ports.queue.commit(toCommit);
    if (!committed.ok) continue;
    for (const offer of committed.offered) sendOffer(ports, reading.snapshot, offer);
    for (const runId of [...committed.offered.map((offer) => offer.runId), ...committed.refused]) {
      ports.changes.publish({ kind: 'run', runId });
    }
    ports.changes.publish({ kind: 'run-queue', clusterId });
    return { lookAgainInMs: hasMore(reading, plan) ? 0 : nextLookMs(reading) };
  }
  return { lookAgainInMs: LOST_PLAN_PAUSE_MS };
}

function commitOf(reading: QueueReading, plan: Plan, clusterId: string): PlanToCommit {
  const attemptOf = (runId: RunId): number => reading.attempts.get(runId) ?? 0;
  return {
    clusterId: clusterId as PlanToCommit['clusterId'],
    version: reading.snapshot.version,
    addOns: reading.addOns,
    offers: plan.offers.map(({ runId, gatewayId }) => ({ runId, gatewayId, attempt: attemptOf(runId) })),
    refusals: plan.refusals.map(({ runId, because }) => ({
      runId,
      attempt: attemptOf(runId),
      error: refusalError(because),
    })),
  };
}

/** The run ends with the rule's own words; what helps stands beside them. */
function refusalError(because: WaitReason): RunError {
  return { code: because.code, message: because.message, details: because.remedy };
}

/** A class may hold more runs than one reading does, so after refusals there can be further ones to look at. */
function hasMore({ snapshot }: QueueReading, plan: Plan): boolean {
  return plan.refusals.length > 0 && snapshot.classes.some((one) => one.count > HEADS_PER_CLASS_MAX);
}

function nextLookMs({ snapshot, nowMs }: QueueReading): number | null {
  const ends = snapshot.members.flatMap((member) => {
    const end = member.facts && nextDeclineEndMs(member.declines, member.facts.version, nowMs);
    return end === null ? [] : [end - nowMs];
  });
  return ends.length === 0 ? null : Math.max(1, Math.ceil(Math.min(...ends)));
}

function sendOffer(ports: PlannerPorts, snapshot: QueueSnapshot, offer: CommittedOffer): void {
  const message = offerMessage(snapshot, offer);
  // Another replica may hold the link; when none does, the offer is taken back after a while.
  if (message !== undefined) tellGateway(ports, offer.gatewayId, message);
}

function offerMessage(snapshot: QueueSnapshot, offer: CommittedOffer): ServerMessage | undefined {
  const member = snapshot.members.find((one) => one.gatewayId === offer.gatewayId);
  if (member?.facts == null) return undefined;
  const { runId, attempt, accountName, mode } = offer;
  const policy = policyOf(member, member.facts);
  return { type: 'offer', runId, attempt, accountName, mode, policy, capacity: limitOfMember(member, member.facts) };
}
