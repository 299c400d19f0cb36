import type { ClusterId, RunId } from '@deskhand/domain/brand.ts';
import { moveToTop } from '@deskhand/domain/run-queue/move-to-top.ts';
import type { AuditFact } from '@deskhand/control-plane/ports/outcome.ts';
import type { PlanCommit, PlanOf, QueuePlace, RunQueueStore } from '@deskhand/control-plane/ports/run-queue.ts';
import type { SimulatedDatabase } from './database.ts';
import { hasWaiting, inTurn, positionIfSubmitted } from './fair-queue.ts';
import { commitPlan, makeSlots } from './plan-commit.ts';
import { readQueue } from './queue-reading.ts';
import type { RunRow } from './rows.ts';
import type { StoreSession } from './server.ts';
import { StoreFault } from './store-fault.ts';

export function openSimulatedRunQueueStore(session: StoreSession): RunQueueStore {
  const { database } = session.server;
  return {
    read: (clusterId) => session.run('read-queue', () => readQueue(database, clusterId)),
    commit: async (plan) => {
      const { addOns, clusterId } = plan;
      if (addOns !== null) await session.run('make-slots', () => makeSlots(database, addOns));
      const work = () => commitPlan(database, plan);
      return await orChanged(() => session.run('commit-plan', work, () => clusterId));
    },
    commitLocked: (clusterId, planOf) => {
      const work = () => commitLocked(database, clusterId, planOf);
      return orChanged(() => session.run('commit-locked-plan', work, () => clusterId));
    },
    hasWaitingRuns: (clusterId) => session.run('has-waiting-runs', () => hasWaiting(database, clusterId)),
    firstPlaces: (clusterId, limit) =>
      session.run('first-places', () =>
        inTurn(database, clusterId)
          .slice(0, limit)
          .map(({ id }, index): QueuePlace => ({ id, position: index + 1 })),
      ),
    position: (runId) => session.run('position', () => position(database, runId)),
    countUrgent: (clusterId) =>
      session.run('count-urgent', () => {
        const isUrgent = (run: RunRow): boolean => run.priority === 'high' || run.topRank !== null;
        return inTurn(database, clusterId).filter(isUrgent).length;
      }),
    positionIfSubmitted: (clusterId, run) =>
      session.run('position-if-submitted', () => positionIfSubmitted(database, clusterId, run)),
    inHand: (clusterId) => session.run('in-hand', () => inHand(database, clusterId)),
    viewVersion: (clusterId) =>
      session.run('view-version', () => {
        const cluster = database.clusters.get(clusterId);
        return cluster === undefined ? 0 : cluster.queueVersion + Math.max(1, database.sequences.event);
      }),
    moveToTop: (clusterId, ids, actor, audit) =>
      session.run(
        'move-to-top',
        () => move(database, clusterId, ids, actor, audit),
        () => clusterId,
      ),
    undoMove: (clusterId, ids, actor, audit) =>
      session.run(
        'undo-move',
        () => undo(database, clusterId, ids, actor, audit),
        () => clusterId,
      ),
    setPriority: (runId, priority, actor, audit) =>
      reorder(session, { runId, actor, audit, event: 'set-priority', detail: `Priority ${priority}` }, (run) => ({
        ...run,
        priority,
      })),
    fairnessOf: (clusterId) =>
      session.run('cluster-fairness', () => database.clusters.get(clusterId)?.fairness ?? null),
    ownerOf: (clusterId) => session.run('cluster-owner', () => database.clusters.get(clusterId)?.ownerId),
    clustersWithWaitingRuns: () =>
      session.run('clusters-with-waiting-runs', () =>
        [...database.clusters.values()]
          .filter((cluster) => database.runs.queueOf(cluster.id).size > 0)
          .map(({ id }): ClusterId => id),
      ),
  };
}

