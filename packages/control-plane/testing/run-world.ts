import { randomBytes } from 'node:crypto';
import type { AccountId } from '@deskhand/domain/brand.ts';
import type { MachineFacts } from '@deskhand/domain/session/machine.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import type { AttemptReport, GatewayMessage, ServerMessage } from '@deskhand/protocol/link/messages.ts';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import { openGatewayLinkStore } from '../adapters/postgres/gateway-links.ts';
import { openMachineCheckStore } from '../adapters/postgres/machine-checks.ts';
import { openPreflightStore } from '../adapters/postgres/preflights.ts';
import { openDecisionStore } from '../adapters/postgres/decisions.ts';
import { openSickMemberStore } from '../adapters/postgres/sick-members.ts';
import { openSessionQuestionStore } from '../adapters/postgres/session-questions.ts';
import { openRecoveryStore } from '../adapters/postgres/recovery.ts';
import { openRunQueueStore } from '../adapters/postgres/run-queue.ts';
import { openRunStore } from '../adapters/postgres/runs.ts';
import { openPredictionStore } from '../adapters/postgres/predictions.ts';
import { openDeadlineStore, openRetentionStore } from '../adapters/postgres/sweeps.ts';
import { type TestDatabase, withTestDatabase } from './test-database.ts';
import type { Change, ChangeFeed, Nudge } from '../ports/changes.ts';
import { createLinkUseCases, type LinkUseCases } from '../use-cases/link/create-link-use-cases.ts';
import type { WorkMessage } from '../use-cases/link/handle-message.ts';
import type { OpenLink } from '../use-cases/link/link-ports.ts';
import { type Caller, done, type Outcome } from '../ports/outcome.ts';
import { createRunUseCases, type RunUseCases, type RunUseCasesPorts } from '../use-cases/runs/create-run-use-cases.ts';
import type { Submission } from '../use-cases/runs/judge-submission.ts';
import { createDeadlineSweep } from '../use-cases/sweeps/sweep-deadlines.ts';

export const CLUSTER = 'cluster';
export const FLOW = 'flow';
export const alice: Caller = {
  id: 'alice' as AccountId,
  name: 'Alice',
  email: 'alice@corp.example',
  roles: ['maker'],
  osAccounts: ['user1'],
  origin: 'test',
};

/** Facts as a gateway sends them. */
type WireFacts = Extract<GatewayMessage, { type: 'facts' }>['facts'];

export const linuxFacts = (change: Partial<WireFacts> = {}): WireFacts => ({
  version: 1,
  operatingSystem: 'Debian 12',
  reportedPolicy: 'linux',
  sessions: [],
  sessionLimit: 2,
  remoteDesktopServices: false,
  canUnattended: true,
  canAttended: true,
  missing: [],
  ownUser: null,
  ...change,
});

export interface WorldOptions {
  readonly gateways?: readonly string[];
  /** One connection for each, called `to-<user>`. */
  readonly users?: readonly string[];
  readonly runOnAllGateways?: boolean;
  /** Default: a copy of the template. */
  readonly database?: TestDatabase;
  readonly ports?: Partial<RunUseCasesPorts>;
  /** Ends the link of a gateway. */
  readonly unlink?: (gatewayId: string, olderThan?: number) => void;
}

/** The real store and use cases; gateways are whoever the test lets speak. */
export interface RunWorld {
  readonly database: TestDatabase;
  readonly runs: RunUseCases;
  readonly link: LinkUseCases;
  readonly stores: ReturnType<typeof openStores>;
  readonly sent: { readonly gatewayId: string; readonly message: ServerMessage }[];
  readonly changes: Change[];
  readonly sweep: ReturnType<typeof createDeadlineSweep>;
  /** Links a gateway as a real one would: connect, confirm, reconcile. */
  linkUp(
    gatewayId: string,
    options?: {
      facts?: MachineFacts;
      journalId?: string;
      journalPosition?: number;
      asked?: readonly { readonly runId: string; readonly attempt: number }[];
      journalWasWanted?: boolean;
      /** Default: the oldest. */
      linkVersion?: number;
      attempts?: readonly AttemptReport[];
    },
  ): Promise<OpenLink & { decisions: readonly { runId: string; attempt: number; decision: string }[] }>;
  say(link: OpenLink, ...messages: readonly WorkMessage[]): Promise<readonly ServerMessage[]>;
  submit(change?: Partial<Submission> & { user?: string; key?: string }): Promise<Run>;
  /** Waits until nothing is being planned. */
  settled(): Promise<void>;
  offers(): readonly { readonly gatewayId: string; readonly runId: string; readonly attempt: number }[];
  /** Offered, acquired and begun on the link's gateway. */
  start(link: OpenLink, run: { readonly id: string }, until?: 'acquired' | 'running'): Promise<number>;
  state(id: string): Promise<string>;
  close(): Promise<void>;
}

