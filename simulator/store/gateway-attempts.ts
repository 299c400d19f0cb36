import type { JournalAt } from '@deskhand/domain/gateway/journal-position.ts';
import { rememberDecline } from '@deskhand/domain/placement/decline-memory.ts';
import type { RunError } from '@deskhand/domain/run/run.ts';
import { mayBeWaiting } from '@deskhand/domain/run/start-once.ts';
import { isTerminal, type RunEvent, transition } from '@deskhand/domain/run/transitions.ts';
import type {
  AttemptOf,
  GatewayLinkStore,
  Loss,
  StoredAttempt,
  WaitingClassOf,
} from '@deskhand/control-plane/ports/gateway-links.ts';
import type { StartOrder } from '@deskhand/protocol/link/messages.ts';
import type { SimulatedDatabase } from './database.ts';
import { policyAndCapacity } from './member-policy.ts';
import { isPastExecution } from './past-execution.ts';
import type { RunRow } from './rows.ts';
import { namedBy } from './run-records.ts';
import type { StoreSession } from './server.ts';
import { stored } from './stored-values.ts';
import { StoreFault } from './store-fault.ts';

type AttemptMethods = Pick<
  GatewayLinkStore,
  | 'stored'
  | 'heldBy'
  | 'openOffers'
  | 'acquire'
  | 'returnOffer'
  | 'rememberDecline'
  | 'release'
  | 'lose'
  | 'settle'
  | 'takeJournalState'
>;

/** Offers and the moves of attempts between queue and gateway. */
export function attemptMethods(session: StoreSession): AttemptMethods {
  const { database } = session.server;
  return {
    stored: (runIds) =>
      session.run('stored-attempts', () =>
        [...new Set(runIds)].flatMap((id) => {
          const run = database.runs.get(id);
          return run === undefined ? [] : [storedAttempt(run)];
        }),
      ),
    heldBy: (gatewayId) => session.run('held-by', () => database.runs.inHandOf(gatewayId).map(storedAttempt)),
    openOffers: (gatewayId) =>
      session.run('open-offers', () =>
        database.runs
          .inHandOf(gatewayId)
          .filter((run) => run.state === 'offered')
          .map((run) => {
            const { accountName } = namedBy(database, run).connection;
            return { runId: run.id, attempt: run.attempt, mode: run.mode, accountName };
          }),
      ),
    acquire: (of, journal) => session.run('acquire', () => acquire(database, of, journal)),
    returnOffer: (of, event, detail) =>
      session.run(
        'back-to-queue',
        () => backToQueue(database, of, event, detail),
        () => database.clusterOf(of.gatewayId),
      ),
    rememberDecline: (gatewayId, decline) =>
      session.run(
        'remember-decline',
        () => remember(database, gatewayId, decline),
        () => database.clusterOf(gatewayId),
      ),
    release: (of, because) => release(session, of, because),
    lose: (of, error, loss) => session.run('lose', () => lose(database, of, error, loss)),
    settle: (of) => session.run('settle', () => settle(database, of)),
    takeJournalState: (of, journalId, isRunning) =>
      session
        .run('take-journal-state', () => takeJournalState(database, of, journalId, isRunning))
        .then(
          (isTaken) => (isTaken ? 'taken' : 'not-taken'),
          (error: unknown) => {
            if (error instanceof StoreFault && error.constraint === 'run_one_per_user') return 'in-the-way';
            throw error;
          },
        ),
  };
}

function storedAttempt(run: RunRow): StoredAttempt {
  return {
    runId: run.id,
    attempt: run.attempt,
    gatewayId: run.gatewayId,
    state: run.state,
    journalId: run.journalId,
    journalPosition: run.acquiredAt?.attempt === run.attempt ? run.acquiredAt.position : null,
    hasRun: run.startedAtMs !== null,
    holdsMachine: run.holdsMachine,
    cancelBecause: run.cancelBecause,
  };
}

/** The run, where attempt and gateway are the stored ones. */
export function currentAttempt(database: SimulatedDatabase, of: AttemptOf): RunRow | undefined {
  const run = database.runs.get(of.runId);
  return run?.attempt === of.attempt && run.gatewayId === of.gatewayId ? run : undefined;
}

