import { usualDurationMs } from '@deskhand/domain/prediction/durations.ts';
import { inFairOrder } from '@deskhand/domain/run-queue/fairness/fair-order.ts';
import { type FairFacts, type Fairness, type RunInFairOrder } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import { byQueueOrder } from '@deskhand/domain/run-queue/queue-order.ts';
import type { RunClass } from '@deskhand/domain/run-queue/snapshot.ts';
import { classKeyIn, classKeyOf } from '@deskhand/control-plane/ports/class-key.ts';
import type { SubmittedToFairQueue } from '@deskhand/control-plane/ports/run-queue.ts';
import type { SimulatedDatabase } from './database.ts';
import type { RunRow } from './rows.ts';

/** What fairness looks at in a run. */
export function fairFactsOf(
  database: SimulatedDatabase,
  { priority, submittedBy, flowId, mode, canaryOf }: RunRow,
  { share, lanes }: Fairness,
): FairFacts {
  const who = share?.by === 'user' ? database.accounts.get(submittedBy) : database.flows.get(flowId);
  const isAsked = lanes.some((lane) => lane.for === 'short');
  return {
    priority,
    sharer: share === null || canaryOf !== null || who === undefined ? null : { id: who.id, name: who.name },
    usuallyMs: isAsked ? usualDurationMs(database.flowDurations.get(`${flowId} ${mode}`)) : null,
  };
}

/** The classes of a queue with fairness, the first run foremost, and all runs that were read for them. */
export function fairClassesOf(
  database: SimulatedDatabase,
  clusterId: string,
  { fairness, headsMax }: { readonly fairness: Fairness; readonly headsMax: number },
): { readonly classes: readonly RunClass[]; readonly heads: readonly RunRow[] } {
  const keyOf = (run: RunRow): string => classKeyIn(fairness, { ...run, submittedById: run.submittedBy });
  const ofPeople = inQueueOrder(database, clusterId).filter(({ canaryOf }) => canaryOf === null);
  const read = [...Map.groupBy(ofPeople, keyOf)].flatMap(([key, runs]) => {
    const [first] = runs;
    if (first === undefined) return [];
    const { machineUser: user, mode, whenSessionBlocked } = first;
    const heads = runs.slice(0, headsMax).map(({ id, requestNumber, priority, topRank, requestedAtMs }) => ({
      ...{ id, requestNumber, priority, topRank, requestedAtMs },
    }));
    const facts = { declineKey: classKeyOf(first), fair: fairFactsOf(database, first, fairness) };
    const count = Math.min(runs.length, headsMax + 1);
    return [{ of: { key, user, mode, whenSessionBlocked, ...facts, count, heads }, runs: runs.slice(0, headsMax + 1) }];
  });
  return { classes: read.map(({ of }) => of), heads: read.flatMap(({ runs }) => runs) };
}

const inQueueOrder = (database: SimulatedDatabase, clusterId: string): RunRow[] =>
  [...database.runs.queueOf(clusterId).values()].flatMap((members) => members.rows).sort(byQueueOrder);

export const hasWaiting = (database: SimulatedDatabase, clusterId: string): boolean =>
  [...database.runs.queueOf(clusterId).values()].some(({ rows }) => rows.length > 0);

/** Every waiting run of a cluster in the order of their turns. */
export function inTurn(database: SimulatedDatabase, clusterId: string): readonly RunRow[] {
  const fairness = database.clusters.get(clusterId)?.fairness ?? null;
  const runs = inQueueOrder(database, clusterId);
  if (fairness === null) return runs;
  const placed = runs.map((run) => ({ ...run, row: run, sharerId: sharerOf(run, fairness) }));
  return inFairOrder(placed, fairness, heldIn(database, clusterId, fairness), database.nowMs()).map(({ row }) => row);
}

function sharerOf(
  { submittedBy, flowId, canaryOf }: Pick<RunRow, 'submittedBy' | 'flowId' | 'canaryOf'>,
  { share }: Fairness,
): string | null {
  // A canary is of nobody.
  if (share === null || canaryOf !== null) return null;
  return share.by === 'user' ? submittedBy : flowId;
}

function heldIn(database: SimulatedDatabase, clusterId: string, fairness: Fairness): ReadonlyMap<string, number> {
  const held = new Map<string, number>();
  for (const gateway of database.gateways.values()) {
    if (gateway.clusterId !== clusterId) continue;
    for (const run of database.runs.inHandOf(gateway.id)) {
      const sharer = sharerOf(run, fairness) ?? '';
      held.set(sharer, (held.get(sharer) ?? 0) + 1);
    }
  }
  return held;
}

const UNSUBMITTED = 'a run that nobody has submitted' as RunRow['id'];

export function positionIfSubmitted(
  database: SimulatedDatabase,
  clusterId: string,
  { priority, submittedById, flowId }: SubmittedToFairQueue,
): number {
  const fairness = database.clusters.get(clusterId)?.fairness ?? { ageing: null, share: null, lanes: [] };
  const last: RunInFairOrder = {
    ...{ id: UNSUBMITTED, priority, topRank: null, requestNumber: Number.MAX_SAFE_INTEGER },
    requestedAtMs: database.nowMs(),
    sharerId: sharerOf({ submittedBy: submittedById, flowId, canaryOf: null }, fairness),
  };
  const waiting = inQueueOrder(database, clusterId).map((run) => ({ ...run, sharerId: sharerOf(run, fairness) }));
  const line = inFairOrder([...waiting, last], fairness, heldIn(database, clusterId, fairness), database.nowMs());
  return line.findIndex(({ id }) => id === UNSUBMITTED) + 1;
}
