import type { AccountId, ClusterId, ConnectionId, DesktopFlowId, GatewayId, RunId } from '@deskhand/domain/brand.ts';
import type { Priority, RunError, RunMode, RunState, StartPhase } from '@deskhand/domain/run/run.ts';
import type { FlowParameter } from '@deskhand/protocol/http/flows.ts';
import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import type { AuditFact } from './outcome.ts';

export interface Named<Id extends string> {
  readonly id: Id;
  readonly name: string;
}

/** A desktop-flow run with the names that people read beside it. */
export interface RunRecord {
  readonly id: RunId;
  readonly requestNumber: number;
  readonly flow: Named<DesktopFlowId> & { readonly version: number };
  /** Owner and co-owners of the flow: they see and steer its runs beside the submitter. */
  readonly flowOwners: readonly string[];
  readonly connection: Named<ConnectionId> & { readonly accountName: string };
  readonly cluster: Named<ClusterId>;
  readonly gateway: (Named<GatewayId> & { readonly unreachableSince: Date | null }) | null;
  readonly submittedBy: Named<AccountId>;
  readonly mode: RunMode;
  readonly priority: Priority;
  readonly topRank: number | null;
  readonly state: RunState;
  readonly phase: StartPhase | null;
  readonly attempt: number;
  readonly machineUser: string;
  readonly whenSessionBlocked: 'fail' | 'wait';
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly error: RunError | null;
  /** Ended for the server, but its machine may still be at it. */
  readonly holdsMachine: boolean;
  readonly requestedAt: Date;
  readonly startDeadlineAt: Date;
  readonly executionTimeoutMs: number;
  readonly offeredAt: Date | null;
  readonly acquiredAt: Date | null;
  readonly signingInAt: Date | null;
  readonly downloadingAt: Date | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly signedOutAt: Date | null;
  readonly resubmitOf: RunId | null;
  /** A canary sign-in: the member it is for. */
  readonly canaryOf: GatewayId | null;
  readonly lastActionAt: Date | null;
  /** Of the newest attempt: those that are kept, and those that are not. */
  readonly logLines: number;
  readonly logLinesLost: number;
  readonly screenshots: number;
}

export interface NewRun {
  readonly id: RunId;
  readonly flowId: DesktopFlowId;
  readonly flowVersion: number;
  readonly connectionId: ConnectionId;
  readonly submittedBy: AccountId;
  readonly mode: RunMode;
  readonly priority: Priority;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly startDeadlineMs: number;
  readonly executionTimeoutMs: number;
  readonly resubmitOf: RunId | null;
}

/**
 * An offer to be made in the commit that adds the run: only while nothing waits in the queue, which still has the version
 * that was planned with, and unattended add-ons are not counted. Else the run is added to the queue.
 */
export interface OfferAtOnce {
  readonly clusterId: ClusterId;
  readonly version: number;
  readonly gatewayId: GatewayId;
}

/** What the store decided about a run that it added; the rest was given. */
export interface AddedRun {
  readonly requestNumber: number;
  readonly requestedAt: Date;
  readonly startDeadlineAt: Date;
  /** Null when it waits in the queue; else it is offered, with attempt 1, to the gateway that was asked for. */
  readonly offeredAt: Date | null;
}

export interface IdempotencyKey {
  readonly key: string;
  readonly bodyHash: Buffer;
}

/** Everything a submission is judged by, read in one go. */
export interface SubmitFacts {
  readonly flow: {
    readonly id: DesktopFlowId;
    readonly name: string;
    readonly currentVersion: number;
    readonly ownerId: AccountId;
    readonly coOwners: readonly string[];
    readonly users: readonly string[];
    /** Of the version asked for. */
    readonly version: number;
    readonly inputs: readonly FlowParameter[];
    readonly problems: number;
  } | null;
  readonly connection: {
    readonly id: ConnectionId;
    readonly name: string;
    readonly accountName: string;
    readonly ownerId: AccountId | null;
    readonly sharedWith: readonly string[];
    readonly hasPassword: boolean;
    readonly machineUser: string;
    readonly whenSessionBlocked: 'fail' | 'wait';
  } | null;
  readonly cluster: {
    readonly id: ClusterId;
    readonly name: string;
    readonly ownerId: AccountId | null;
    readonly ownerName: string | null;
    readonly sharedWith: readonly string[];
    readonly accountRule: 'same' | 'serviceAccounts';
    readonly serviceAccounts: readonly string[];
    readonly startDeadlineMs: number;
    /** True when no member signs accounts in with a password (`virtual` only). */
    readonly needsNoPassword: boolean;
  } | null;
  readonly earlier: { readonly runId: RunId; readonly bodyHash: Buffer } | null;
  /** Of flow, connection and cluster: a run is added only while they are still what it was judged by. */
  readonly digest: string;
}