/** False for what an older link told, where it was said over which link it came. */
function isOfNewestLink(database: SimulatedDatabase, of: AttemptOf): boolean {
  return of.linkNumber === undefined || database.gateways.get(of.gatewayId)?.linkNumber === of.linkNumber;
}

/** The same, where the event leads from its state into another one. */
function movable(database: SimulatedDatabase, of: AttemptOf, event: RunEvent, into: RunRow['state']) {
  const run = isOfNewestLink(database, of) ? currentAttempt(database, of) : undefined;
  const next = run && transition(run.state, event);
  return next?.ok === true && next.state === into ? run : undefined;
}

const nameOf = (database: SimulatedDatabase, gatewayId: string): string =>
  `gateway ${database.gateways.get(gatewayId)?.name ?? ''}`;

/** Answers the run as it was before, as a repeated acquire finds it as it is. */
function acquire(
  database: SimulatedDatabase,
  of: AttemptOf,
  { journalId, position }: JournalAt,
): Awaited<ReturnType<GatewayLinkStore['acquire']>> {
  const before = database.runs.get(of.runId);
  if (before === undefined) return { moved: false, stored: null, order: null };
  const run = movable(database, of, 'acquire', 'starting');
  const nowMs = database.nowMs();
  if (run !== undefined) {
    const acquired = { state: 'starting', phase: 'signingIn', acquiredAtMs: nowMs, signingInAtMs: nowMs } as const;
    database.runs.set({ ...run, ...acquired, journalId, acquiredAt: { attempt: run.attempt, position } });
    const actor = nameOf(database, of.gatewayId);
    const detail = `Acquired by ${actor.replace('gateway ', '')}`;
    database.addEvent(run.id, { attempt: run.attempt, event: 'acquire', detail, actor });
  }
  return { moved: run !== undefined, stored: storedAttempt(before), order: orderOf(database, before, of) };
}

function orderOf(database: SimulatedDatabase, run: RunRow, of: AttemptOf): StartOrder {
  const { flow, connection, submitter } = namedBy(database, run);
  return {
    ...policyAndCapacity(database.gateways.get(of.gatewayId)),
    runId: of.runId,
    attempt: of.attempt,
    flowId: flow.id,
    flowName: flow.name,
    flowVersion: run.flowVersion,
    script: flow.versions.find((one) => one.version === run.flowVersion)?.script ?? '',
    mode: run.mode,
    accountName: connection.accountName,
    sealedPassword: connection.sealedPassword,
    sealContext: connection.sealContext,
    connectionId: connection.id,
    clusterId: run.clusterId,
    passwordVersion: connection.passwordVersion,
    inputs: run.inputs,
    executionTimeoutMs: run.executionTimeoutMs,
    notifications: connection.notifications,
    requestedBy: submitter.email,
  };
}

function backToQueue(
  database: SimulatedDatabase,
  of: AttemptOf,
  event: 'decline' | 'withdraw' | 'release',
  detail: string,
): WaitingClassOf | undefined {
  database.bump(database.clusterOf(of.gatewayId));
  const run = movable(database, of, event, 'queued');
  if (run === undefined) return undefined;
  database.runs.set({ ...run, ...inNobodysHand, state: 'queued' });
  database.freeSlotOf(run.id);
  database.addEvent(run.id, { attempt: run.attempt, event, detail, actor: nameOf(database, of.gatewayId) });
  const { machineUser, mode, whenSessionBlocked, canaryOf } = run;
  return { machineUser, mode, whenSessionBlocked, canaryOf };
}

const inNobodysHand = {
  phase: null,
  gatewayId: null,
  journalId: null,
  offeredAtMs: null,
  acquiredAtMs: null,
  signingInAtMs: null,
  downloadingAtMs: null,
} as const;

