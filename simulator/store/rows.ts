import type { AccountId, ClusterId, ConnectionId, DesktopFlowId, GatewayId, RunId } from '@deskhand/domain/brand.ts';
import type { Role } from '@deskhand/domain/account/permissions.ts';
import type { SicknessEvent } from '@deskhand/domain/gateway/sickness-texts.ts';
import type { PreflightAnswer } from '@deskhand/domain/preflight/preflight.ts';
import type { RememberedDecline } from '@deskhand/domain/placement/decline-memory.ts';
import type { Fairness } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import type { MemberAnswer } from '@deskhand/domain/run-queue/snapshot.ts';
import type { Priority, RunError, RunMode, RunState, StartPhase } from '@deskhand/domain/run/run.ts';
import type { MachineFacts, Rehearsal } from '@deskhand/domain/session/machine.ts';
import type { NegotiationPolicy, Question } from '@deskhand/domain/session/negotiation/question.ts';
import type { FlowParameter } from '@deskhand/protocol/http/flows.ts';
import type { DecisionBatch } from '@deskhand/control-plane/ports/decisions.ts';
import type { SettingsRecord } from '@deskhand/control-plane/ports/accounts.ts';
import type { JoinRecord } from '@deskhand/control-plane/ports/joining.ts';
import type { FlowDigest, PredictionToKeep } from '@deskhand/control-plane/ports/predictions.ts';
import type { NamedAttempt, RecoveryCause } from '@deskhand/control-plane/ports/recovery.ts';
import type { DoctorReport } from '@deskhand/protocol/doctor.ts';
import type { LogLine } from '@deskhand/protocol/http/runs.ts';

/** What the tables hold. A row is never changed in place: a copy of the maps is a snapshot of the database. */
export interface AccountRow {
  readonly id: AccountId;
  readonly name: string;
  readonly email: string;
  readonly passwordHash: string | null;
  readonly roles: readonly Role[];
  readonly disabled: boolean;
  readonly osAccounts: readonly string[];
  readonly createdAtMs: number;
  readonly lastSignInAtMs: number | null;
}

export interface SignInRow {
  readonly tokenHash: string;
  readonly accountId: AccountId;
  readonly expiresAtMs: number;
  readonly origin: string;
}

export interface ApiTokenRow {
  readonly id: string;
  readonly tokenHash: string;
  readonly accountId: AccountId;
  readonly name: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly lastUsedAtMs: number | null;
}

export interface ClusterRow {
  readonly id: ClusterId;
  readonly name: string;
  readonly ownerId: AccountId | null;
  readonly runOnAllGateways: boolean;
  readonly selection: 'random' | 'leastBusy';
  readonly startDeadlineMs: number;
  readonly accountRule: 'same' | 'serviceAccounts';
  readonly serviceAccounts: readonly string[];
  readonly liveView: boolean;
  readonly sharedWith: readonly string[];
  readonly fairness: Fairness | null;
  readonly publicKey: string | null;
  readonly encryptedKey: string | null;
  readonly negotiation: NegotiationPolicy;
  readonly queueVersion: number;
  readonly topCounter: number;
}

export interface SessionQuestionRow extends Omit<Question, 'runWaits'> {
  readonly clusterId: ClusterId;
  readonly answeredAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly trouble: string | null;
}

export interface EnrolmentTokenRow {
  readonly tokenHash: string;
  readonly clusterId: ClusterId;
  readonly expiresAtMs: number;
  readonly isUsed: boolean;
}

export interface JoinRequestRow extends Omit<JoinRecord, 'expiresAt' | 'isExpired'> {
  readonly tokenHash: string;
  readonly expiresAtMs: number;
}

/** What a gateway signs to prove itself outside its link. */
export interface ChallengeRow {
  readonly nonce: string;
  readonly gatewayId: GatewayId;
  readonly expiresAtMs: number;
}

export interface GatewayRow {
  readonly id: GatewayId;
  readonly clusterId: ClusterId;
  readonly name: string;
  readonly ownerId: AccountId | null;
  readonly publicKey: string;
  readonly sessionHost: 'linux' | 'virtual' | 'windows';
  readonly version: string;
  readonly order: number;
  readonly enabled: boolean;
  readonly quarantined: boolean;
  readonly maintenanceSinceMs: number | null;
  readonly maintenanceNote: string;
  readonly clockSkewMs: number | null;
  readonly setAsideSinceMs: number | null;
  readonly canariesPassed: number;
  readonly canaryPauseMs: number;
  readonly canaryDueAtMs: number | null;
  readonly canaryRunId: RunId | null;
  readonly putBackAtMs: number | null;
  readonly policyOverride: Rehearsal | null;
  readonly capacityOverride: number | null;
  readonly linkNumber: number;
  readonly pendingLinkNumber: number | null;
  readonly linkVersion: number;
  /** Which replica holds the link, null when none does. */
  readonly linkedTo: string | null;
  readonly journalId: string | null;
  readonly journalPosition: number | null;
  readonly facts: MachineFacts | null;
  readonly journalFault: string | null;
  readonly journalAwaitedSinceMs: number | null;
  readonly lastSeenAtMs: number | null;
  readonly unreachableSinceMs: number | null;
  readonly enrolledAtMs: number;
  readonly removedAtMs: number | null;
}

export interface ConnectionRow {
  readonly id: ConnectionId;
  readonly name: string;
  readonly clusterId: ClusterId;
  readonly ownerId: AccountId | null;
  readonly accountName: string;
  readonly machineUser: string;
  readonly sealedPassword: string | null;
  readonly sealContext: 'connection' | 'try';
  readonly passwordVersion: number;
  readonly whenSessionBlocked: 'fail' | 'wait';
  readonly notifications: boolean;
  readonly sharedWith: readonly string[];
  readonly createdAtMs: number;
  readonly rotatedAtMs: number | null;
  readonly deletedAtMs: number | null;
}

