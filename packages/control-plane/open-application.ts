import { randomBytes, randomInt } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { ServerMessage } from '@deskhand/protocol/link/messages.ts';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import type { Traces } from '@deskhand/protocol/traces/open-traces.ts';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { accountPorts } from './account-commands.ts';
import { accountHandlers } from './adapters/http/account-handlers.ts';
import { capacityHandlers } from './adapters/http/capacity-handlers.ts';
import { connectionHandlers } from './adapters/http/connection-handlers.ts';
import { doctorHandlers } from './adapters/http/doctor-handlers.ts';
import { flowHandlers } from './adapters/http/flow-handlers.ts';
import { gatewayHandlers, gatewayToWire } from './adapters/http/gateway-handlers.ts';
import type { Handlers } from './adapters/http/handlers.ts';
import { joiningHandlers } from './adapters/http/joining-handlers.ts';
import { createLiveEvents, type LiveEvents } from './adapters/http/live-events.ts';
import { startLiveFeed } from './adapters/http/live-feed.ts';
import { liveViewHandlers } from './adapters/http/live-view-handlers.ts';
import { preflightHandlers } from './adapters/http/preflight-handlers.ts';
import { sickMemberHandlers } from './adapters/http/sick-member-handlers.ts';
import { recoveryHandlers } from './adapters/http/recovery-handlers.ts';
import { runHandlers } from './adapters/http/run-handlers.ts';
import { createHttpServer } from './adapters/http/server.ts';
import { systemHandlers } from './adapters/http/system-handlers.ts';
import { type Metrics, openMetrics } from './adapters/metrics/metrics.ts';
import { openAuditReader } from './adapters/postgres/audit.ts';
import { openChangeFeed } from './adapters/postgres/change-feed.ts';
import { openClusterStore } from './adapters/postgres/clusters.ts';
import { openConnectionStore } from './adapters/postgres/connections.ts';
import { openDecisionStore } from './adapters/postgres/decisions.ts';
import type { Database } from './adapters/postgres/database.ts';
import { isUnreachable } from './adapters/postgres/fault.ts';
import { openFlowStore } from './adapters/postgres/flows.ts';
import { openGatewayLinkStore } from './adapters/postgres/gateway-links.ts';
import { ensureInstallation, openInstallationStore } from './adapters/postgres/installation.ts';
import { openJoinStore } from './adapters/postgres/joining.ts';
import { openLiveViewStore } from './adapters/postgres/live-view.ts';
import { openMachineCheckStore } from './adapters/postgres/machine-checks.ts';
import { openOverviewStore } from './adapters/postgres/overview.ts';
import { readQueueFigures } from './adapters/postgres/queue-figures.ts';
import { openPreflightStore } from './adapters/postgres/preflights.ts';
import { openSickMemberStore } from './adapters/postgres/sick-members.ts';
import { openRecoveryStore } from './adapters/postgres/recovery.ts';
import { openRunHistoryStore } from './adapters/postgres/run-history.ts';
import { openRunQueueStore } from './adapters/postgres/run-queue.ts';
import { openRunStore } from './adapters/postgres/runs.ts';
import { openPredictionStore } from './adapters/postgres/predictions.ts';
import { openSessionQuestionStore } from './adapters/postgres/session-questions.ts';
import { openDeadlineStore, openRetentionStore } from './adapters/postgres/sweeps.ts';
import type { EndableLinks } from './ports/gateway-links.ts';
import type { Caller } from './ports/outcome.ts';
import { loggedStores } from './logged-stores.ts';
import { measuredStores } from './measured-stores.ts';
import type { Prepared } from './prepare-start.ts';
import { unlessItFails } from './start-fault.ts';
import { tracedStores } from './traced-stores.ts';
import { newId } from './use-cases/accounts/secrets.ts';
import { authenticate } from './use-cases/accounts/sign-in.ts';
import { createComputing } from './use-cases/capacity/computing.ts';
import { judgeSubmission } from './use-cases/connections/account-rule.ts';
import { runHelloDesktop } from './use-cases/flows/hello-desktop.ts';
import { closeLinks, tellGateway } from './use-cases/link/reach-gateway.ts';
import { createScreens, type Screens } from './use-cases/live-view/screens.ts';
import { createRunUseCases } from './use-cases/runs/create-run-use-cases.ts';
import { changeSettings } from './use-cases/system/change-settings.ts';
import { statusRows } from './use-cases/system/status-page.ts';

