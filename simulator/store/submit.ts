import type { RunId } from '@deskhand/domain/brand.ts';
import type { AddedRun, OfferAtOnce, RunStore, SubmitFacts } from '@deskhand/control-plane/ports/runs.ts';
import type { SimulatedDatabase } from './database.ts';
import type { ConnectionRow, IdempotencyRow, RunRow } from './rows.ts';
import { uniqueViolation } from './store-fault.ts';
import { stored } from './stored-values.ts';

const IDEMPOTENCY_KEY_MS = 24 * 3_600_000;

type Question = Parameters<RunStore['submitFacts']>[0];

export function submitFacts(database: SimulatedDatabase, question: Question): SubmitFacts {
  const facts = factsOf(database, question);
  const key = question.key === null ? undefined : livingKey(database, question.accountId, question.key);
  const earlier = key === undefined ? null : { runId: key.runId, bodyHash: key.bodyHash };
  return { ...facts, earlier, digest: JSON.stringify(facts) };
}

/** Nothing when the key is taken or the facts are no longer those of the digest. */
export function addRun(
  database: SimulatedDatabase,
  ...[run, judgedBy, key, actor, audit, offer]: Parameters<RunStore['add']>
): AddedRun | 'judge-again' {
  const { flowId, connectionId, submittedBy: accountId } = run;
  const facts = factsOf(database, { flowId, connectionId, flowVersion: judgedBy.flowVersion });
  const connection = database.connections.get(connectionId);
  if (JSON.stringify(facts) !== judgedBy.digest || connection === undefined) return 'judge-again';
  if (key !== null) {
    if (livingKey(database, accountId, key.key) !== undefined) return 'judge-again';
    const row: IdempotencyRow = { ...key, accountId, runId: run.id, createdAtMs: database.nowMs() };
    database.idempotencyKeys.set(nameOfKey(accountId, key.key), row);
  }
  const row = { ...newRow(database, run, connection), ...offeredAtOnce(database, connection, offer) };
  if (database.runs.get(run.id) !== undefined) throw uniqueViolation('run_pkey');
  database.runs.set(row);
  if (row.priority === 'high' && row.gatewayId === null) database.bump(row.clusterId);
  database.addEvent(run.id, { attempt: 0, event: 'submit', detail: 'Submitted', actor });
  if (row.gatewayId !== null) {
    const name = database.gateways.get(row.gatewayId)?.name ?? '';
    const { attempt } = row;
    database.addEvent(run.id, { attempt, event: 'offer', detail: `Offered to ${name}`, actor: 'Deskhand' });
  }
  database.addAudit({ ...audit, actor });
  return {
    requestNumber: row.requestNumber,
    requestedAt: new Date(row.requestedAtMs),
    startDeadlineAt: new Date(row.startDeadlineAtMs),
    offeredAt: row.offeredAtMs === null ? null : new Date(row.offeredAtMs),
  };
}

/** Only against the version that was planned with, while nothing waits and add-ons are not counted. */
function offeredAtOnce(
  database: SimulatedDatabase,
  { machineUser }: ConnectionRow,
  offer: OfferAtOnce | null,
): Pick<RunRow, 'state' | 'attempt' | 'gatewayId' | 'offeredAtMs'> | Record<string, never> {
  if (offer === null || database.clusters.get(offer.clusterId)?.queueVersion !== offer.version) return {};
  if ((database.installation.get('only')?.settings.unattendedAddOns ?? null) !== null) return {};
  if (database.runs.queueOf(offer.clusterId).size > 0) return {};
  // PostgreSQL's constraint refuses it, and it is added to the queue instead.
  if (database.runs.inHandOf(offer.gatewayId).some((held) => held.machineUser === machineUser)) return {};
  database.bump(offer.clusterId);
  return { state: 'offered', attempt: 1, gatewayId: offer.gatewayId, offeredAtMs: database.nowMs() };
}

function newRow(database: SimulatedDatabase, run: Parameters<RunStore['add']>[0], connection: ConnectionRow): RunRow {
  database.sequences.requestNumber += 1;
  const { startDeadlineMs, ...given } = run;
  const nowMs = database.nowMs();
  return {
    ...given,
    ...untouched,
    requestNumber: database.sequences.requestNumber,
    inputs: stored(run.inputs),
    clusterId: connection.clusterId,
    machineUser: connection.machineUser,
    whenSessionBlocked: connection.whenSessionBlocked,
    requestedAtMs: nowMs,
    startDeadlineAtMs: nowMs + startDeadlineMs,
  };
}