export async function createRunWorld(options: WorldOptions = {}): Promise<RunWorld> {
  const database = options.database ?? (await withTestDatabase());
  await seed(database, options);
  const stores = openStores(database);
  const sent: RunWorld['sent'] = [];
  const links = {
    send: (gatewayId: string, message: ServerMessage) => {
      sent.push({ gatewayId, message });
      return true;
    },
    close: options.unlink ?? (() => undefined),
  };
  const changes: Change[] = [];
  const feed = recordedChanges(changes);
  const faults: unknown[] = [];
  const runs = createRunUseCases({
    ...stores,
    links,
    changes: feed,
    accountRule: () => done({ exception: null }),
    newId: () => randomBytes(9).toString('hex'),
    random: () => 0,
    timers: systemTimers,
    onPlanningFault: (_, error) => faults.push(error),
    onRecordFault: (error) => faults.push(error),
    version: '1.0.0',
    ...options.ports,
  });
  const { wakeups } = runs;
  const { store, recovery, checks, preflights, questions, queue } = stores;
  const newEpoch = (): string => randomBytes(9).toString('hex');
  const linkStores = { store, recovery, checks, preflights, questions, queue };
  const newQuestionId = newEpoch;
  const link = createLinkUseCases({
    ...linkStores,
    newEpoch,
    newQuestionId,
    links,
    changes: feed,
    wakeups,
    replica: 'one',
  });
  const sweepPorts = { ...stores, links, changes: feed, wakeups, monotonicMs: () => performance.now() };
  const world: RunWorld = {
    database,
    runs,
    link,
    stores,
    sent,
    changes,
    sweep: createDeadlineSweep(sweepPorts),
    linkUp: (gatewayId, given = {}) => linkUp(world, gatewayId, given),
    say: (on, ...messages) => link.handle(on, messages),
    submit: async ({ user = 'user1', key, ...change } = {}) =>
      value(await runs.submitAs(alice, { ...submission, connectionId: `to-${user}`, ...change }, key)),
    settled: async () => {
      await wakeups.idle();
      if (faults.length > 0) throw faults[0];
    },
    offers: () =>
      sent.flatMap(({ gatewayId, message }) =>
        message.type === 'offer' ? [{ gatewayId, runId: message.runId, attempt: message.attempt }] : [],
      ),
    start: (on, run, until = 'running') => start(world, on, run.id, until),
    state: async (id) => (await stores.runs.byId(id))?.state ?? 'none',
    close: async () => {
      await wakeups.close();
      await database.close();
    },
  };
  return world;
}

const submission: Omit<Submission, 'connectionId'> = {
  flowId: FLOW,
  flowVersion: null,
  mode: 'unattended',
  priority: 'normal',
  inputs: {},
  startDeadlineMs: null,
  executionTimeoutMs: null,
  resubmitOf: null,
};

export function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`Refused: ${outcome.code} ${JSON.stringify(outcome.values)}`);
  return outcome.value;
}

function openStores({ pool }: TestDatabase) {
  return {
    runs: openRunStore(pool),
    queue: openRunQueueStore(pool),
    predictions: openPredictionStore(pool),
    decisions: openDecisionStore(pool),
    store: openGatewayLinkStore(pool),
    recovery: openRecoveryStore(pool),
    checks: openMachineCheckStore(pool),
    preflights: openPreflightStore(pool),
    sickMembers: openSickMemberStore(pool),
    questions: openSessionQuestionStore(pool),
    deadlines: openDeadlineStore(pool),
    retention: openRetentionStore(pool),
  };
}

function recordedChanges(changes: Change[]): ChangeFeed {
  const nudged = new Set<(nudge: Nudge) => void>();
  return {
    publish: (change) => void changes.push(change),
    subscribe: () => () => undefined,
    nudge: () => undefined,
    onNudge: (listener) => {
      nudged.add(listener);
      return () => nudged.delete(listener);
    },
  };
}