export interface ApplicationParts {
  readonly database: Database;
  /** How the application reaches gateways: the real links, or whoever stands in for them in a test. */
  readonly links: EndableLinks;
  readonly prepared: Prepared;
  readonly log: Logger;
  readonly trustedProxies?: readonly string[];
  readonly traces?: Traces | undefined;
}

export type Application = Awaited<ReturnType<typeof openApplication>>;

/** The stores, the use cases and the HTTP server over them; it does not listen yet, and nothing runs by the clock. */
export async function openApplication(parts: ApplicationParts) {
  const { database, links, prepared, log, trustedProxies = [], traces } = parts;
  await ensureInstallation(database.pool);
  const metrics = openMetrics({ readQueues: () => readQueueFigures(database.pool) });
  const stores = tracedStores(loggedStores(measuredStores(openStores(database), metrics), log), traces);
  const changes = await openChangeFeed(database);
  const events = createLiveEvents(randomBytes(6).toString('hex'));
  const runs = createRunUseCases({
    runs: stores.runs,
    queue: stores.queue,
    predictions: stores.predictions,
    decisions: stores.decisions,
    questions: stores.questions,
    links,
    changes,
    accountRule: (caller, { connection, cluster }) =>
      judgeSubmission(caller, connection, { ...cluster, ownerName: cluster.ownerName ?? 'nobody' }),
    newId,
    random: () => randomInt(2 ** 32) / 2 ** 32,
    timers: systemTimers,
    onPlanned: metrics.planned,
    onPlanningFault: (clusterId, error) => log.error({ err: error, clusterId }, 'A run queue could not be planned'),
    onRecordFault: (error) => log.warn({ err: error }, 'What was decided could not be kept'),
    version: prepared.version,
  });
  const standing = { isStopping: false };
  const unlink = (gatewayId: string): void => closeLinks({ links, changes }, gatewayId);
  const tell: HttpParts['tell'] = (gatewayId, message) => tellGateway({ links, changes }, gatewayId, message);
  const newSecret = (): string => randomBytes(24).toString('base64url');
  const screens = createScreens({ timers: systemTimers, now: () => new Date(), newSecret, tell });
  const http = {
    prepared,
    database,
    stores,
    events,
    screens,
    runs,
    log,
    changes,
    unlink,
    tell,
    links,
    standing,
    trustedProxies,
    metrics,
  };
  const app = await unlessItFails(() => openHttp(http), changes.close);
  const stopFeed = startLiveFeed({
    timers: systemTimers,
    changes,
    events,
    readRuns: runs.readRuns,
    readGateway: async (id) => {
      const gateway = await stores.clusters.gatewayById(id);
      return gateway && gatewayToWire(gateway, prepared.version);
    },
    onFault: (error) => log.error({ err: error }, 'Live events could not be read'),
    onTold: metrics.told,
  });
  const stopListening = async (): Promise<void> => {
    standing.isStopping = true;
    // Whoever reads a stream reads on at another server.
    events.close();
    screens.close();
    await app.close();
  };
  const close = async (): Promise<void> => {
    stopFeed();
    await stopListening();
    await runs.wakeups.close();
    await changes.close();
  };
  return { app, stores, changes, events, screens, runs, stopListening, close };
}

function openStores(database: Database) {
  const { pool } = database;
  return {
    ...accountPorts(database),
    installation: openInstallationStore(pool),
    audit: openAuditReader(pool),
    overview: openOverviewStore(pool),
    clusters: openClusterStore(pool),
    joins: openJoinStore(pool),
    connections: openConnectionStore(pool),
    flows: openFlowStore(pool),
    runs: openRunStore(pool),
    queue: openRunQueueStore(pool),
    predictions: openPredictionStore(pool),
    decisions: openDecisionStore(pool),
    history: openRunHistoryStore(pool),
    links: openGatewayLinkStore(pool),
    checks: openMachineCheckStore(pool),
    liveView: openLiveViewStore(pool),
    preflights: openPreflightStore(pool),
    sickMembers: openSickMemberStore(pool),
    questions: openSessionQuestionStore(pool),
    recovery: openRecoveryStore(pool),
    deadlines: openDeadlineStore(pool),
    retention: openRetentionStore(pool),
  };
}
export type Stores = ReturnType<typeof openStores>;

