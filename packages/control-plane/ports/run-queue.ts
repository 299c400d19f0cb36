import type { AccountId, ClusterId, GatewayId, RunId } from '@deskhand/domain/brand.ts';
import type { Priority, RunError, RunMode } from '@deskhand/domain/run/run.ts';
import type { Fairness } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import type { QueueSnapshot } from '@deskhand/domain/run-queue/snapshot.ts';
import type { FairClassOf } from './class-key.ts';
import type { AuditFact } from './outcome.ts';

/** What a plan is made from, by the database's clock. */
export interface QueueReading {
  readonly snapshot: QueueSnapshot;
  readonly nowMs: number;
  readonly clusterName: string;
  /** Size of the add-on pool; null is unlimited. */
  readonly addOns: number | null;
  /** The attempt of each head, against which its offer commits. */
  readonly attempts: ReadonlyMap<RunId, number>;
}

export interface PlanToCommit {
  readonly clusterId: ClusterId;
  readonly version: number;
  readonly addOns: number | null;
  readonly offers: readonly { readonly runId: RunId; readonly gatewayId: GatewayId; readonly attempt: number }[];
  readonly refusals: readonly { readonly runId: RunId; readonly attempt: number; readonly error: RunError }[];
}

export interface CommittedOffer {
  readonly runId: RunId;
  readonly attempt: number;
  readonly gatewayId: GatewayId;
  readonly mode: RunMode;
  readonly accountName: string;
}

export type PlanCommit =
  | { readonly ok: true; readonly offered: readonly CommittedOffer[]; readonly refused: readonly RunId[] }
  | { readonly ok: false; readonly because: 'changed-meanwhile' };

/** Plans purely and at once, and may be asked again; undefined when there is nothing to commit. */
export type PlanOf = (reading: QueueReading) => PlanToCommit | undefined;

export interface QueuePlace {
  readonly id: RunId;
  readonly position: number;
}

export type SubmittedToFairQueue = Pick<FairClassOf, 'priority' | 'flowId' | 'submittedById'>;

/** The run queue of a cluster: its order, and the plans that take runs out of it. */
export interface RunQueueStore {
  read(clusterId: string): Promise<QueueReading | undefined>;
  /** All or nothing against the version; a run that was cancelled meanwhile is left out. */
  commit(plan: PlanToCommit): Promise<PlanCommit>;
  /**
   * Reads, plans and commits while whoever changes the queue's order waits, so that no such change comes between. Undefined
   * when there is no such cluster or nothing to commit.
   */
  commitLocked(clusterId: string, planOf: PlanOf): Promise<PlanCommit | undefined>;
  hasWaitingRuns(clusterId: string): Promise<boolean>;
  /** The first runs in the order of their turns: the queue order, or as the cluster's fairness says. */
  firstPlaces(clusterId: string, limit: number): Promise<readonly QueuePlace[]>;
  /** 1 for the run that is looked at first; undefined when it does not wait. */
  position(runId: string): Promise<number | undefined>;
  /** Waiting runs of high priority and those moved to the top, which a high run that is submitted now comes behind. */
  countUrgent(clusterId: string): Promise<number>;
  /** The position that a run gets which is submitted now, in a queue with fairness. */
  positionIfSubmitted(clusterId: string, run: SubmittedToFairQueue): Promise<number>;
  inHand(clusterId: string): Promise<readonly RunId[]>;
  /** Rises with every change of the queue that people can see. */
  viewVersion(clusterId: string): Promise<number>;
  /** Moves those of the runs that wait in this queue; answers which. */
  moveToTop(clusterId: string, ids: readonly RunId[], actor: string, audit: AuditFact): Promise<readonly RunId[]>;
  /** Gives those of the runs that wait in this queue and were moved their old places back, at once; answers which. */
  undoMove(clusterId: string, ids: readonly RunId[], actor: string, audit: AuditFact): Promise<readonly RunId[]>;
  setPriority(runId: string, priority: Priority, actor: string, audit: AuditFact): Promise<boolean>;
  /** Null where nothing of it is switched on. */
  fairnessOf(clusterId: string): Promise<Fairness | null>;
  /** Who owns the cluster, null when nobody does; undefined when there is no such cluster. */
  ownerOf(clusterId: string): Promise<AccountId | null | undefined>;
  clustersWithWaitingRuns(): Promise<readonly ClusterId[]>;
}