export interface FlowVersionRow {
  readonly version: number;
  readonly script: string;
  readonly inputs: readonly FlowParameter[];
  readonly outputs: readonly FlowParameter[];
  readonly problems: number;
  readonly savedBy: AccountId;
  readonly savedAtMs: number;
}

export interface FlowRow {
  readonly id: DesktopFlowId;
  readonly name: string;
  readonly description: string;
  readonly ownerId: AccountId;
  readonly coOwners: readonly string[];
  readonly users: readonly string[];
  readonly version: number;
  /** By version, the first one first. */
  readonly versions: readonly FlowVersionRow[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly deletedAtMs: number | null;
}

export interface RunRow {
  readonly id: RunId;
  readonly requestNumber: number;
  readonly flowId: DesktopFlowId;
  readonly flowVersion: number;
  readonly connectionId: ConnectionId;
  readonly clusterId: ClusterId;
  readonly submittedBy: AccountId;
  readonly mode: RunMode;
  readonly priority: Priority;
  readonly topRank: number | null;
  readonly state: RunState;
  readonly phase: StartPhase | null;
  /** The fencing token. */
  readonly attempt: number;
  readonly gatewayId: GatewayId | null;
  readonly journalId: string | null;
  /** How far it had come when an attempt of the run was acquired last. */
  readonly acquiredAt: { readonly attempt: number; readonly position: number | null } | null;
  readonly machineUser: string;
  readonly whenSessionBlocked: 'fail' | 'wait';
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly error: RunError | null;
  readonly holdsMachine: boolean;
  readonly cancelBecause: 'cancelled' | 'timedOut' | null;
  readonly requestedAtMs: number;
  readonly startDeadlineAtMs: number;
  readonly executionTimeoutMs: number;
  readonly offeredAtMs: number | null;
  readonly acquiredAtMs: number | null;
  readonly signingInAtMs: number | null;
  readonly downloadingAtMs: number | null;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly signedOutAtMs: number | null;
  readonly resubmitOf: RunId | null;
  readonly lastActionAtMs: number | null;
  readonly logSeq: number;
  readonly logLinesLost: number;
  readonly logLinesUnnumbered: number;
  readonly lastReasons: readonly MemberAnswer[] | null;
  /** Of a canary sign-in: the member it is for. */
  readonly canaryOf: GatewayId | null;
}

export interface GatewayEventRow {
  readonly number: number;
  readonly gatewayId: GatewayId;
  readonly event: SicknessEvent;
  readonly detail: string;
  readonly actor: string;
  readonly runId: string | null;
  readonly atMs: number;
}

export interface RunEventRow {
  readonly atMs: number;
  readonly attempt: number;
  readonly event: string;
  readonly detail: string;
  readonly actor: string;
}

export interface ScreenshotRow {
  readonly number: number;
  readonly atMs: number;
  readonly attempt: number;
  readonly caption: string;
  readonly png: Buffer;
}

/** What is kept beside a run and goes with it. */
export interface RunParts {
  readonly events: readonly RunEventRow[];
  /** By attempt, the lines in pieces as they came, so that adding to a long log copies no lines. */
  readonly log: ReadonlyMap<number, readonly (readonly LogLine[])[]>;
  readonly screenshots: readonly ScreenshotRow[];
  readonly machineCheck?: { readonly attempt: number; readonly notedAtMs: number; readonly report: DoctorReport };
}

export interface MachineCheckRow {
  readonly gatewayId: string;
  readonly requestId: string;
  readonly askedBy: string;
  readonly askedAtMs: number;
  readonly answeredId: string | null;
  readonly answeredAtMs: number | null;
  readonly report: DoctorReport | null;
}

export interface PreflightRoundRow {
  readonly connectionId: ConnectionId;
  readonly roundId: string;
  readonly begunBy: string;
  readonly begunAtMs: number;
  readonly endedAtMs: number | null;
}

export interface PreflightResultRow {
  readonly connectionId: ConnectionId;
  readonly gatewayId: GatewayId;
  readonly roundId: string;
  readonly passwordVersion: number;
  readonly askedAtMs: number;
  readonly answeredAtMs: number | null;
  readonly answer: PreflightAnswer | null;
  readonly isDirectoryAccount: boolean;
}

export interface InstallationRow {
  readonly epoch: string;
  readonly formerEpochs: readonly string[];
  readonly recovery: (RecoveryCause & { readonly since: Date }) | null;
  readonly setupCodeHash: Buffer | null;
  readonly setupCodeExpiresAtMs: number;
  readonly settings: Partial<SettingsRecord>;
}

/** A run that only a gateway's journal knows; `id` is made of all three. */
export interface JournalOnlyRow extends NamedAttempt {
  readonly gatewayId: GatewayId;
}

export interface DecisionRow extends DecisionBatch {
  readonly number: number;
}

export type FlowDurationRow = FlowDigest;

export interface PredictionRow extends PredictionToKeep {
  readonly clusterId: ClusterId;
  readonly predictedAtMs: number;
  readonly atRiskSinceMs: number | null;
}

export interface AddOnSlotRow {
  readonly number: number;
  readonly runId: RunId | null;
}

export interface DeclineRow extends RememberedDecline {
  readonly gatewayId: GatewayId;
}

export interface IdempotencyRow {
  readonly accountId: AccountId;
  readonly key: string;
  readonly bodyHash: Buffer;
  readonly runId: RunId;
  readonly createdAtMs: number;
}

export interface AuditRow {
  readonly number: number;
  readonly atMs: number;
  readonly actor: string;
  readonly verb: string;
  readonly object: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly origin: string;
}
