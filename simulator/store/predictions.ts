import type { RunId } from '@deskhand/domain/brand.ts';
import { AT_RISK, NO_LONGER_AT_RISK } from '@deskhand/domain/prediction/deadline-risk.ts';
import { byQueueOrder } from '@deskhand/domain/run-queue/queue-order.ts';
import type {
  KeptPrediction,
  LineReading,
  PredictionStore,
  PredictionToKeep,
} from '@deskhand/control-plane/ports/predictions.ts';
import type { SimulatedDatabase } from './database.ts';
import { inTurn } from './fair-queue.ts';
import type { RunRow } from './rows.ts';
import type { StoreSession } from './server.ts';

export function openSimulatedPredictionStore(session: StoreSession): PredictionStore {
  const { database } = session.server;
  return {
    readLine: (clusterId, limit) => session.run('read-line', () => readLine(database, clusterId, limit)),
    digestOf: (flowId, mode) => session.run('digest-of', () => database.flowDurations.get(keyOf({ flowId, mode }))),
    newestDurations: (limits) => session.run('newest-durations', () => newestDurations(database, limits)),
    keepDigests: (digests) =>
      session.run('keep-digests', () => {
        for (const digest of digests) database.flowDurations.set(keyOf(digest), digest);
      }),
    keepPredictions: (predictions) =>
      session.run('keep-predictions', () => {
        for (const prediction of predictions) keep(database, prediction);
      }),
    setAtRisk: (runIds, isAtRisk) => session.run('set-at-risk', () => setAtRisk(database, runIds, isAtRisk)),
    kept: (clusterId, limit) => session.run('kept-predictions', () => kept(database, clusterId, limit)),
  };
}

const keyOf = ({ flowId, mode }: { readonly flowId: string; readonly mode: string }): string => `${flowId} ${mode}`;

function readLine(database: SimulatedDatabase, clusterId: string, limit: number): LineReading {
  const isFair = (database.clusters.get(clusterId)?.fairness ?? null) !== null;
  const line = isFair
    ? inTurn(database, clusterId)
        .filter(({ canaryOf }) => canaryOf === null)
        .slice(0, limit)
    : firstOf(database, clusterId, limit);
  const held = [...database.gateways.values()]
    .filter((gateway) => gateway.clusterId === clusterId)
    .flatMap((gateway) => database.runs.inHandOf(gateway.id))
    .sort((a, b) => a.requestNumber - b.requestNumber);
  const flows = new Set([...line, ...held].map(({ flowId }) => flowId));
  return {
    nowMs: database.nowMs(),
    line: line.map((run) => {
      const { id, flowId, machineUser, mode, whenSessionBlocked, requestedAtMs, startDeadlineAtMs } = run;
      const { priority, topRank, requestNumber, submittedBy: submittedById } = run;
      const known = database.predictions.get(id);
      const isAtRisk = known !== undefined && known.atRiskSinceMs !== null;
      return {
        ...{ id, flowId, machineUser, mode, whenSessionBlocked, requestedAtMs, startDeadlineAtMs },
        ...{ priority, topRank, requestNumber, submittedById },
        isKept: known !== undefined,
        isAtRisk,
      };
    }),
    onMachines: held.flatMap(({ id, flowId, gatewayId, machineUser, mode, priority, submittedBy, ...run }) =>
      gatewayId === null
        ? []
        : [
            {
              id,
              flowId,
              gatewayId,
              machineUser,
              mode,
              priority,
              submittedById: submittedBy,
              sinceMs: run.acquiredAtMs ?? run.offeredAtMs ?? run.requestedAtMs,
            },
          ],
    ),
    digests: [...database.flowDurations.values()].filter(({ flowId }) => flows.has(flowId)).sort(byFlow),
  };
}

function firstOf(database: SimulatedDatabase, clusterId: string, limit: number): readonly RunRow[] {
  const waiting = [...database.runs.queueOf(clusterId).values()].flatMap(({ rows }) => rows.slice(0, limit));
  // A canary is of one member and soon over: nobody asks when it starts.
  const ofPeople = waiting.filter(({ canaryOf }) => canaryOf === null);
  return ofPeople.sort(byQueueOrder).slice(0, limit);
}