function commitLocked(database: SimulatedDatabase, clusterId: string, planOf: PlanOf): PlanCommit | undefined {
  const reading = readQueue(database, clusterId);
  const plan = reading && planOf(reading);
  if (plan === undefined) return undefined;
  if (plan.addOns !== null) makeSlots(database, plan.addOns);
  return commitPlan(database, plan);
}

/** The constraints hold where a plan was made from something that is no longer so. */
async function orChanged<T>(work: () => Promise<T>): Promise<T | PlanCommit> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreFault && (error.code === '23505' || error.code === '40001'))
      return { ok: false, because: 'changed-meanwhile' };
    throw error;
  }
}

function position(database: SimulatedDatabase, runId: string): number | undefined {
  const run = database.runs.get(runId);
  if (run?.state !== 'queued') return undefined;
  if (database.clusters.get(run.clusterId)?.fairness != null)
    return inTurn(database, run.clusterId).findIndex(({ id }) => id === run.id) + 1;
  let before = 0;
  for (const members of database.runs.queueOf(run.clusterId).values()) before += members.rankOf(run);
  return before + 1;
}

function inHand(database: SimulatedDatabase, clusterId: string): readonly RunId[] {
  const held = [...database.gateways.values()]
    .filter((gateway) => gateway.clusterId === clusterId)
    .flatMap((gateway) => database.runs.inHandOf(gateway.id));
  const acquired = (run: RunRow): number => run.acquiredAtMs ?? Number.POSITIVE_INFINITY;
  return held
    .sort((a, b) => (acquired(a) === acquired(b) ? a.requestNumber - b.requestNumber : acquired(a) - acquired(b)))
    .map(({ id }) => id);
}

function move(
  database: SimulatedDatabase,
  clusterId: string,
  ids: readonly RunId[],
  actor: string,
  audit: AuditFact,
): readonly RunId[] {
  const cluster = database.clusters.get(clusterId);
  if (cluster === undefined) return [];
  const { counter, ranks } = moveToTop(ids, cluster.topCounter);
  database.clusters.set(clusterId, { ...cluster, queueVersion: cluster.queueVersion + 1, topCounter: counter });
  const moved: RunId[] = [];
  for (const { id, topRank } of ranks) {
    const run = database.runs.get(id);
    if (run?.clusterId !== clusterId || run.state !== 'queued') continue;
    database.runs.set({ ...run, topRank });
    database.addEvent(id, { attempt: run.attempt, event: 'move-to-top', detail: 'Moved to the top', actor });
    moved.push(id);
  }
  if (moved.length > 0) database.addAudit(audit);
  return moved;
}

function undo(
  database: SimulatedDatabase,
  clusterId: string,
  ids: readonly RunId[],
  actor: string,
  audit: AuditFact,
): readonly RunId[] {
  database.bump(clusterId);
  const undone: RunId[] = [];
  for (const id of new Set(ids)) {
    const run = database.runs.get(id);
    if (run?.clusterId !== clusterId || run.state !== 'queued' || run.topRank === null) continue;
    database.runs.set({ ...run, topRank: null });
    database.addEvent(id, { attempt: run.attempt, event: 'undo-move', detail: 'Given its old place back', actor });
    undone.push(id);
  }
  if (undone.length > 0) database.addAudit(audit);
  return undone;
}

interface Reorder {
  readonly runId: string;
  readonly actor: string;
  readonly audit: AuditFact;
  readonly event: string;
  readonly detail: string;
}

async function reorder(
  session: StoreSession,
  { runId, actor, audit, event, detail }: Reorder,
  change: (run: RunRow) => RunRow | undefined,
): Promise<boolean> {
  const { database } = session.server;
  return await session.run(
    event,
    () => {
      const run = database.runs.get(runId);
      database.bump(run?.clusterId);
      const changed = run?.state === 'queued' ? change(run) : undefined;
      if (changed === undefined) return false;
      database.runs.set(changed);
      database.addEvent(runId, { attempt: changed.attempt, event, detail, actor });
      database.addAudit(audit);
      return true;
    },
    () => database.runs.get(runId)?.clusterId,
  );
}
