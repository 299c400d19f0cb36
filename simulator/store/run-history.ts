import type { PastRun } from '@deskhand/domain/capacity-planner/history.ts';
import { byQueueOrder } from '@deskhand/domain/run-queue/queue-order.ts';
import {
  HISTORY_TAIL_MS,
  type HistoryQuestion,
  type RunHistoryStore,
} from '@deskhand/control-plane/ports/run-history.ts';
import type { SimulatedDatabase } from './database.ts';
import type { RunRow } from './rows.ts';
import type { StoreSession } from './server.ts';

export function openSimulatedRunHistoryStore(session: StoreSession): RunHistoryStore {
  const { database } = session.server;
  return {
    past: (question) => session.run('past-runs', () => past(database, question)),
    lastAnswers: (runId) => session.run('last-answers', () => database.runs.get(runId)?.lastReasons ?? []),
  };
}

function past(database: SimulatedDatabase, { clusterId, fromMs, toMs, limit }: HistoryQuestion): readonly PastRun[] {
  const asked = (run: RunRow): boolean => run.requestedAtMs < toMs && run.canaryOf === null;
  const ended = database.runs.rows
    .filter((run) => run.clusterId === clusterId && asked(run) && isWithin(run.endedAtMs, fromMs, toMs))
    .sort((a, b) => (b.endedAtMs ?? 0) - (a.endedAtMs ?? 0) || b.requestNumber - a.requestNumber);
  const inHand = [...database.gateways.values()]
    .filter((gateway) => gateway.clusterId === clusterId)
    .flatMap((gateway) => database.runs.inHandOf(gateway.id))
    .filter((run) => run.endedAtMs === null && asked(run))
    .sort((a, b) => a.requestNumber - b.requestNumber);
  const waiting = [...database.runs.queueOf(clusterId).values()].flatMap(({ rows }) => rows.filter(asked));
  return [ended, inHand, waiting.sort(byQueueOrder)]
    .flatMap((runs) => runs.slice(0, limit))
    .sort((a, b) => a.requestedAtMs - b.requestedAtMs || a.requestNumber - b.requestNumber)
    .map(pastRun);
}

const isWithin = (endedAtMs: number | null, fromMs: number, toMs: number): boolean =>
  endedAtMs !== null && endedAtMs >= fromMs && endedAtMs < toMs + HISTORY_TAIL_MS;

function pastRun(run: RunRow): PastRun {
  const { id, flowId, submittedBy: submittedById, machineUser, mode, priority, topRank, state, gatewayId } = run;
  const { requestedAtMs, startDeadlineAtMs, acquiredAtMs, endedAtMs, signedOutAtMs } = run;
  return {
    ...{ id, flowId, submittedById, machineUser, mode, priority, topRank, state, gatewayId },
    ...{ requestedAtMs, startDeadlineAtMs, acquiredAtMs, endedAtMs, signedOutAtMs },
  };
}
