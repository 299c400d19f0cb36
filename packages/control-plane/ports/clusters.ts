import type { AccountId, ClusterId, GatewayId } from '@deskhand/domain/brand.ts';
import type { Fairness } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import type { Maintenance } from '@deskhand/domain/run-queue/snapshot.ts';
import type { MachineFacts, Rehearsal } from '@deskhand/domain/session/machine.ts';
import type { NegotiationPolicy } from '@deskhand/domain/session/negotiation/question.ts';
import type { AuditFact } from './outcome.ts';

export interface ClusterRecord {
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
  /** Null where nothing of it is switched on. */
  readonly fairness: Fairness | null;
  readonly publicKey: string | null;
  readonly encryptedKey: string | null;
  /** Whether people whose sessions are in the way are asked. */
  readonly negotiation: NegotiationPolicy;
}
/** A cluster with what its page counts. */
export interface ClusterSummary extends ClusterRecord {
  readonly members: number;
  readonly online: number;
  readonly waiting: number;
  readonly running: number;
}
export type ClusterChange = Partial<
  Pick<
    ClusterRecord,
    | 'name'
    | 'runOnAllGateways'
    | 'selection'
    | 'startDeadlineMs'
    | 'accountRule'
    | 'serviceAccounts'
    | 'sharedWith'
    | 'negotiation'
    | 'liveView'
    | 'fairness'
  >
>;

export interface GatewayRecord {
  readonly id: GatewayId;
  readonly name: string;
  readonly clusterId: ClusterId;
  readonly clusterName: string;
  readonly ownerId: AccountId | null;
  readonly order: number;
  readonly isOnline: boolean;
  readonly enabled: boolean;
  readonly quarantined: boolean;
  readonly maintenance: MaintenanceRecord | null;
  readonly policyOverride: Rehearsal | null;
  readonly capacityOverride: number | null;
  readonly version: string;
  readonly sessionHost: 'linux' | 'virtual' | 'windows';
  readonly facts: MachineFacts | null;
  readonly slotsInUse: number;
  readonly lastSeenAt: Date | null;
  readonly unreachableSince: Date | null;
  readonly enrolledAt: Date;
  readonly journalFault: string | null;
  /** By the last heartbeat that told the machine's time. */
  readonly clockSkewMs: number | null;
  readonly setAside: SetAsideRecord | null;
}
export interface SetAsideRecord {
  readonly since: Date;
  /** Canary sign-ins in a row that succeeded. */
  readonly canariesPassed: number;
  /** Null while one is under way. */
  readonly nextCanaryAt: Date | null;
}
export interface MaintenanceRecord extends Maintenance {
  readonly since: Date;
}
export type GatewayChange = Partial<
  Pick<GatewayRecord, 'name' | 'enabled' | 'order' | 'policyOverride' | 'capacityOverride'> & {
    /** Begins, gets another note and keeps its beginning, or ends. */
    readonly maintenance: Maintenance | null;
  }
>;

export interface Enrolment {
  readonly tokenHash: Buffer;
  readonly gatewayId: GatewayId;
  readonly name: string;
  readonly publicKey: string;
  readonly sessionHost: 'linux' | 'virtual' | 'windows';
  readonly version: string;
  readonly clusterPublicKey: string | null;
  readonly encryptedClusterKey: string | null;
  readonly tryConnection: {
    readonly id: string;
    readonly accountName: string;
    readonly machineUser: string;
    readonly sealed: string | null;
  } | null;
}

export interface ClusterStore {
  list(): Promise<readonly ClusterSummary[]>;
  byId(id: string): Promise<ClusterSummary | undefined>;
  add(
    cluster: { id: ClusterId; name: string; ownerId: AccountId | null },
    audit: AuditFact,
  ): Promise<'added' | 'name-taken'>;
  change(id: string, change: ClusterChange, audit: AuditFact): Promise<'changed' | 'not-found' | 'name-taken'>;
  remove(id: string, audit: AuditFact): Promise<'removed' | 'not-found' | 'not-empty'>;

  addEnrolmentToken(
    token: { tokenHash: Buffer; clusterId: ClusterId; createdBy: AccountId | null; lifetimeMs: number },
    audit: AuditFact,
  ): Promise<Date>;
  clusterOfToken(tokenHash: Buffer): Promise<ClusterRecord | undefined>;
  /** Uses the token up and makes the gateway, in one transaction. */
  enrol(
    enrolment: Enrolment,
    audit: AuditFact,
  ): Promise<{ cluster: ClusterRecord } | 'token-wrong' | 'name-taken' | 'identity-taken' | 'cluster-key-needed'>;

  listGateways(clusterId: string | null): Promise<readonly GatewayRecord[]>;
  gatewayById(id: string): Promise<GatewayRecord | undefined>;
  changeGateway(id: string, change: GatewayChange, audit: AuditFact): Promise<'changed' | 'not-found' | 'name-taken'>;
  countUnfinishedRuns(gatewayId: string): Promise<number>;
  /** Its unfinished runs become uncertain; the identity is never linked again. */
  removeGateway(id: string, audit: AuditFact): Promise<{ uncertain: number } | 'not-found'>;
  /** Gives up the unfinished runs of a machine that will not come back; the gateway stays enrolled. */
  declareGone(id: string, audit: AuditFact): Promise<{ uncertain: number } | 'not-found'>;
}
