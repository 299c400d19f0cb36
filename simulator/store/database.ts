import type { RecoveryCause } from '@deskhand/control-plane/ports/recovery.ts';
import type { AuditFact } from '@deskhand/control-plane/ports/outcome.ts';
import type {
  AccountRow,
  AddOnSlotRow,
  ApiTokenRow,
  AuditRow,
  ChallengeRow,
  ClusterRow,
  ConnectionRow,
  DecisionRow,
  DeclineRow,
  EnrolmentTokenRow,
  FlowDurationRow,
  FlowRow,
  GatewayEventRow,
  GatewayRow,
  IdempotencyRow,
  InstallationRow,
  JoinRequestRow,
  JournalOnlyRow,
  MachineCheckRow,
  PreflightResultRow,
  PreflightRoundRow,
  PredictionRow,
  RunEventRow,
  RunParts,
  SessionQuestionRow,
  SignInRow,
} from './rows.ts';
import { type RunChange, RunTable } from './run-table.ts';
import { Table } from './table.ts';

/** Numbers that only rise, whatever is rolled back. */
export interface Sequences {
  requestNumber: number;
  event: number;
  audit: number;
  gatewayEvent: number;
  commit: number;
  decision: number;
}

/** A server that lives, or one whose death nobody has noticed yet. */
export interface ReplicaRow {
  readonly replica: string;
  readonly seenAtMs: number;
  /** Whether the connection that stands for its life is there. */
  readonly isConnected: () => boolean;
}

const newInstallation: Omit<InstallationRow, 'epoch'> = {
  formerEpochs: [],
  recovery: null,
  setupCodeHash: null,
  setupCodeExpiresAtMs: 0,
  settings: {},
};
const noParts: RunParts = { events: [], log: new Map(), screenshots: [] };

/** The state of one database, whole: what `restore` puts back. */
export interface DatabaseSnapshot {
  readonly tables: ReadonlyMap<string, ReadonlyMap<string | number, unknown>>;
  readonly runs: ReturnType<RunTable['copy']>;
  readonly sequences: Sequences;
}

/**
 * The tables of the PostgreSQL adapter as data, shared by every replica. It knows no waiting: what is here happens at one
 * moment, whole or not at all.
 */
export class SimulatedDatabase {
  readonly #nowMs: () => number;
  #undo: (() => void)[] = [];
  #changes: RunChange[] = [];
  readonly #listeners = new Set<(change: RunChange) => void>();
  readonly sequences: Sequences = {
    requestNumber: 0,
    event: 0,
    audit: 0,
    gatewayEvent: 0,
    commit: 0,
    decision: 0,
  };

