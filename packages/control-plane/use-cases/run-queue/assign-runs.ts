import type { RunId } from '@deskhand/domain/brand.ts';
import { nextDeclineEndMs } from '@deskhand/domain/placement/decline-memory.ts';
import { drawSeeded } from '@deskhand/domain/prediction/draw-seeded.ts';
import { type Decision, drawSeed } from '@deskhand/domain/run-queue/decision.ts';
import { planAssignments, type Random } from '@deskhand/domain/run-queue/plan-assignments.ts';
import type { Plan, WaitReason } from '@deskhand/domain/run-queue/snapshot.ts';
import type { RunError } from '@deskhand/domain/run/run.ts';
import type { ChangeFeed } from '../../ports/changes.ts';
import type { GatewayLinks } from '../../ports/gateway-links.ts';
import type { PlanCommit, PlanOf, PlanToCommit, QueueReading, RunQueueStore } from '../../ports/run-queue.ts';
import type { PlanRecord } from './plan-record.ts';
import type { QueueMemory } from './queue-memory.ts';
import { sendOffer } from './send-offer.ts';

/**
 * Plans that may lose against a change of the same moment. Further ones lock the queue, else changes that keep coming would
 * keep a free slot waiting.
 */
const FREE_PLANS_MAX = 2;
/** A locked plan may still lose to what is wider than a cluster. After so many in all the next wake-up has to do. */
const PLAN_TRIES_MAX = 5;
const LOST_PLAN_PAUSE_MS = 50;

export interface PlannerPorts {
  readonly queue: RunQueueStore;
  readonly links: GatewayLinks;
  readonly changes: ChangeFeed;
  readonly random: Random;
  readonly memory: QueueMemory;
  readonly record: PlanRecord;
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
  // Each link that begins or ends wakes the planner, and a reading holds all gateways of the cluster.
  if (!(await ports.queue.hasWaitingRuns(clusterId))) return { lookAgainInMs: null };
  for (let tries = 0; tries < PLAN_TRIES_MAX; tries += 1) {
    const { planned, committed } = await tryPlan(ports, clusterId, tries < FREE_PLANS_MAX);
    if (planned === undefined || planned.reading.snapshot.classes.length === 0) return { lookAgainInMs: null };
    const { reading, plan } = planned;
    if (committed?.ok === false) continue;
    ports.record.waits(clusterId, reading.snapshot, plan);
    if (committed === undefined) return { lookAgainInMs: nextLookMs(reading) };
    ports.record.decided(clusterId, decisionOf(planned, committed));
    remember(ports.memory, clusterId, reading, committed);
    tellOf(ports, clusterId, reading, committed);
    return { lookAgainInMs: hasMore(reading, plan) ? 0 : nextLookMs(reading) };
  }
  return { lookAgainInMs: LOST_PLAN_PAUSE_MS };
}

type Committed = Extract<PlanCommit, { ok: true }>;

interface Planned {
  readonly reading: QueueReading;
  readonly plan: Plan;
  readonly seed: number;
}

async function tryPlan(
  { queue, random }: PlannerPorts,
  clusterId: string,
  isFree: boolean,
): Promise<{ readonly planned: Planned | undefined; readonly committed: PlanCommit | undefined }> {
  const made: Planned[] = [];
  const planOf = (reading: QueueReading): PlanToCommit | undefined => {
    const seed = drawSeed(random);
    const plan = planAssignments(reading.snapshot, reading.nowMs, drawSeeded(seed));
    made.push({ reading, plan, seed });
    return plan.offers.length + plan.refusals.length === 0 ? undefined : commitOf(reading, plan, clusterId);
  };
  const committed = isFree ? await commitFreely(queue, clusterId, planOf) : await queue.commitLocked(clusterId, planOf);
  return { planned: made.at(-1), committed };
}

async function commitFreely(queue: RunQueueStore, clusterId: string, planOf: PlanOf): Promise<PlanCommit | undefined> {
  const reading = await queue.read(clusterId);
  const plan = reading && planOf(reading);
  return plan && (await queue.commit(plan));
}

function tellOf(
  ports: PlannerPorts,
  clusterId: string,
  { snapshot }: QueueReading,
  { offered, refused }: Committed,
): void {
  for (const offer of offered) {
    const member = snapshot.members.find((one) => one.gatewayId === offer.gatewayId);
    sendOffer(ports, member, offer);
  }
  for (const runId of [...offered.map((offer) => offer.runId), ...refused])
    ports.changes.publish({ kind: 'run', runId });
  ports.changes.publish({ kind: 'run-queue', clusterId });
}

/** What is left when every run that waited was offered or refused is what the next submit is planned from. */
function remember(
  memory: QueueMemory,
  clusterId: string,
  reading: QueueReading,
  { offered, refused }: Committed,
): void {
  const { classes, version } = reading.snapshot;
  const waited = classes.reduce((sum, one) => sum + one.count, 0);
  if (waited > offered.length + refused.length) return memory.forget(clusterId);
  const userOf = (runId: RunId): string =>
    classes.find(({ heads }) => heads.some((head) => head.id === runId))?.user ?? '';
  const inHand = offered.map(({ runId, gatewayId, mode }) => ({ id: runId, gatewayId, mode, user: userOf(runId) }));
  memory.keep(clusterId, reading, version + 1, inHand);
}

function decisionOf({ reading, plan, seed }: Planned, { offered, refused }: Committed): Decision {
  const { snapshot, nowMs, attempts } = reading;
  const done = new Set([...offered.map(({ runId }) => runId), ...refused]);
  const decided = [...plan.offers, ...plan.refusals].map(({ runId }) => runId);
  return {
    ...{ way: 'planned', atMs: nowMs, nowMs, seed, snapshot },
    outcome: {
      offers: plan.offers.map(({ runId, gatewayId }) => ({
        ...{ runId, gatewayId },
        attempt: (attempts.get(runId) ?? 0) + 1,
      })),
      refusals: plan.refusals.map(({ runId, because }) => ({ runId, code: because.code })),
      leftOut: decided.filter((runId) => !done.has(runId)),
    },
  };
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
  return plan.refusals.length > 0 && snapshot.classes.some((one) => one.count > one.heads.length);
}

function nextLookMs({ snapshot, nowMs }: QueueReading): number | null {
  const ends = snapshot.members.flatMap((member) => {
    const end = member.facts && nextDeclineEndMs(member.declines, member.facts.version, nowMs);
    return end === null ? [] : [end - nowMs];
  });
  return ends.length === 0 ? null : Math.max(1, Math.ceil(Math.min(...ends)));
}
