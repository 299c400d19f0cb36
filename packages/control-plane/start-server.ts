import { randomBytes, randomInt } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClusterId } from '@deskhand/domain/brand.ts';
import type { FastifyInstance } from 'fastify';
import pino, { type Logger } from 'pino';
import { accountPorts, sourceOf } from './account-commands.ts';
import { accountHandlers } from './adapters/http/account-handlers.ts';
import { connectionHandlers } from './adapters/http/connection-handlers.ts';
import { flowHandlers } from './adapters/http/flow-handlers.ts';
import { gatewayHandlers, gatewayToWire } from './adapters/http/gateway-handlers.ts';
import type { Handlers } from './adapters/http/handlers.ts';
import { createLiveEvents, type LiveEvents } from './adapters/http/live-events.ts';
import { startLiveFeed } from './adapters/http/live-feed.ts';
import { runHandlers } from './adapters/http/run-handlers.ts';
import { createHttpServer } from './adapters/http/server.ts';
import { systemHandlers } from './adapters/http/system-handlers.ts';
import { createLinkServer } from './adapters/link/link-server.ts';
import type { openParent } from './adapters/operating-system/parent.ts';
import { openAuditReader } from './adapters/postgres/audit.ts';
import { openChangeFeed } from './adapters/postgres/change-feed.ts';
import { openClusterStore } from './adapters/postgres/clusters.ts';
import { openConnectionStore } from './adapters/postgres/connections.ts';
import { type Database, openDatabase } from './adapters/postgres/database.ts';
import { isUnreachable } from './adapters/postgres/fault.ts';
import { openFlowStore } from './adapters/postgres/flows.ts';
import { openGatewayLinkStore } from './adapters/postgres/gateway-links.ts';
import { ensureInstallation, openInstallationStore } from './adapters/postgres/installation.ts';
import { openOverviewStore } from './adapters/postgres/overview.ts';
import { openRunQueueStore } from './adapters/postgres/run-queue.ts';
import { openRunStore } from './adapters/postgres/runs.ts';
import { openDeadlineStore, openRetentionStore } from './adapters/postgres/sweeps.ts';
import type { ServerConfig } from './config.ts';
import type { Prepared } from './prepare-start.ts';
import { StartFault } from './start-fault.ts';
import { newSetupCode } from './use-cases/accounts/setup.ts';
import { newId, newSecret } from './use-cases/accounts/secrets.ts';
import { authenticate } from './use-cases/accounts/sign-in.ts';
import { judgeSubmission } from './use-cases/connections/account-rule.ts';
import { runHelloDesktop } from './use-cases/flows/hello-desktop.ts';
import { ENROLMENT_TOKEN_LIFETIME_MS } from './use-cases/gateways/clusters.ts';
import type { Caller } from './ports/outcome.ts';
import { createLinkUseCases } from './use-cases/link/create-link-use-cases.ts';
import { createRunUseCases } from './use-cases/runs/create-run-use-cases.ts';
import { startSweeps } from './use-cases/sweeps/start-sweeps.ts';
import { statusRows } from './use-cases/system/status-page.ts';

export interface RunningServer {
  close(): Promise<void>;
}
type Parent = ReturnType<typeof openParent>;

/** The parts list of the control plane: stores, use cases, the edges, and what runs by the clock. */
export async function startServer(
  config: ServerConfig,
  prepared: Prepared,
  parent: Parent | undefined,
): Promise<RunningServer> {
  const log = pino({ level: 'info' }, pino.destination({ dest: 2, sync: true }));
  const database = await openDatabase(sourceOf(config));
  await ensureInstallation(database.pool);
  const stores = openStores(database);
  const changes = await openChangeFeed(database);
  const events = createLiveEvents(randomBytes(6).toString('hex'));
  const gatewayLinks = createLinkServer({ log });
  const runs = createRunUseCases({
    runs: stores.runs,
    queue: stores.queue,
    links: gatewayLinks,
    changes,
    accountRule: (caller, { connection, cluster }) =>
      judgeSubmission(caller, connection, { ...cluster, ownerName: cluster.ownerName ?? 'nobody' }),
    newId,
    random: () => randomInt(2 ** 32) / 2 ** 32,
    onPlanningFault: (clusterId, error) => log.error({ err: error, clusterId }, 'A run queue could not be planned'),
  });
  const linkParts = { store: stores.links, links: gatewayLinks, changes, wakeups: runs.wakeups };
  const app = await openHttp({
    config,
    prepared,
    database,
    stores,
    events,
    runs,
    log,
    changes,
    unlink: gatewayLinks.close,
  });
  gatewayLinks.attach(
    app.server as Server,
    createLinkUseCases({ ...linkParts, replica: randomBytes(6).toString('hex') }),
  );
  const sweeps = startSweeps({
    ...linkParts,
    deadlines: stores.deadlines,
    queue: stores.queue,
    retention: stores.retention,
    monotonicMs: () => performance.now(),
    onFault: (error) => log.error({ err: error }, 'A sweep failed and is tried again'),
  });
  const stopFeed = startLiveFeed({
    changes,
    events,
    readRuns: runs.readRuns,
    readGateway: async (id) => {
      const gateway = await stores.clusters.gatewayById(id);
      return gateway && gatewayToWire(gateway);
    },
    onFault: (error) => log.error({ err: error }, 'Live events could not be read'),
  });
  const close = async (): Promise<void> => {
    stopFeed();
    await sweeps.stop();
    events.close();
    await gatewayLinks.closeAll();
    await app.close();
    await runs.wakeups.close();
    await changes.close();
    await database.close();
  };
  try {
    const address = await listen(app, config, prepared);
    log.info({ address, database: database.description, version: prepared.version }, 'Deskhand listens');
    if (parent) await speakWithParent(parent, { address, prepared, stores });
    else console.log(address);
  } catch (error) {
    // Above all PostgreSQL, which would go on without us.
    await close();
    throw error;
  }
  return { close };
}