  readonly runs: RunTable;
  readonly installation = this.#table<InstallationRow>();
  readonly accounts = this.#table<AccountRow>();
  readonly signIns = this.#table<SignInRow>();
  readonly apiTokens = this.#table<ApiTokenRow>();
  readonly clusters = this.#table<ClusterRow>();
  readonly enrolmentTokens = this.#table<EnrolmentTokenRow>();
  readonly joinRequests = this.#table<JoinRequestRow>();
  readonly challenges = this.#table<ChallengeRow>();
  readonly gateways = this.#table<GatewayRow>();
  readonly connections = this.#table<ConnectionRow>();
  readonly flows = this.#table<FlowRow>();
  readonly parts = this.#table<RunParts>();
  /** By gateway and class. */
  readonly declines = this.#table<ReadonlyMap<string, DeclineRow>>();
  /** By flow and mode. */
  readonly flowDurations = this.#table<FlowDurationRow>();
  readonly predictions = this.#table<PredictionRow>();
  /** By account and key. */
  readonly idempotencyKeys = this.#table<IdempotencyRow>();
  /** By gateway, run and attempt. */
  readonly journalOnlyRuns = this.#table<JournalOnlyRow>();
  readonly machineChecks = this.#table<MachineCheckRow>();
  readonly preflightRounds = this.#table<PreflightRoundRow>();
  /** By connection and gateway. */
  readonly preflightResults = this.#table<PreflightResultRow>();
  readonly gatewayEvents = new Table<GatewayEventRow, number>((undo) => this.#undo.push(undo));
  readonly sessionQuestions = this.#table<SessionQuestionRow>();
  readonly addOnSlots = new Table<AddOnSlotRow, number>((undo) => this.#undo.push(undo));
  readonly decisions = new Table<DecisionRow, number>((undo) => this.#undo.push(undo));
  /** Gone with a crash of the database, and of no interest to a backup. */
  readonly replicas = new Map<string, ReplicaRow>();
  readonly turns = new Map<string, number>();
  readonly audit = new Table<AuditRow, number>((undo) => this.#undo.push(undo));

  constructor(nowMs: () => number, epoch = 'epoch') {
    this.#nowMs = nowMs;
    this.runs = new RunTable(
      (undo) => this.#undo.push(undo),
      (change) => this.#changes.push(change),
    );
    this.atomically(() => this.installation.set('only', { epoch, ...newInstallation }));
  }

  /** By the database's clock. */
  nowMs(): number {
    return this.#nowMs();
  }

  /** Everything that `work` writes, or nothing when it throws. */
  atomically<T>(work: () => T): T {
    this.#undo = [];
    this.#changes = [];
    const { event, audit } = this.sequences;
    try {
      const value = work();
      const changes = asOne(this.#changes);
      for (const change of changes) for (const listener of this.#listeners) listener(change);
      return value;
    } catch (error) {
      for (const undo of this.#undo.reverse()) undo();
      // The adapter writes these last: what is refused has not come to them.
      Object.assign(this.sequences, { event, audit });
      throw error;
    } finally {
      this.#undo = [];
      this.#changes = [];
    }
  }

  /** Told of every committed change of a run; what one transaction does to it is one change. */
  onRunChange(listener: (change: RunChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  partsOf(runId: string): RunParts {
    return this.parts.get(runId) ?? noParts;
  }

  addEvent(runId: string, event: Omit<RunEventRow, 'atMs'>): void {
    this.sequences.event += 1;
    const parts = this.partsOf(runId);
    this.parts.set(runId, { ...parts, events: [...parts.events, { ...event, atMs: this.nowMs() }] });
  }

  removeEvent(runId: string, event: RunEventRow): void {
    const parts = this.partsOf(runId);
    this.parts.set(runId, { ...parts, events: parts.events.filter((one) => one !== event) });
  }

  addAudit(fact: AuditFact): void {
    this.sequences.audit += 1;
    const number = this.sequences.audit;
    this.audit.set(number, { ...fact, number, atMs: this.nowMs() });
  }

  /** What plans depend on changes together with the version that plans commit against. */
  bump(clusterId: string | undefined): void {
    const cluster = this.clusters.get(clusterId ?? '');
    if (cluster !== undefined) this.clusters.set(cluster.id, { ...cluster, queueVersion: cluster.queueVersion + 1 });
  }

  clusterOf(gatewayId: string): string | undefined {
    return this.gateways.get(gatewayId)?.clusterId;
  }

  /** Members that were not removed. */
  membersOf(clusterId: string): GatewayRow[] {
    return [...this.gateways.values()].filter((one) => one.clusterId === clusterId && one.removedAtMs === null);
  }

  /** With the requests that were made by it. */
  deleteToken(tokenHash: string): void {
    this.enrolmentTokens.delete(tokenHash);
    for (const request of [...this.joinRequests.values()])
      if (request.tokenHash === tokenHash) this.joinRequests.delete(request.id);
  }

  freeSlotOf(runId: string): void {
    for (const slot of this.addOnSlots.values()) {
      if (slot.runId === runId) this.addOnSlots.set(slot.number, { ...slot, runId: null });
    }
  }

  snapshot(): DatabaseSnapshot {
    const tables = Object.entries(this.#tables()).map(([name, table]) => [name, table.copy()] as const);
    return { tables: new Map(tables), runs: this.runs.copy(), sequences: { ...this.sequences } };
  }

  /** As a restored backup does, numbers go back as well; a new epoch tells gateways that it happened. */
  restore(snapshot: DatabaseSnapshot, epoch?: string): void {
    for (const [name, table] of Object.entries(this.#tables())) {
      (table as Table<unknown, string | number>).restore(snapshot.tables.get(name) ?? new Map());
    }
    this.runs.restore(snapshot.runs);
    Object.assign(this.sequences, snapshot.sequences);
    if (epoch !== undefined) this.beginRecovery({ because: 'restored', backupTakenAt: null, shownBy: null }, epoch);
    this.#undo = [];
  }

  /** From now on every member's journal is awaited, and every plan made before is void. */
  beginRecovery(cause: RecoveryCause, epoch: string): void {
    const installation = this.installation.get('only');
    if (installation === undefined) return;
    const formerEpochs = [...installation.formerEpochs, installation.epoch];
    const recovery = { ...cause, since: new Date(this.nowMs()) };
    this.installation.set('only', { ...installation, epoch, formerEpochs, recovery });
    for (const gateway of [...this.gateways.values()])
      if (gateway.removedAtMs === null)
        this.gateways.set(gateway.id, { ...gateway, journalAwaitedSinceMs: this.nowMs() });
    for (const question of [...this.sessionQuestions.values()])
      if (question.endedAtMs === null)
        this.sessionQuestions.set(question.id, { ...question, state: 'withdrawn', endedAtMs: this.nowMs() });
    for (const { id } of [...this.clusters.values()]) this.bump(id);
  }

  #table<Row>(): Table<Row> {
    return new Table<Row>((undo) => this.#undo.push(undo));
  }

  #tables(): Readonly<Record<string, Pick<Table<unknown, string | number>, 'copy'>>> {
    const { installation, accounts, signIns, apiTokens, clusters, enrolmentTokens, gateways, connections } = this;
    const { joinRequests, challenges, flows, parts, declines, idempotencyKeys, journalOnlyRuns, addOnSlots, audit } =
      this;
    const { machineChecks, preflightRounds, preflightResults, sessionQuestions, gatewayEvents, decisions } = this;
    const numbered = { addOnSlots, audit, gatewayEvents, decisions };
    const { flowDurations, predictions } = this;
    return {
      ...{ installation, accounts, signIns, apiTokens, clusters, enrolmentTokens, gateways, connections },
      ...{ joinRequests, challenges, flows, parts, declines, idempotencyKeys, journalOnlyRuns, ...numbered },
      ...{ flowDurations, machineChecks, predictions, preflightRounds, preflightResults, sessionQuestions },
    };
  }
}

/** Of each run, from how it was before the transaction to how it is after it. */
function asOne(changes: readonly RunChange[]): readonly RunChange[] {
  if (changes.length < 2) return changes;
  const byRun = new Map<string | undefined, RunChange>();
  for (const { before, after } of changes) {
    const id = (after ?? before)?.id;
    const earlier = byRun.get(id);
    byRun.set(id, { before: earlier === undefined ? before : earlier.before, after });
  }
  return [...byRun.values()];
}
