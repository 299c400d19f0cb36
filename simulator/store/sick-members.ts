import type { CanaryAccount } from '@deskhand/domain/gateway/canary.ts';
import { outcomeOf, OUTCOMES_PER_MEMBER_MAX } from '@deskhand/domain/gateway/sickness.ts';
import type {
  MemberSetAside,
  NewCanary,
  SicknessBoard,
  SicknessNote,
  SickMemberStore,
} from '@deskhand/control-plane/ports/sick-members.ts';
import type { DesktopFlowId } from '@deskhand/domain/brand.ts';
import type { SimulatedDatabase } from './database.ts';
import { newFlow } from './new-rows.ts';
import type { ConnectionRow, GatewayRow, RunRow } from './rows.ts';
import type { StoreSession } from './server.ts';
import { untouched } from './submit.ts';

const RUNS_READ_PER_MEMBER_MAX = 3 * OUTCOMES_PER_MEMBER_MAX;
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function openSimulatedSickMemberStore(session: StoreSession): SickMemberStore {
  const { database } = session.server;
  const present = (gatewayId: string): GatewayRow | undefined => {
    const row = database.gateways.get(gatewayId);
    return row?.removedAtMs === null ? row : undefined;
  };
  const clusterOf = (gatewayId: string) => () => database.gateways.get(gatewayId)?.clusterId;
  return {
    clustersToJudge: (windowMs, limit) =>
      session.run('clusters-to-judge', () => {
        const failed = database.runs.rows.filter((run) => isEarlyFailure(run) && isWithin(database, run, windowMs));
        return [...new Set(failed.map(({ clusterId }) => clusterId))].sort(byText).slice(0, limit);
      }),
    board: (clusterId, windowMs) => session.run('sickness-board', () => boardOf(database, clusterId, windowMs)),
    setAside: (gatewayId, state, note, by) =>
      session.run(
        'set-aside',
        () => {
          const row = present(gatewayId);
          if (row === undefined) return 'not-found';
          if (row.setAsideSinceMs !== null) return 'is-already';
          if ('version' in by && by.version !== database.clusters.get(row.clusterId)?.queueVersion)
            return 'changed-meanwhile';
          const nowMs = database.nowMs();
          const { passed: canariesPassed, pauseMs: canaryPauseMs } = state;
          const canary = { canaryRunId: null, canariesPassed, canaryPauseMs, canaryDueAtMs: nowMs + canaryPauseMs };
          database.gateways.set(row.id, { ...row, ...canary, setAsideSinceMs: nowMs });
          addNote(database, row, note, null);
          database.bump(row.clusterId);
          if ('audit' in by) database.addAudit(by.audit);
          return 'set-aside';
        },
        clusterOf(gatewayId),
      ),
    note: (gatewayId, note, againAfterMs) =>
      session.run('note-sickness', () => {
        const row = present(gatewayId);
        if (row === undefined) return false;
        const newest = eventsOf(database, gatewayId)[0];
        const isRecent = newest !== undefined && newest.atMs > database.nowMs() - againAfterMs;
        if (isRecent && newest.event === note.event) return false;
        addNote(database, row, note, null);
        return true;
      }),
    putBack: (gatewayId, note, audit) =>
      session.run(
        'put-back',
        () => {
          const row = present(gatewayId);
          if (row === undefined) return 'not-found';
          if (row.setAsideSinceMs === null) return 'is-not';
          putBack(database, row);
          addNote(database, row, note, null);
          database.bump(row.clusterId);
          database.addAudit(audit);
          return 'put-back';
        },
        clusterOf(gatewayId),
      ),
    hurry: (gatewayId, audit) =>
      session.run(
        'hurry-canary',
        () => {
          const row = present(gatewayId);
          if (row === undefined) return 'not-found';
          if (row.setAsideSinceMs === null) return 'is-not';
          database.gateways.set(row.id, { ...row, canaryDueAtMs: database.nowMs() });
          database.bump(row.clusterId);
          database.addAudit(audit);
          return 'hurried';
        },
        clusterOf(gatewayId),
      ),
    membersSetAside: (limit) =>
      session.run('members-set-aside', () =>
        [...database.gateways.values()]
          .filter((row) => row.setAsideSinceMs !== null && row.removedAtMs === null)
          .sort((a, b) => (a.canaryDueAtMs ?? 0) - (b.canaryDueAtMs ?? 0) || byText(a.id, b.id))
          .slice(0, limit)
          .map((row) => asideOf(database, row)),
      ),
    canaryAccounts: (gatewayId, windowMs, limit) =>
      session.run('canary-accounts', () => accountsOf(database, gatewayId, windowMs).slice(0, limit)),
    beginCanary: (canary, note, audit) =>
      session.run(
        'begin-canary',
        () => {
          const row = present(canary.gatewayId);
          const connection = database.connections.get(canary.connectionId);
          if (row === undefined || row.setAsideSinceMs === null || row.canaryRunId !== null) return false;
          if (connection?.deletedAtMs !== null || connection.clusterId !== row.clusterId) return false;
          if (!submitCanary(database, row, connection, canary)) return false;
          addNote(database, row, note, canary.runId);
          database.bump(row.clusterId);
          database.addAudit(audit);
          return true;
        },
        clusterOf(canary.gatewayId),
      ),
    settleCanary: (of, next, notes) =>
      session.run(
        'settle-canary',
        () => {
          const row = present(of.gatewayId);
          if (row === undefined || row.setAsideSinceMs === null || row.canaryRunId !== of.runId) return false;
          if (next === 'put-back') putBack(database, row);
          else {
            const { passed: canariesPassed, pauseMs: canaryPauseMs } = next.state;
            const canaryDueAtMs = database.nowMs() + next.nextInMs;
            database.gateways.set(row.id, { ...row, canaryRunId: null, canariesPassed, canaryPauseMs, canaryDueAtMs });
          }
          for (const note of notes) addNote(database, row, note, of.runId);
          database.bump(row.clusterId);
          return true;
        },
        clusterOf(of.gatewayId),
      ),
    history: ({ clusterId, gatewayId, before, limit }) =>
      session.run('gateway-history', () =>
        eventsOf(database, gatewayId)
          .filter((event) => before === null || event.number < before)
          .filter((event) => clusterId === null || database.gateways.get(event.gatewayId)?.clusterId === clusterId)
          .slice(0, limit)
          .map(({ atMs, ...event }) => ({
            ...event,
            gatewayName: database.gateways.get(event.gatewayId)?.name ?? '',
            at: new Date(atMs),
          })),
      ),
  };
}

