import type { GatewayId, RunId } from '@deskhand/domain/brand.ts';
import type { MachineFacts } from '@deskhand/domain/session/machine.ts';
import type { AccountStore, InstallationStore } from '../accounts.ts';
import type { AuditReader } from '../audit.ts';
import type { ClusterStore } from '../clusters.ts';
import type { ConnectionStore } from '../connections.ts';
import type { DecisionStore } from '../decisions.ts';
import type { FlowStore } from '../flows.ts';
import type { GatewayLinkStore } from '../gateway-links.ts';
import type { JoinStore } from '../joining.ts';
import type { LiveViewStore } from '../live-view.ts';
import type { MachineCheckStore } from '../machine-checks.ts';
import type { AuditFact } from '../outcome.ts';
import type { OverviewStore } from '../overview.ts';
import type { PreflightStore } from '../preflights.ts';
import type { PredictionStore } from '../predictions.ts';
import type { RecoveryStore } from '../recovery.ts';
import type { ReplicaStore, TurnStore } from '../replicas.ts';
import type { SickMemberStore } from '../sick-members.ts';
import type { RunHistoryStore } from '../run-history.ts';
import type { QueueReading, RunQueueStore } from '../run-queue.ts';
import type { RunStore, SubmitFacts } from '../runs.ts';
import type { SessionQuestionStore } from '../session-questions.ts';
import type { DeadlineStore, RetentionStore } from '../sweeps.ts';

/** The whole store of the control plane. */
export interface AllStores {
  readonly accounts: AccountStore;
  readonly installation: InstallationStore;
  readonly audit: AuditReader;
  readonly overview: OverviewStore;
  readonly clusters: ClusterStore;
  readonly connections: ConnectionStore;
  readonly flows: FlowStore;
  readonly runs: RunStore;
  readonly queue: RunQueueStore;
  readonly predictions: PredictionStore;
  readonly decisions: DecisionStore;
  readonly history: RunHistoryStore;
  readonly links: GatewayLinkStore;
  readonly deadlines: DeadlineStore;
  readonly retention: RetentionStore;
  readonly joins: JoinStore;
  readonly recovery: RecoveryStore;
  readonly checks: MachineCheckStore;
  readonly liveView: LiveViewStore;
  readonly preflights: PreflightStore;
  readonly sickMembers: SickMemberStore;
  readonly questions: SessionQuestionStore;
  readonly replicas: ReplicaStore;
  readonly turns: TurnStore;
}

/** One of two programs that work on the store, each by what it read last: that may be out of date. */
export interface Writer {
  readonly name: string;
  readonly readings: Map<string, QueueReading>;
  judged: { readonly question: Question; readonly facts: SubmitFacts } | undefined;
}
export type Question = Parameters<RunStore['submitFacts']>[0];

/** What the operations of a history know of one store so far. */
export interface Context {
  readonly stores: AllStores;
  readonly nowMs: () => number;
  readonly writers: readonly [Writer, Writer];
  readonly runs: RunId[];
  readonly clusters: string[];
  readonly gateways: GatewayId[];
  readonly connections: string[];
  readonly flows: string[];
  readonly accounts: string[];
  /** Counts what was made, for names that no other thing has. */
  made: number;
  readonly linkNumbers: Map<string, number>;
}

export function newContext(stores: AllStores, nowMs: () => number): Context {
  const writer = (name: string): Writer => ({ name, readings: new Map(), judged: undefined });
  return {
    stores,
    nowMs,
    writers: [writer('A'), writer('B')],
    runs: [],
    clusters: [],
    gateways: [],
    connections: [],
    flows: [],
    accounts: [],
    made: 0,
    linkNumbers: new Map(),
  };
}

/** The same knowledge again, to go on from without touching the first one. */
export function copyOf(made: Context, nowMs: () => number): Context {
  const { runs, clusters, gateways, connections, flows, accounts, linkNumbers } = made;
  return {
    ...newContext(made.stores, nowMs),
    runs: [...runs],
    clusters: [...clusters],
    gateways: [...gateways],
    connections: [...connections],
    flows: [...flows],
    accounts: [...accounts],
    made: made.made,
    linkNumbers: new Map(linkNumbers),
  };
}

/** The choices of one operation, the same ones for each store. */
export interface Choose {
  readonly below: (limit: number) => number;
  readonly of: <T>(list: readonly T[]) => T;
  readonly chance: (share: number) => boolean;
}

/** Mulberry32: small, and the same everywhere. */
export function chooseBy(seed: number): Choose {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { below, of: (list) => list[below(list.length)] as (typeof list)[number], chance: (share) => next() < share };
}

/** A call that is ready to be made: with the arguments that were chosen, by what is known so far. */
export interface Act {
  /** For the story of a failed history. */
  readonly says: string;
  readonly act: () => Promise<unknown>;
  /** Takes up what the answer teaches. */
  readonly learn?: (answer: never) => void;
  /** The port promises no order of the rows that it answers. */
  readonly unordered?: true;
}

export interface Operation {
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  /** It makes several calls, between which others of the same moment may come. */
  readonly alone?: true;
  /** Undefined where there is nothing yet to do it with. */
  readonly prepare: (context: Context, choose: Choose) => Promise<Act | undefined> | Act | undefined;
}
export type Operations = Readonly<Record<string, Operation>>;

export const audit = (verb: string, object = 'something'): AuditFact => ({
  actor: 'alice@corp.example',
  verb,
  object,
  detail: { by: 'contract' },
  origin: 'test',
});

export const facts = (change: Partial<MachineFacts> = {}): MachineFacts => ({
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