async function seed(
  { pool }: TestDatabase,
  { gateways = ['g1'], users = ['user1', 'user2', 'user3'], runOnAllGateways = false }: WorldOptions,
): Promise<void> {
  await pool.query(`insert into installation (epoch) values ('epoch')`);
  await pool.query(
    `insert into account (id, name, email, roles) values ('alice', 'Alice', 'alice@corp.example', '{maker}')`,
  );
  await pool.query(
    `insert into gateway_cluster (id, name, owner_id, run_on_all_gateways) values ($1, 'Cluster', 'alice', $2)`,
    [CLUSTER, runOnAllGateways],
  );
  for (const [index, id] of gateways.entries()) {
    await pool.query(
      `insert into gateway (id, cluster_id, name, owner_id, public_key, session_host, version, member_order) values ($1, $2, $1, 'alice', $3, 'linux', '1', $4)`,
      [id, CLUSTER, `key-${id}`, index],
    );
  }
  for (const user of users) {
    await pool.query(
      `insert into connection (id, name, cluster_id, owner_id, account_name, machine_user, sealed_password, password_version, when_session_blocked)
        values ($1, $1, $2, 'alice', $3, $3, 'sealed', 1, case when $3 like 'waiting%' then 'wait' else 'fail' end)`,
      [`to-${user}`, CLUSTER, user],
    );
  }
  await pool.query(`insert into desktop_flow (id, name, owner_id) values ($1, 'Flow', 'alice')`, [FLOW]);
  await pool.query(
    `insert into desktop_flow_version (flow_id, version, script, inputs, outputs, problems, saved_by) values ($1, 1, 'WAIT 1', '[]', '[]', 0, 'alice')`,
    [FLOW],
  );
}

async function linkUp(
  world: RunWorld,
  gatewayId: string,
  {
    facts = linuxFacts(),
    journalId = `journal-${gatewayId}`,
    journalPosition,
    asked,
    journalWasWanted = false,
    linkVersion = 1,
    attempts = [],
  }: Parameters<RunWorld['linkUp']>[1] & object,
): ReturnType<RunWorld['linkUp']> {
  const identity = value(await world.link.identify(gatewayId));
  const { linkNumber } = value(
    await world.link.connect(identity, identity.numbers.pending ?? identity.numbers.confirmed),
  );
  await world.link.confirm(gatewayId, linkNumber);
  const link = { gatewayId, clusterId: identity.clusterId, linkNumber, journalId };
  const journal = { ...(journalPosition === undefined ? {} : { journalPosition }), ...(asked && { asked }) };
  const about = { attempts, facts, version: '1', encryptedClusterKey: null, journalWasWanted, linkVersion };
  const decisions = await world.link.reconcile(link, { ...about, ...journal });
  if (decisions === undefined) throw new Error(`The link of ${gatewayId} was not opened.`);
  return { ...link, decisions };
}

async function start(world: RunWorld, link: OpenLink, runId: string, until: 'acquired' | 'running'): Promise<number> {
  await world.settled();
  const offer = world.offers().findLast((one) => one.runId === runId && one.gatewayId === link.gatewayId);
  if (offer === undefined) throw new Error(`The run ${runId} was not offered to ${link.gatewayId}.`);
  const { attempt } = offer;
  const answers = await world.say(link, {
    type: 'acquire',
    runId,
    attempt,
    journalId: link.journalId,
    factsVersion: 1,
  });
  if (answers[0]?.type !== 'acquired') throw new Error(`The acquire was answered with ${JSON.stringify(answers)}.`);
  if (until === 'running')
    await world.say(link, { type: 'phase', runId, attempt, phase: 'running', sinceAcquireMs: 1 });
  return attempt;
}

export const succeeded = (runId: string, attempt: number): Extract<GatewayMessage, { type: 'result' }> => ({
  type: 'result',
  runId,
  attempt,
  result: {
    state: 'succeeded',
    outputs: { Total: 3 },
    error: null,
    lastLogSeq: 0,
    logLinesLost: 0,
    phasesMs: { running: 1 },
  },
});

export const logLine = (
  seq: number,
  message = `line ${String(seq)}`,
): Extract<GatewayMessage, { type: 'log' }>['lines'][number] => ({
  seq,
  at: '2026-01-01T00:00:00.000Z',
  level: 'info',
  subflow: 'Main',
  line: seq,
  actionIndex: seq,
  action: 'Variables.SetVariable',
  durationMs: 1,
  status: 'succeeded',
  message,
});