/** What a run is before anything happened to it. */
export const untouched = {
  topRank: null,
  state: 'queued',
  phase: null,
  attempt: 0,
  gatewayId: null,
  journalId: null,
  acquiredAt: null,
  outputs: {},
  error: null,
  holdsMachine: false,
  cancelBecause: null,
  offeredAtMs: null,
  acquiredAtMs: null,
  signingInAtMs: null,
  downloadingAtMs: null,
  startedAtMs: null,
  endedAtMs: null,
  signedOutAtMs: null,
  lastActionAtMs: null,
  logSeq: 0,
  logLinesLost: 0,
  logLinesUnnumbered: 0,
  lastReasons: null,
  canaryOf: null,
} as const;

const nameOfKey = (accountId: string, key: string): string => `${accountId}\n${key}`;

function livingKey(database: SimulatedDatabase, accountId: string, key: string): IdempotencyRow | undefined {
  const row = database.idempotencyKeys.get(nameOfKey(accountId, key));
  return row !== undefined && row.createdAtMs > database.nowMs() - IDEMPOTENCY_KEY_MS ? row : undefined;
}

export function removeOldKeys(database: SimulatedDatabase): number {
  const old = [...database.idempotencyKeys.values()].filter(
    (row) => row.createdAtMs < database.nowMs() - IDEMPOTENCY_KEY_MS,
  );
  for (const row of old) database.idempotencyKeys.delete(nameOfKey(row.accountId, row.key));
  return old.length;
}

export function removeKeysOf(database: SimulatedDatabase, runIds: ReadonlySet<RunId>): void {
  for (const row of [...database.idempotencyKeys.values()])
    if (runIds.has(row.runId)) database.idempotencyKeys.delete(nameOfKey(row.accountId, row.key));
}

function factsOf(
  database: SimulatedDatabase,
  { flowId, flowVersion, connectionId }: Pick<Question, 'flowId' | 'flowVersion' | 'connectionId'>,
): Pick<SubmitFacts, 'flow' | 'connection' | 'cluster'> {
  const known = database.connections.get(connectionId);
  const connection = known?.deletedAtMs === null ? known : undefined;
  return {
    flow: flowFacts(database, flowId, flowVersion),
    connection:
      connection === undefined
        ? null
        : {
            id: connection.id,
            name: connection.name,
            accountName: connection.accountName,
            ownerId: connection.ownerId,
            sharedWith: connection.sharedWith,
            hasPassword: connection.sealedPassword !== null,
            machineUser: connection.machineUser,
            whenSessionBlocked: connection.whenSessionBlocked,
          },
    cluster: connection === undefined ? null : clusterFacts(database, connection.clusterId),
  };
}

function flowFacts(database: SimulatedDatabase, id: string, asked: number | null): SubmitFacts['flow'] {
  const flow = database.flows.get(id);
  const version = flow?.versions.find((one) => one.version === (asked ?? flow.version));
  if (flow === undefined || flow.deletedAtMs !== null || version === undefined) return null;
  return {
    id: flow.id,
    name: flow.name,
    currentVersion: flow.version,
    ownerId: flow.ownerId,
    coOwners: flow.coOwners,
    users: flow.users,
    version: version.version,
    inputs: version.inputs,
    problems: version.problems,
  };
}

function clusterFacts(database: SimulatedDatabase, id: string): SubmitFacts['cluster'] {
  const cluster = database.clusters.get(id);
  if (cluster === undefined) return null;
  return {
    id: cluster.id,
    name: cluster.name,
    ownerId: cluster.ownerId,
    ownerName: database.accounts.get(cluster.ownerId ?? '')?.name ?? null,
    sharedWith: cluster.sharedWith,
    accountRule: cluster.accountRule,
    serviceAccounts: cluster.serviceAccounts,
    startDeadlineMs: cluster.startDeadlineMs,
    needsNoPassword: database.membersOf(id).every((one) => one.sessionHost === 'virtual'),
  };
}
