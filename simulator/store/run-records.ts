import type { RunRecord } from '@deskhand/control-plane/ports/runs.ts';
import type { SimulatedDatabase } from './database.ts';
import type { RunRow } from './rows.ts';

/** A run of a list shows inputs and outputs up to this size; its own page shows all. */
const LISTED_VALUES_BYTES_MAX = 16_384;

export const dateOf = (atMs: number | null): Date | null => (atMs === null ? null : new Date(atMs));

/** A run with the names that stand beside it. */
export function recordOf(database: SimulatedDatabase, row: RunRow, shown: 'whole' | 'listed' = 'whole'): RunRecord {
  const { flow, connection, cluster, submitter, gateway } = namedBy(database, row);
  const values = shown === 'whole' ? (value: RunRow['inputs']) => value : listed;
  const { id, requestNumber, mode, priority, topRank, state, phase, attempt, machineUser, whenSessionBlocked } = row;
  return {
    ...{ id, requestNumber, mode, priority, topRank, state, phase, attempt, machineUser, whenSessionBlocked },
    flow: { id: flow.id, name: flow.name, version: row.flowVersion },
    flowOwners: [flow.ownerId, ...flow.coOwners],
    connection: { id: connection.id, name: connection.name, accountName: connection.accountName },
    cluster: { id: cluster.id, name: cluster.name },
    gateway: gateway && {
      id: gateway.id,
      name: gateway.name,
      unreachableSince: dateOf(gateway.unreachableSinceMs),
    },
    submittedBy: { id: submitter.id, name: submitter.name },
    inputs: values(row.inputs),
    outputs: values(row.outputs),
    error: row.error,
    holdsMachine: row.holdsMachine,
    requestedAt: new Date(row.requestedAtMs),
    startDeadlineAt: new Date(row.startDeadlineAtMs),
    executionTimeoutMs: row.executionTimeoutMs,
    offeredAt: dateOf(row.offeredAtMs),
    acquiredAt: dateOf(row.acquiredAtMs),
    signingInAt: dateOf(row.signingInAtMs),
    downloadingAt: dateOf(row.downloadingAtMs),
    startedAt: dateOf(row.startedAtMs),
    endedAt: dateOf(row.endedAtMs),
    signedOutAt: dateOf(row.signedOutAtMs),
    resubmitOf: row.resubmitOf,
    canaryOf: row.canaryOf,
    lastActionAt: dateOf(row.lastActionAtMs),
    logLines: row.logSeq - row.logLinesLost,
    logLinesLost: row.logLinesLost + row.logLinesUnnumbered,
    screenshots: database.partsOf(row.id).screenshots.length,
  };
}

/** The rows that foreign keys promise. */
export function namedBy(database: SimulatedDatabase, row: RunRow) {
  const flow = database.flows.get(row.flowId);
  const connection = database.connections.get(row.connectionId);
  const cluster = database.clusters.get(row.clusterId);
  const submitter = database.accounts.get(row.submittedBy);
  if (!flow || !connection || !cluster || !submitter) throw new Error(`The run ${row.id} names what is not there.`);
  return { flow, connection, cluster, submitter, gateway: database.gateways.get(row.gatewayId ?? '') ?? null };
}

function listed(value: RunRow['inputs']): RunRow['inputs'] {
  return JSON.stringify(value).length > LISTED_VALUES_BYTES_MAX ? {} : value;
}