const byFlow = (
  a: { readonly flowId: string; readonly mode: string },
  b: { readonly flowId: string; readonly mode: string },
): number => (a.flowId === b.flowId ? (a.mode < b.mode ? -1 : 1) : a.flowId < b.flowId ? -1 : 1);

function newestDurations(
  database: SimulatedDatabase,
  { withinMs, flows, runsOfFlow }: Parameters<PredictionStore['newestDurations']>[0],
): Awaited<ReturnType<PredictionStore['newestDurations']>> {
  const sinceMs = database.nowMs() - withinMs;
  const ended = database.runs.rows.filter((run) => run.endedAtMs !== null);
  const recent = new Set(ended.filter((run) => (run.endedAtMs ?? 0) > sinceMs).map(keyOf));
  const byKey = Map.groupBy(ended.filter(isMeasured), keyOf);
  return [...recent]
    .sort()
    .slice(0, flows)
    .flatMap((key) => {
      const runs = (byKey.get(key) ?? []).sort(newestEndFirst).slice(0, runsOfFlow);
      const [first] = runs;
      return first === undefined ? [] : [{ flowId: first.flowId, mode: first.mode, durationsMs: runs.map(heldMs) }];
    })
    .sort(byFlow);
}

const measuredStates: readonly string[] = ['succeeded', 'failed', 'timedOut'];
const isMeasured = (run: RunRow): boolean => run.acquiredAtMs !== null && measuredStates.includes(run.state);
const newestEndFirst = (a: RunRow, b: RunRow): number =>
  (b.endedAtMs ?? 0) - (a.endedAtMs ?? 0) || b.requestNumber - a.requestNumber;
const heldMs = (run: RunRow): number =>
  Math.max(0, Math.round((run.signedOutAtMs ?? run.endedAtMs ?? 0) - (run.acquiredAtMs ?? 0)));

function keep(database: SimulatedDatabase, { runId, ...predicted }: PredictionToKeep): void {
  const run = database.runs.get(runId);
  if (run?.state !== 'queued' || database.predictions.get(runId) !== undefined) return;
  const { clusterId } = run;
  database.predictions.set(runId, {
    ...predicted,
    runId,
    clusterId,
    predictedAtMs: database.nowMs(),
    atRiskSinceMs: null,
  });
}

function setAtRisk(database: SimulatedDatabase, runIds: readonly RunId[], isAtRisk: boolean): readonly RunId[] {
  const { event, detail } = isAtRisk ? AT_RISK : NO_LONGER_AT_RISK;
  const changed: RunId[] = [];
  for (const runId of new Set(runIds)) {
    const run = database.runs.get(runId);
    const known = database.predictions.get(runId);
    if (run?.state !== 'queued' || known === undefined || (known.atRiskSinceMs !== null) === isAtRisk) continue;
    database.predictions.set(runId, { ...known, atRiskSinceMs: isAtRisk ? database.nowMs() : null });
    database.addEvent(runId, { attempt: run.attempt, event, detail, actor: 'Deskhand' });
    changed.push(runId);
  }
  return changed.sort();
}

function kept(database: SimulatedDatabase, clusterId: string, limit: number): readonly KeptPrediction[] {
  return [...database.predictions.values()]
    .filter((one) => one.clusterId === clusterId && one.atSubmit)
    .sort((a, b) => b.predictedAtMs - a.predictedAtMs || (a.runId < b.runId ? -1 : 1))
    .slice(0, limit)
    .flatMap(({ runId, predictedAtMs, earliestMs, medianMs, latestMs }) => {
      const run = database.runs.get(runId);
      if (run === undefined) return [];
      return [
        {
          ...{ predictedAtMs, earliestMs, medianMs, latestMs },
          startedAtMs: run.acquiredAtMs,
          wasMoved: run.topRank !== null,
          wasCancelled: run.state === 'cancelled' && run.acquiredAtMs === null,
        },
      ];
    });
}