/** The newest first. */
const eventsOf = (database: SimulatedDatabase, gatewayId: string | null) =>
  [...database.gatewayEvents.values()]
    .filter((event) => gatewayId === null || event.gatewayId === gatewayId)
    .sort((a, b) => b.number - a.number);

function addNote(
  database: SimulatedDatabase,
  { id: gatewayId }: GatewayRow,
  note: SicknessNote,
  runId: string | null,
): void {
  database.sequences.gatewayEvent += 1;
  const number = database.sequences.gatewayEvent;
  database.gatewayEvents.set(number, { ...note, number, gatewayId, runId, atMs: database.nowMs() });
}

function putBack(database: SimulatedDatabase, row: GatewayRow): void {
  const nothing = {
    setAsideSinceMs: null,
    canaryRunId: null,
    canaryDueAtMs: null,
    canariesPassed: 0,
    canaryPauseMs: 0,
  };
  database.gateways.set(row.id, { ...row, ...nothing, putBackAtMs: database.nowMs() });
}

const isOver = (run: RunRow): boolean =>
  run.mode === 'unattended' && run.acquiredAtMs !== null && run.endedAtMs !== null && run.canaryOf === null;
const isEarlyFailure = (run: RunRow): boolean => isOver(run) && run.state === 'failed' && run.startedAtMs === null;
const isWithin = (database: SimulatedDatabase, run: RunRow, windowMs: number): boolean =>
  (run.endedAtMs ?? 0) > database.nowMs() - windowMs;

function newestOver(
  database: SimulatedDatabase,
  gatewayId: string,
  isMeant: (run: RunRow) => boolean,
): readonly RunRow[] {
  return database.runs.rows
    .filter((run) => run.gatewayId === gatewayId && isOver(run) && isMeant(run))
    .sort((a, b) => (b.endedAtMs ?? 0) - (a.endedAtMs ?? 0) || b.requestNumber - a.requestNumber)
    .slice(0, RUNS_READ_PER_MEMBER_MAX);
}

function boardOf(database: SimulatedDatabase, clusterId: string, windowMs: number): SicknessBoard | undefined {
  const cluster = database.clusters.get(clusterId);
  const members = database.membersOf(clusterId).sort((a, b) => a.order - b.order || byText(a.id, b.id));
  if (cluster === undefined || members.length === 0) return undefined;
  return {
    version: cluster.queueVersion,
    members: members.map((row) => ({
      gatewayId: row.id,
      isAvailable: row.linkedTo !== null && row.enabled && !row.quarantined && row.maintenanceSinceMs === null,
      isSetAside: row.setAsideSinceMs !== null,
      outcomes: newestOver(
        database,
        row.id,
        (run) =>
          isWithin(database, run, windowMs) && (run.acquiredAtMs ?? 0) > (row.putBackAtMs ?? Number.NEGATIVE_INFINITY),
      ).flatMap(
        ({ mode, state, machineUser: user, error, startedAtMs, endedAtMs }) =>
          outcomeOf({
            ...{ mode, state, user, errorCode: error?.code },
            ...{ flowBegan: startedAtMs !== null, endedAtMs: endedAtMs ?? 0 },
          }) ?? [],
      ),
    })),
  };
}