interface HttpParts {
  readonly prepared: Prepared;
  readonly database: Database;
  readonly stores: Stores;
  readonly events: LiveEvents;
  readonly screens: Screens;
  readonly runs: ReturnType<typeof createRunUseCases>;
  readonly changes: Awaited<ReturnType<typeof openChangeFeed>>;
  readonly unlink: (gatewayId: string) => void;
  readonly tell: (gatewayId: string, message: ServerMessage) => void;
  readonly links: EndableLinks;
  readonly standing: { readonly isStopping: boolean };
  readonly metrics: Metrics;
  readonly trustedProxies: readonly string[];
  readonly log: Logger;
}

async function openHttp({
  prepared,
  database,
  stores,
  events,
  screens,
  runs,
  changes,
  unlink,
  tell,
  links,
  standing,
  trustedProxies,
  log,
  metrics,
}: HttpParts): Promise<FastifyInstance> {
  const clusterPorts = {
    accounts: stores.accounts,
    clusters: stores.clusters,
    wake: (id: string) => runs.wakeups.wake(id),
    changes,
    unlink,
  };
  const examplePorts = { ...stores, changes, exampleScript: prepared.helloDesktop, submit: runs.submit };
  const viewerOf = (credential: { cookie?: string; bearer?: string }) => authenticate(stores, credential);
  const onFault = (error: unknown): void => log.error({ err: error }, 'The end of a live view could not be noted');
  const handlers: Handlers = {
    ...accountHandlers({ ...stores, changes }),
    ...gatewayHandlers(clusterPorts, {
      fingerprintToPin: prepared.tls?.isSelfSigned ? prepared.tls.fingerprint : null,
      version: prepared.version,
    }),
    ...doctorHandlers({ clusters: stores.clusters, checks: stores.checks, tell }, runs),
    ...sickMemberHandlers({ ...stores, changes, wake: (id) => runs.wakeups.wake(id) }, prepared),
    ...joiningHandlers(stores),
    ...connectionHandlers({ ...stores, changes }),
    ...preflightHandlers({ ...stores, links, changes, newRoundId: newId }),
    ...flowHandlers({ ...stores, changes, runHello: (caller) => runHelloDesktop(examplePorts, caller) }),
    ...runHandlers(runs),
    ...capacityHandlers({
      queue: stores.queue,
      history: stores.history,
      computing: createComputing({ timers: systemTimers, turn: () => setImmediate() }),
      findRun: runs.find,
      found: new Map(),
    }),
    ...liveViewHandlers({ ...stores, screens, timers: systemTimers, viewerOf, onFault }),
    ...recoveryHandlers({ recovery: stores.recovery, changes, wake: (id) => runs.wakeups.wake(id) }),
    ...systemHandlers({
      installation: stores.installation,
      audit: stores.audit,
      overview: stores.overview,
      events,
      runsOf: async (caller, filter) => {
        const answer = await runs.list(caller, filter);
        return answer.ok ? answer.value.items : [];
      },
      waitingLongest: (caller, limit) => runs.waitingLongest(caller, limit),
      runsBy: async (account, limit) =>
        runs.toWire(await stores.runs.list({ visibleTo: account, before: null, limit })),
      viewerOf,
      about: {
        version: prepared.version,
        postgres: database.description,
        startedAt: new Date(),
        status: statusRows(prepared.statusPage),
      },
      changeSettings: (caller, change) =>
        changeSettings({ ...stores, changes, wake: (id) => runs.wakeups.wake(id) }, caller, change),
    }),
  };
  return await createHttpServer({
    handlers,
    authenticate: async (credential, origin) => callerOf(await authenticate(stores, credential), origin),
    readiness: async () => (standing.isStopping ? 'the server is stopping.' : await readinessOf(database)),
    isStoreAway: isUnreachable,
    portal: prepared.portal,
    version: prepared.version,
    logger: log,
    metrics,
    trustedProxies,
    ...(prepared.tls ? { tls: prepared.tls } : {}),
  });
}

function callerOf(account: Awaited<ReturnType<typeof authenticate>>, origin: string): Caller | undefined {
  if (!account) return undefined;
  const { id, name, email, roles, osAccounts } = account;
  return { id, name, email, roles, osAccounts, origin };
}

async function readinessOf(database: Database): Promise<string | undefined> {
  try {
    await database.pool.query('select 1');
    return undefined;
  } catch {
    return 'the database does not answer.';
  }
}