/** Names what a submission was judged by. */
export interface JudgedBy {
  readonly digest: string;
  /** As it was asked for: null is the current version. */
  readonly flowVersion: number | null;
}

/** What runs are looked for by. */
export interface RunConditions {
  readonly states?: readonly RunState[];
  readonly flowId?: string;
  readonly connectionId?: string;
  readonly clusterId?: string;
  readonly gatewayId?: string;
  readonly mode?: RunMode;
  readonly from?: Date;
  readonly to?: Date;
  readonly search?: string;
  readonly submittedBy?: string;
  /** Runs of this account or of its flows only; null sees every run. */
  readonly visibleTo: AccountId | null;
}

export interface RunFilter extends RunConditions {
  /** Request number to go on below. */
  readonly before: number | null;
  readonly limit: number;
}

/** Runs in the order of their requests, above one request number and up to another. */
export interface RunStretch extends RunConditions {
  readonly after: number;
  readonly upTo: number;
  readonly limit: number;
}

export interface FoundRun {
  readonly id: RunId;
  readonly requestNumber: number;
}

export interface LogWindow {
  /** Null is the last attempt. */
  readonly attempt: number | null;
  readonly after?: number;
  readonly before?: number;
  readonly tail: boolean;
  readonly level?: 'info' | 'warning' | 'error';
  readonly search?: string;
  readonly limit: number;
}

export interface LogPage {
  readonly lines: readonly LogLine[];
  readonly total: number;
  readonly lost: number;
  readonly attempt: number;
  readonly firstErrorSeq: number | null;
}

export interface RunEventRecord {
  readonly at: Date;
  readonly attempt: number;
  readonly event: string;
  readonly detail: string;
  readonly actor: string;
}

export interface ScreenshotRecord {
  readonly number: number;
  readonly at: Date;
  readonly attempt: number;
  readonly caption: string;
  readonly bytes: number;
}

/** What a cancel did. `gatewayId` is set where a gateway must be told. */
export type CancelAnswer =
  | { readonly did: 'cancelled'; readonly attempt: number; readonly withdrawnFrom: GatewayId | null }
  | { readonly did: 'cancelling'; readonly attempt: number; readonly gatewayId: GatewayId }
  | { readonly did: 'nothing'; readonly state: RunState }
  | { readonly did: 'not-found' };

/** One of many runs that were to be cancelled. */
export interface CancelledRun {
  readonly id: RunId;
  readonly clusterId: ClusterId;
  readonly answer: Exclude<CancelAnswer, { readonly did: 'not-found' }>;
}

/** Runs as people ask for them. */
export interface RunStore {
  submitFacts(question: {
    readonly flowId: string;
    /** Null is the current version. */
    readonly flowVersion: number | null;
    readonly connectionId: string;
    readonly accountId: AccountId;
    readonly key: string | null;
  }): Promise<SubmitFacts>;
  /** Adds the run and its key, or nothing when the key is taken or the facts are no longer those of the digest. */
  add(
    run: NewRun,
    judgedBy: JudgedBy,
    key: IdempotencyKey | null,
    actor: string,
    audit: AuditFact,
    offer: OfferAtOnce | null,
  ): Promise<AddedRun | 'judge-again'>;
  byId(id: string): Promise<RunRecord | undefined>;
  byIds(ids: readonly string[]): Promise<readonly RunRecord[]>;
  /** Newest request first; large inputs and outputs are left out. */
  list(filter: RunFilter): Promise<readonly RunRecord[]>;
  /** Oldest request first. */
  find(stretch: RunStretch): Promise<readonly FoundRun[]>;
  /** How many there are, and the newest request number of all runs. */
  count(conditions: RunConditions): Promise<{ readonly count: number; readonly upTo: number }>;
  log(runId: string, window: LogWindow): Promise<LogPage>;
  events(runId: string): Promise<readonly RunEventRecord[]>;
  screenshots(runId: string): Promise<readonly ScreenshotRecord[]>;
  screenshot(runId: string, number: number): Promise<Buffer | undefined>;
  cancel(runId: string, actor: string, audit: AuditFact): Promise<CancelAnswer>;
  /** In one transaction, with one audit row that says how many; runs that do not exist are left out of the answer. */
  cancelMany(runIds: readonly string[], actor: string, audit: AuditFact): Promise<readonly CancelledRun[]>;
  countQueued(clusterId: string, limit: number): Promise<number>;
}