function openStores(database: Database) {
  const { pool } = database;
  return {
    ...accountPorts(database),
    installation: openInstallationStore(pool),
    audit: openAuditReader(pool),
    overview: openOverviewStore(pool),
    clusters: openClusterStore(pool),
    connections: openConnectionStore(pool),
    flows: openFlowStore(pool),
    runs: openRunStore(pool),
    queue: openRunQueueStore(pool),
    links: openGatewayLinkStore(pool),
    deadlines: openDeadlineStore(pool),
    retention: openRetentionStore(pool),
  };
}
type Stores = ReturnType<typeof openStores>;

interface HttpParts {
  readonly config: ServerConfig;
  readonly prepared: Prepared;
  readonly database: Database;
  readonly stores: Stores;
  readonly events: LiveEvents;
  readonly runs: ReturnType<typeof createRunUseCases>;
  readonly changes: Awaited<ReturnType<typeof openChangeFeed>>;
  readonly unlink: (gatewayId: string) => void;
  readonly log: Logger;
}

async function openHttp({
  prepared,
  database,
  stores,
  events,
  runs,
  changes,
  unlink,
  log,
}: HttpParts): Promise<FastifyInstance> {
  const clusterPorts = { clusters: stores.clusters, wake: (id: string) => runs.wakeups.wake(id), unlink };
  const examplePorts = { ...stores, exampleScript: prepared.helloDesktop, submit: runs.submit };
  const handlers: Handlers = {
    ...accountHandlers(stores),
    ...gatewayHandlers(clusterPorts),
    ...connectionHandlers(stores),
    ...flowHandlers({ ...stores, runHello: (caller) => runHelloDesktop(examplePorts, caller) }),
    ...runHandlers(runs),
    ...systemHandlers({
      installation: stores.installation,
      audit: stores.audit,
      overview: stores.overview,
      events,
      runsOf: async (caller, filter) => {
        const answer = await runs.list(caller, filter);
        return answer.ok ? answer.value.items : [];
      },
      runsBy: async (account, limit) =>
        runs.toWire(await stores.runs.list({ visibleTo: account, before: null, limit })),
      isStillSignedIn: async (credential) => (await authenticate(stores, credential)) !== undefined,
      about: {
        version: prepared.version,
        postgres: database.description,
        startedAt: new Date(),
        status: statusRows(prepared.statusPage),
      },
      settingsChanged: () => changes.publish({ kind: 'changed', what: 'settings', id: 'settings' }),
    }),
  };
  return await createHttpServer({
    handlers,
    authenticate: async (credential, origin) => callerOf(await authenticate(stores, credential), origin),
    readiness: () => readinessOf(database),
    isStoreAway: isUnreachable,
    portal: prepared.portal,
    version: prepared.version,
    logger: log,
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

async function listen(app: FastifyInstance, config: ServerConfig, prepared: Prepared): Promise<string> {
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    if ((error as { code?: string }).code === 'EADDRINUSE')
      throw new StartFault('port-taken', { port: config.port, suggestion: config.port + 1 });
    throw error;
  }
  const { port } = app.server.address() as AddressInfo;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return `${prepared.tls ? 'https' : 'http'}://${host}:${port}`;
}

/** What `deskhand up` needs to know and may ask: the address, the one-time code, and tokens for its own gateways. */
async function speakWithParent(
  parent: Parent,
  { address, prepared, stores }: { address: string; prepared: Prepared; stores: Stores },
): Promise<void> {
  parent.onQuestion(async ({ clusterName }) => {
    const { secret, hash } = newSecret('dhe');
    const clusterId = await clusterNamed(stores, clusterName);
    const audit = {
      actor: 'deskhand up',
      verb: 'create',
      object: `enrolment-token of ${clusterName}`,
      detail: {},
      origin: 'machine',
    };
    await stores.clusters.addEnrolmentToken(
      { tokenHash: hash, clusterId, createdBy: null, lifetimeMs: ENROLMENT_TOKEN_LIFETIME_MS },
      audit,
    );
    return { event: 'enrolment-token', token: secret, clusterName };
  });
  const setupCode = (await newSetupCode(stores)) ?? null;
  parent.tell({ event: 'listening', address, fingerprint: prepared.tls?.fingerprint ?? null, setupCode });
}

async function clusterNamed(stores: Stores, name: string): Promise<ClusterId> {
  const known = (await stores.clusters.list()).find((cluster) => cluster.name === name);
  if (known) return known.id;
  // Before there is an admin the cluster belongs to nobody; the first admin becomes its owner.
  const owner = (await stores.accounts.list()).find(({ roles, disabled }) => roles.includes('admin') && !disabled);
  const id = newId() as ClusterId;
  await stores.clusters.add(
    { id, name, ownerId: owner?.id ?? null },
    { actor: 'deskhand up', verb: 'create', object: `gateway-cluster ${name}`, detail: {}, origin: 'machine' },
  );
  return id;
}
