import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClusterId } from '@deskhand/domain/brand.ts';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import { openTraces } from '@deskhand/protocol/traces/open-traces.ts';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { sourceOf } from './account-commands.ts';
import { createFramesServer } from './adapters/link/frames-server.ts';
import { createLinkServer } from './adapters/link/link-server.ts';
import type { openParent } from './adapters/operating-system/parent.ts';
import { reachableName } from './adapters/operating-system/reachable-name.ts';
import { type Database, openDatabase } from './adapters/postgres/database.ts';
import { openReplicaStore, openTurnStore } from './adapters/postgres/replicas.ts';
import type { ServerConfig } from './config.ts';
import { newEpoch } from './adapters/postgres/installation.ts';
import { openApplication, type Stores } from './open-application.ts';
import type { Prepared } from './prepare-start.ts';
import { StartFault, unlessItFails } from './start-fault.ts';
import { newSetupCode } from './use-cases/accounts/setup.ts';
import { newId, newSecret } from './use-cases/accounts/secrets.ts';
import { ENROLMENT_TOKEN_LIFETIME_MS } from './use-cases/gateways/clusters.ts';
import { createLinkUseCases } from './use-cases/link/create-link-use-cases.ts';
import { startSweeps } from './use-cases/sweeps/start-sweeps.ts';

/** As many may wait to be taken; beyond 511, which is the usual, a fleet that comes back at once would be turned away. */
const CONNECTIONS_WAITING_MAX = 4_096;

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
  // Above all PostgreSQL, which would go on without us.
  return await unlessItFails(() => startOver(database, { config, prepared, parent, log }), database.close);
}

interface StartParts {
  readonly config: ServerConfig;
  readonly prepared: Prepared;
  readonly parent: Parent | undefined;
  readonly log: pino.Logger;
}

async function startOver(database: Database, { config, prepared, parent, log }: StartParts): Promise<RunningServer> {
  const gatewayLinks = createLinkServer({ log, timers: systemTimers });
  const { version } = prepared;
  const traces = await openTraces({ environment: process.env, service: 'deskhand-server', version });
  const { app, stores, changes, runs, screens, ...application } = await openApplication({
    database,
    links: gatewayLinks,
    prepared,
    log,
    trustedProxies: config.trustedProxies,
    traces,
  });
  const replica = randomBytes(6).toString('hex');
  const replicas = openReplicaStore(database);
  const linkParts = {
    store: stores.links,
    recovery: stores.recovery,
    checks: stores.checks,
    preflights: stores.preflights,
    questions: stores.questions,
    queue: stores.queue,
    newQuestionId: newId,
    newEpoch,
    links: gatewayLinks,
    changes,
    wakeups: runs.wakeups,
    replica,
  };
  const closeEarly = async (): Promise<void> => {
    await replicas.close();
    await application.close();
  };
  const sweeps = await unlessItFails(async () => {
    await replicas.join(replica);
    gatewayLinks.attach(app.server as Server, createLinkUseCases(linkParts), createFramesServer(screens));
    return startSweeps({
      ...linkParts,
      replicas,
      turns: openTurnStore(database),
      deadlines: stores.deadlines,
      predictions: stores.predictions,
      retention: stores.retention,
      newRoundId: newId,
      sickMembers: stores.sickMembers,
      newRunId: newId,
      monotonicMs: systemTimers.nowMs,
      timers: systemTimers,
      onFault: (error) => log.error({ err: error }, 'A sweep failed and is tried again'),
    });
  }, closeEarly);
  const closeParts = async (): Promise<void> => {
    // Whoever watches sends nobody here any more; nothing new is taken, and what is under way is answered.
    const answered = application.stopListening();
    await sweeps.stop();
    await gatewayLinks.closeAll();
    await answered;
    await application.close();
    await traces?.close();
    await handOver();
  };
  /** The other servers need not find out that this one is gone. Where the database is away they will. */
  const handOver = async (): Promise<void> => {
    await replicas
      .leave(replica)
      .catch((error: unknown) => log.warn({ err: error }, 'This server could not take leave'));
    await replicas.close();
  };
  await unlessItFails(async () => {
    const address = await listen(app, config, prepared);
    log.info({ address, database: database.description, version: prepared.version }, 'Deskhand listens');
    if (parent) await speakWithParent(parent, { address, prepared, stores });
    else console.log(address);
  }, closeParts);
  const close = async (): Promise<void> => {
    await closeParts();
    await database.close();
  };
  return { close };
}

async function listen(app: FastifyInstance, config: ServerConfig, prepared: Prepared): Promise<string> {
  try {
    await app.listen({ host: config.host, port: config.port, backlog: CONNECTIONS_WAITING_MAX });
  } catch (error) {
    if ((error as { code?: string }).code === 'EADDRINUSE')
      throw new StartFault('port-taken', { port: config.port, suggestion: config.port + 1 });
    throw error;
  }
  const { port } = app.server.address() as AddressInfo;
  return `${prepared.tls ? 'https' : 'http'}://${await reachableName(config.host)}:${port}`;
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
