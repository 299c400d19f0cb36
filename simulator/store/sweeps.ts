import type { RunId } from '@deskhand/domain/brand.ts';
import { settingsDefaults } from '@deskhand/control-plane/ports/accounts.ts';
import type { AttemptOf } from '@deskhand/control-plane/ports/gateway-links.ts';
import type { DeadlineStore, OverdueRun, RetentionStore } from '@deskhand/control-plane/ports/sweeps.ts';
import type { SimulatedDatabase } from './database.ts';
import { isPastExecution } from './past-execution.ts';
import type { GatewayRow, RunRow } from './rows.ts';
import type { StoreSession } from './server.ts';
import { stored } from './stored-values.ts';
import { removeKeysOf, removeOldKeys } from './submit.ts';

export function openSimulatedDeadlineStore(session: StoreSession): DeadlineStore {
  const { database } = session.server;
  return {
    nowMs: () => session.run('now', () => database.nowMs()),
    pastStartDeadline: (limit) => session.run('past-start-deadline', () => pastStartDeadline(database, limit)),
    pastExecution: (limit) => session.run('past-execution', () => pastExecution(database, limit)),
    unanswered: (olderThanMs, limit) => session.run('unanswered', () => unanswered(database, olderThanMs, limit)),
    expire: (run, error, answers) =>
      session.run('expire', () => {
        const row = database.runs.get(run.runId);
        if (row?.attempt !== run.attempt || row.acquiredAtMs !== null) return false;
        if (row.state !== 'queued' && row.state !== 'offered') return false;
        if (row.startDeadlineAtMs > database.nowMs()) return false;
        const ended = { state: 'timedOut', endedAtMs: database.nowMs() } as const;
        database.runs.set({ ...row, ...ended, error: stored(error), lastReasons: stored(answers) });
        database.freeSlotOf(row.id);
        database.addEvent(row.id, { attempt: row.attempt, event: 'expire', detail: error.message, actor: 'Deskhand' });
        return true;
      }),
    closeSilentLinks: (silenceMs) => session.run('close-silent-links', () => closeSilentLinks(database, silenceMs)),
  };
}

function overdueOf(run: RunRow): OverdueRun {
  return {
    id: run.id,
    state: run.state,
    attempt: run.attempt,
    clusterId: run.clusterId,
    gatewayId: run.gatewayId,
    of: {
      machineUser: run.machineUser,
      mode: run.mode,
      whenSessionBlocked: run.whenSessionBlocked,
      priority: run.priority,
      submittedById: run.submittedBy,
      flowId: run.flowId,
      canaryOf: run.canaryOf,
    },
    startDeadlineAtMs: run.startDeadlineAtMs,
    executionTimeoutMs: run.executionTimeoutMs,
    acquiredAtMs: run.acquiredAtMs,
    runningAtMs: run.startedAtMs,
  };
}

/** After a restore deadlines rest until the journals say what became of a run. */
const isAwaited = (gateway: GatewayRow | undefined): boolean =>
  gateway?.removedAtMs === null && gateway.journalAwaitedSinceMs !== null;

function pastStartDeadline(database: SimulatedDatabase, limit: number): readonly OverdueRun[] {
  const nowMs = database.nowMs();
  const overdue: OverdueRun[] = [];
  for (const run of database.runs.byDeadline) {
    if (run.startDeadlineAtMs > nowMs || overdue.length === limit) break;
    if (database.membersOf(run.clusterId).some(isAwaited)) continue;
    overdue.push(overdueOf(run));
  }
  return overdue;
}

function pastExecution(database: SimulatedDatabase, limit: number): readonly OverdueRun[] {
  const overdue: OverdueRun[] = [];
  for (const run of database.runs.inHand()) {
    if (overdue.length === limit) break;
    if (isAwaited(database.gateways.get(run.gatewayId ?? ''))) continue;
    if (isPastExecution(database, run)) overdue.push(overdueOf(run));
  }
  return overdue;
}

function unanswered(database: SimulatedDatabase, olderThanMs: number, limit: number): readonly AttemptOf[] {
  const beforeMs = database.nowMs() - olderThanMs;
  const waiting: AttemptOf[] = [];
  for (const { id, state, attempt, gatewayId, offeredAtMs } of database.runs.inHand()) {
    if (state !== 'offered' || gatewayId === null || offeredAtMs === null || waiting.length === limit) continue;
    if (offeredAtMs <= beforeMs) waiting.push({ runId: id, attempt, gatewayId });
  }
  return waiting;
}

function closeSilentLinks(
  database: SimulatedDatabase,
  silenceMs: number,
): Awaited<ReturnType<DeadlineStore['closeSilentLinks']>> {
  const beforeMs = database.nowMs() - silenceMs;
  const silent = [...database.gateways.values()].filter(
    (one) => one.linkedTo !== null && one.lastSeenAtMs !== null && one.lastSeenAtMs < beforeMs,
  );
  for (const gateway of silent) {
    const unreachableSinceMs = gateway.unreachableSinceMs ?? gateway.lastSeenAtMs;
    database.gateways.set(gateway.id, { ...gateway, linkedTo: null, unreachableSinceMs });
  }
  for (const clusterId of new Set(silent.map((one) => one.clusterId))) database.bump(clusterId);
  return silent.map((one) => ({ gatewayId: one.id, clusterId: one.clusterId }));
}

const DAY_MS = 86_400_000;