function asideOf(database: SimulatedDatabase, row: GatewayRow): MemberSetAside {
  const run = database.runs.get(row.canaryRunId ?? '');
  return {
    gatewayId: row.id,
    clusterId: row.clusterId,
    state: { passed: row.canariesPassed, pauseMs: row.canaryPauseMs },
    isDue: row.canaryDueAtMs !== null && row.canaryDueAtMs <= database.nowMs(),
    canary:
      row.canaryRunId === null
        ? null
        : {
            runId: row.canaryRunId,
            run: run === undefined ? null : { state: run.state, gatewayId: run.gatewayId, errorCode: run.error?.code },
          },
  };
}

function accountsOf(database: SimulatedDatabase, gatewayId: string, windowMs: number): readonly CanaryAccount[] {
  const own = database.gateways.get(gatewayId);
  const peers = own === undefined ? [] : database.membersOf(own.clusterId).filter(({ id }) => id !== own.id);
  const fine = peers.flatMap(({ id }) =>
    newestOver(
      database,
      id,
      (run) => run.startedAtMs !== null && run.state !== 'uncertain' && isWithin(database, run, windowMs),
    ),
  );
  return [...Map.groupBy(fine, ({ connectionId }) => connectionId)]
    .flatMap(([id, runs]) => {
      const connection = database.connections.get(id);
      if (connection === undefined || !isForCanary(database, connection)) return [];
      const lastFineAtMs = Math.max(...runs.map((run) => run.endedAtMs ?? 0));
      return [
        {
          connectionId: id,
          lastFineAtMs,
          preflight: preflightOf(database, connection, gatewayId),
          wasRefused: wasRefused(database, connection, gatewayId),
        },
      ];
    })
    .sort((a, b) => b.lastFineAtMs - a.lastFineAtMs || byText(a.connectionId, b.connectionId));
}

const isForCanary = (database: SimulatedDatabase, row: ConnectionRow): boolean =>
  row.deletedAtMs === null &&
  row.sealedPassword !== null &&
  database.accounts.get(row.ownerId ?? '')?.disabled === false;

function preflightOf(
  database: SimulatedDatabase,
  { id, passwordVersion }: ConnectionRow,
  gatewayId: string,
): CanaryAccount['preflight'] {
  const ofNow = [...database.preflightResults.values()].filter(
    (row) => row.connectionId === id && row.passwordVersion === passwordVersion,
  );
  if (ofNow.some((row) => row.answer === 'password-wrong' && row.isDirectoryAccount)) return 'password-wrong';
  return ofNow.find((row) => row.gatewayId === gatewayId)?.answer ?? null;
}

const refusals = [
  'account-unknown',
  'account-refused',
  'account-expired',
  'account-locked',
  'password-wrong',
  'password-expired',
];

function wasRefused(database: SimulatedDatabase, connection: ConnectionRow, gatewayId: string): boolean {
  const sinceMs = connection.rotatedAtMs ?? connection.createdAtMs;
  return database.runs.rows.some(
    (run) =>
      run.gatewayId === gatewayId &&
      run.connectionId === connection.id &&
      run.mode === 'unattended' &&
      run.state === 'failed' &&
      run.startedAtMs === null &&
      refusals.includes(run.error?.code ?? '') &&
      (run.acquiredAtMs ?? Number.NEGATIVE_INFINITY) > sinceMs,
  );
}

function submitCanary(
  database: SimulatedDatabase,
  gateway: GatewayRow,
  connection: ConnectionRow,
  canary: NewCanary,
): boolean {
  const { ownerId } = connection;
  if (ownerId === null) return false;
  const nowMs = database.nowMs();
  const flowId = `canary-${ownerId}` as DesktopFlowId;
  const { flowName: name, script } = canary;
  if (database.flows.get(flowId) === undefined)
    database.flows.set(
      flowId,
      newFlow({ id: flowId, name, ownerId, createdAtMs: nowMs, deletedAtMs: nowMs }, { script }),
    );
  database.sequences.requestNumber += 1;
  const requestNumber = database.sequences.requestNumber;
  database.runs.set({
    ...untouched,
    ...{ id: canary.runId, requestNumber, flowId, flowVersion: 1, connectionId: connection.id, submittedBy: ownerId },
    ...{ clusterId: gateway.clusterId, mode: 'unattended', priority: 'normal', inputs: {}, resubmitOf: null },
    machineUser: connection.machineUser,
    whenSessionBlocked: 'wait',
    requestedAtMs: nowMs,
    startDeadlineAtMs: nowMs + canary.startDeadlineMs,
    executionTimeoutMs: canary.executionTimeoutMs,
    canaryOf: gateway.id,
  });
  database.gateways.set(gateway.id, { ...gateway, canaryRunId: canary.runId });
  const event = { attempt: 0, event: 'submit', detail: 'Submitted as a canary sign-in', actor: 'Deskhand' };
  database.addEvent(canary.runId, event);
  return true;
}