async function release(session: StoreSession, of: AttemptOf, because: string): Promise<WaitingClassOf | undefined> {
  const { database } = session.server;
  const returned = await session.run(
    'back-to-queue',
    () => backToQueue(database, of, 'release', because),
    () => database.clusterOf(of.gatewayId),
  );
  if (returned !== undefined) return returned;
  await session.run('release-cancelled', () => {
    const run = movable(database, of, 'confirmCancel', 'cancelled');
    if (run === undefined || run.startedAtMs !== null) return;
    database.runs.set({ ...run, state: 'cancelled', phase: null, endedAtMs: database.nowMs() });
    database.freeSlotOf(run.id);
    const detail = 'Cancelled before it started';
    database.addEvent(run.id, { attempt: run.attempt, event: 'confirmCancel', detail, actor: 'Deskhand' });
  });
  return undefined;
}

function remember(
  database: SimulatedDatabase,
  gatewayId: string,
  given: Parameters<GatewayLinkStore['rememberDecline']>[1],
): void {
  const gateway = database.gateways.get(gatewayId);
  if (gateway === undefined) return;
  database.bump(gateway.clusterId);
  const known = database.declines.get(gatewayId) ?? new Map();
  const decline = { ...given, factsVersion: given.factsVersion ?? gateway.facts?.version ?? 0 };
  const next = rememberDecline(known.get(given.classKey) ?? null, decline, database.nowMs());
  const row = { ...next, because: stored(next.because), gatewayId: gateway.id };
  database.declines.set(gatewayId, new Map(known).set(given.classKey, row));
}

function lose(database: SimulatedDatabase, of: AttemptOf, error: RunError, loss: Loss): boolean {
  const run = movable(database, of, 'lose', 'uncertain');
  if (run === undefined || (loss.onlyPastExecution === true && !isPastExecution(database, run))) return false;
  const { holdsMachine } = loss;
  const lost = { state: 'uncertain', phase: null, error: stored(error), endedAtMs: database.nowMs() } as const;
  database.runs.set({ ...run, ...lost, holdsMachine });
  if (!holdsMachine) database.freeSlotOf(run.id);
  database.addEvent(run.id, { attempt: run.attempt, event: 'lose', detail: error.message, actor: 'Deskhand' });
  return true;
}

function settle(database: SimulatedDatabase, of: AttemptOf): void {
  const run = isOfNewestLink(database, of) ? currentAttempt(database, of) : undefined;
  if (run?.holdsMachine !== true) return;
  database.runs.set({ ...run, holdsMachine: false });
  database.freeSlotOf(run.id);
  const detail = 'Its gateway has nothing of it left';
  database.addEvent(run.id, { attempt: run.attempt, event: 'settle', detail, actor: 'Deskhand' });
}

/** Offer, acquire and start in one, as the journal says they happened. */
function takeJournalState(database: SimulatedDatabase, of: AttemptOf, journalId: string, isRunning: boolean): boolean {
  const run = database.runs.get(of.runId);
  if (run === undefined || !isOfNewestLink(database, of)) return false;
  // A higher attempt proves that the stored one was given back without having started.
  const isAhead = run.attempt < of.attempt && !isTerminal(run.state);
  const isStored = run.state === 'starting' && run.attempt === of.attempt && run.gatewayId === of.gatewayId;
  const mayBeTaken = isAhead || (!isStored && mayBeWaiting({ state: run.state, hasRun: run.startedAtMs !== null }));
  if (!mayBeTaken || run.clusterId !== database.clusterOf(of.gatewayId)) return false;
  const nowMs = database.nowMs();
  database.runs.set({
    ...run,
    state: isRunning ? 'running' : 'starting',
    phase: isRunning ? null : 'signingIn',
    attempt: of.attempt,
    gatewayId: of.gatewayId,
    journalId,
    offeredAtMs: run.offeredAtMs ?? nowMs,
    acquiredAtMs: nowMs,
    signingInAtMs: nowMs,
    startedAtMs: isRunning ? nowMs : null,
  });
  database.bump(run.clusterId);
  const detail = 'The journal of its gateway was ahead of the database';
  database.addEvent(run.id, { attempt: of.attempt, event: 'take-journal-state', detail, actor: 'Deskhand' });
  return true;
}