export function openSimulatedRetentionStore(session: StoreSession): RetentionStore {
  const { database } = session.server;
  return {
    limits: () =>
      session.run('retention-limits', () => {
        const settings = { ...settingsDefaults, ...database.installation.get('only')?.settings };
        const { runRetentionDays: days, decisionRetentionDays: decisionDays } = settings;
        const { logBytesMax, screenshotBytesMax } = settings;
        return { days, decisionDays, logBytesMax, screenshotBytesMax };
      }),
    removeRunsOlderThan: (days, limit) => session.run('remove-old-runs', () => removeRuns(database, days, limit)),
    removeLogsAbove: (bytesMax, limit) =>
      session.run('remove-logs', () => removeAbove(database, 'log', bytesMax, limit)),
    removeScreenshotsAbove: (bytesMax, limit) =>
      session.run('remove-screenshots', () => removeAbove(database, 'screenshots', bytesMax, limit)),
    removeDecisionsOlderThan: (days, limit) =>
      session.run('remove-old-decisions', () => removeDecisions(database, days, limit)),
    removeGatewayEventsOlderThan: (days, limit) =>
      session.run('remove-gateway-events', () => removeGatewayEvents(database, days, limit)),
    removeOldIdempotencyKeys: () => session.run('remove-old-keys', () => removeOldKeys(database)),
  };
}

function removeGatewayEvents(database: SimulatedDatabase, days: number, limit: number): number {
  const beforeMs = database.nowMs() - days * DAY_MS;
  const old = [...database.gatewayEvents.values()]
    .filter(({ atMs }) => atMs < beforeMs)
    .sort((a, b) => a.number - b.number)
    .slice(0, limit);
  for (const { number } of old) database.gatewayEvents.delete(number);
  return old.length;
}

function removeRuns(database: SimulatedDatabase, days: number, limit: number): number {
  const beforeMs = database.nowMs() - days * DAY_MS;
  const old = database.runs.rows
    .filter((run) => run.endedAtMs !== null && run.endedAtMs < beforeMs && !run.holdsMachine)
    .sort((a, b) => (a.endedAtMs ?? 0) - (b.endedAtMs ?? 0) || a.requestNumber - b.requestNumber)
    .slice(0, limit);
  const ids = new Set<RunId>(old.map((run) => run.id));
  if (ids.size === 0) return 0;
  for (const run of [...database.runs.rows])
    if (run.resubmitOf !== null && ids.has(run.resubmitOf) && !ids.has(run.id))
      database.runs.set({ ...run, resubmitOf: null });
  removeKeysOf(database, ids);
  for (const question of [...database.sessionQuestions.values()])
    if (ids.has(question.runId)) database.sessionQuestions.delete(question.id);
  for (const id of ids) {
    database.runs.delete(id);
    database.parts.delete(id);
    database.predictions.delete(id);
  }
  return ids.size;
}

function removeDecisions(database: SimulatedDatabase, days: number, limit: number): number {
  const beforeMs = database.nowMs() - days * DAY_MS;
  const old = [...database.decisions.values()]
    .filter((batch) => batch.lastAtMs < beforeMs)
    .sort((a, b) => a.lastAtMs - b.lastAtMs || a.number - b.number)
    .slice(0, limit);
  for (const { number } of old) database.decisions.delete(number);
  return old.length;
}

/** Bytes as JSON has them: PostgreSQL packs lines a little differently, so limits are met a little earlier or later. */
function bytesOf(database: SimulatedDatabase, runId: string, what: 'log' | 'screenshots'): number {
  const parts = database.partsOf(runId);
  if (what === 'screenshots') return parts.screenshots.reduce((sum, one) => sum + one.png.length, 0);
  let bytes = 0;
  for (const pieces of parts.log.values()) for (const lines of pieces) bytes += bytesOfLines(lines);
  return bytes;
}

/** What was stored once is never changed, and is weighed at each sweep. */
const weighed = new WeakMap<object, number>();

function bytesOfLines(lines: readonly object[]): number {
  const known = weighed.get(lines);
  if (known !== undefined) return known;
  const bytes = lines.reduce((sum, line) => sum + JSON.stringify(line).length, 0);
  weighed.set(lines, bytes);
  return bytes;
}

function removeAbove(
  database: SimulatedDatabase,
  what: 'log' | 'screenshots',
  bytesMax: number,
  limit: number,
): number {
  const sized = database.runs.rows
    .map((run) => ({ run, bytes: bytesOf(database, run.id, what) }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => endOf(b.run) - endOf(a.run) || (a.run.id < b.run.id ? -1 : 1));
  let bytesSoFar = 0;
  const above = sized.filter(({ run, bytes }) => {
    bytesSoFar += bytes;
    return bytesSoFar > bytesMax && run.endedAtMs !== null;
  });
  const doomed = above.sort((a, b) => endOf(a.run) - endOf(b.run)).slice(0, limit);
  let removed = 0;
  for (const { run } of doomed) {
    const parts = database.partsOf(run.id);
    removed += what === 'log' ? [...parts.log.values()].flat(2).length : parts.screenshots.length;
    database.parts.set(run.id, { ...parts, ...(what === 'log' ? { log: new Map() } : { screenshots: [] }) });
  }
  return removed;
}

/** Unfinished runs count as the newest. */
const endOf = (run: RunRow): number => run.endedAtMs ?? Number.MAX_SAFE_INTEGER;
