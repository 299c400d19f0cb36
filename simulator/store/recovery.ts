import type { JournalOnlyPlace, JournalOnlyRun, RecoveryStore } from '@deskhand/control-plane/ports/recovery.ts';
import type { SimulatedDatabase } from './database.ts';
import type { GatewayRow, JournalOnlyRow } from './rows.ts';
import type { StoreSession } from './server.ts';

/** Those of an unknown start come last. */
const STARTED_UNKNOWN_MS = -1;

export function openSimulatedRecoveryStore(session: StoreSession): RecoveryStore {
  const { database } = session.server;
  return {
    begin: (cause, newEpoch, audit) =>
      session.run('begin-recovery', () => {
        database.beginRecovery(cause, newEpoch);
        database.addAudit(audit);
      }),
    journalReported: (gatewayId) => session.run('journal-reported', () => settle(database, [gatewayId]).length > 0),
    noteJournalOnly: (gatewayId, attempts) =>
      session.run('note-journal-only', () => {
        const gateway = database.gateways.get(gatewayId);
        for (const one of attempts) {
          if (gateway === undefined) return;
          const key = keyOf(gatewayId, one);
          const known = database.journalOnlyRuns.get(key);
          const flowName = one.flowName ?? known?.flowName;
          const { phase, outcome, errorCode } = one;
          const named = flowName === undefined ? {} : { flowName };
          // What it was when it was named first stays; how it goes on is taken over.
          const row = known === undefined ? { ...one, gatewayId: gateway.id } : { ...known, phase, outcome, errorCode };
          database.journalOnlyRuns.set(key, { ...row, ...named });
        }
      }),
    noteEnd: (gatewayId, end) =>
      session.run('note-end', () => {
        const known = database.journalOnlyRuns.get(keyOf(gatewayId, end));
        if (known !== undefined)
          database.journalOnlyRuns.set(keyOf(gatewayId, end), { ...known, ...end, phase: 'ended' });
      }),
    acceptRisk: (gatewayIds, audit) =>
      session.run('accept-risk', () => {
        const clusters = settle(database, gatewayIds);
        if (clusters.length > 0) database.addAudit(audit);
        return clusters;
      }),
    read: () =>
      session.run('read-recovery', () => ({
        cause: database.installation.get('only')?.recovery ?? null,
        awaited: [...database.gateways.values()].filter(isAwaited).map((gateway) => awaitedOf(database, gateway)),
        journalOnlyRuns: database.journalOnlyRuns.size,
      })),
    journalOnlyRuns: ({ requestedBy, after, limit }) =>
      session.run('journal-only-runs', () =>
        [...database.journalOnlyRuns.values()]
          .filter((row) => requestedBy === null || row.requestedBy?.toLowerCase() === requestedBy.toLowerCase())
          .filter((row) => after === null || byPlace(after, row) < 0)
          .sort(byPlace)
          .slice(0, limit)
          .map((row) => journalOnlyRun(database, row)),
      ),
  };
}

const keyOf = (gatewayId: string, one: { readonly runId: string; readonly attempt: number }): string =>
  `${gatewayId} ${one.runId} ${String(one.attempt)}`;

/** The type of a noted attempt says that its start may be missing, that of a place says it with null. */
type Placed = Omit<JournalOnlyPlace, 'startedAtMs'> & { readonly startedAtMs?: number | null };

const byPlace = (a: Placed, b: Placed): number =>
  (b.startedAtMs ?? STARTED_UNKNOWN_MS) - (a.startedAtMs ?? STARTED_UNKNOWN_MS) ||
  byText(a.runId, b.runId) ||
  a.attempt - b.attempt ||
  byText(a.gatewayId, b.gatewayId);

const byText = (a: string, b: string): number => Number(a > b) - Number(a < b);

const isAwaited = (gateway: GatewayRow): boolean =>
  gateway.removedAtMs === null && gateway.journalAwaitedSinceMs !== null;

/** The clusters of those of whom something was awaited. */
function settle(database: SimulatedDatabase, gatewayIds: readonly string[]): readonly string[] {
  const settled = gatewayIds.flatMap((id) => {
    const gateway = database.gateways.get(id);
    return gateway === undefined || gateway.journalAwaitedSinceMs === null ? [] : [gateway];
  });
  for (const gateway of settled) database.gateways.set(gateway.id, { ...gateway, journalAwaitedSinceMs: null });
  const clusters = [...new Set(settled.map((gateway) => gateway.clusterId))];
  for (const id of clusters) database.bump(id);
  return clusters;
}

function awaitedOf(database: SimulatedDatabase, gateway: GatewayRow) {
  const { id: gatewayId, name, clusterId, linkedTo, lastSeenAtMs } = gateway;
  const clusterName = database.clusters.get(clusterId)?.name ?? '';
  const lastSeenAt = lastSeenAtMs === null ? null : new Date(lastSeenAtMs);
  return { gatewayId, name, clusterId, clusterName, isOnline: linkedTo !== null, lastSeenAt };
}

function journalOnlyRun(database: SimulatedDatabase, row: JournalOnlyRow): JournalOnlyRun {
  const { runId, attempt, gatewayId, phase, outcome, errorCode, startedAtMs } = row;
  const { flowName = null, mode = null, accountName = null, requestedBy = null } = row;
  const gatewayName = database.gateways.get(gatewayId)?.name ?? '';
  const startedAt = startedAtMs === undefined ? null : new Date(startedAtMs);
  const named = { runId, attempt, gatewayId, gatewayName, flowName, mode, accountName, requestedBy };
  return { ...named, startedAt, phase, outcome, errorCode };
}
