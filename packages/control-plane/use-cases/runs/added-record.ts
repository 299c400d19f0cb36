import type { GatewayId } from '@deskhand/domain/brand.ts';
import type { AddedRun, NewRun, RunRecord } from '../../ports/runs.ts';
import type { Caller } from '../../ports/outcome.ts';
import type { SubmitTarget } from './run-ports.ts';

/** A run as it was added, without reading it again: what it was judged by was still so when it was added. */
export function addedRecord(
  run: NewRun,
  { flow, connection, cluster }: SubmitTarget,
  caller: Pick<Caller, 'id' | 'name'>,
  added: AddedRun,
  gateway: { readonly id: GatewayId; readonly name: string } | undefined,
): RunRecord {
  const isOffered = added.offeredAt !== null;
  return {
    ...untouched,
    id: run.id,
    requestNumber: added.requestNumber,
    flow: { id: run.flowId, name: flow.name, version: run.flowVersion },
    flowOwners: [flow.ownerId, ...flow.coOwners],
    connection: { id: run.connectionId, name: connection.name, accountName: connection.accountName },
    cluster: { id: cluster.id, name: cluster.name },
    gateway: isOffered && gateway !== undefined ? { ...gateway, unreachableSince: null } : null,
    submittedBy: { id: caller.id, name: caller.name },
    mode: run.mode,
    priority: run.priority,
    state: isOffered ? 'offered' : 'queued',
    attempt: isOffered ? 1 : 0,
    machineUser: connection.machineUser,
    whenSessionBlocked: connection.whenSessionBlocked,
    inputs: run.inputs,
    requestedAt: added.requestedAt,
    startDeadlineAt: added.startDeadlineAt,
    executionTimeoutMs: run.executionTimeoutMs,
    offeredAt: added.offeredAt,
    resubmitOf: run.resubmitOf,
  };
}

/** What nothing has happened to yet. */
const untouched = {
  canaryOf: null,
  topRank: null,
  phase: null,
  outputs: {},
  error: null,
  holdsMachine: false,
  acquiredAt: null,
  signingInAt: null,
  downloadingAt: null,
  startedAt: null,
  endedAt: null,
  signedOutAt: null,
  lastActionAt: null,
  logLines: 0,
  logLinesLost: 0,
  screenshots: 0,
} as const;
