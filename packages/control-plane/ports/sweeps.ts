import type { ClusterId, GatewayId, RunId } from '@deskhand/domain/brand.ts';
import type { RunOnTheClock } from '@deskhand/domain/run/deadlines.ts';
import type { RunError } from '@deskhand/domain/run/run.ts';
import type { MemberAnswer } from '@deskhand/domain/run-queue/snapshot.ts';
import type { FairClassOf } from './class-key.ts';
import type { AttemptOf } from './gateway-links.ts';

export interface OverdueRun extends RunOnTheClock {
  readonly attempt: number;
  readonly clusterId: ClusterId;
  readonly gatewayId: GatewayId | null;
  /** What its class is known by. */
  readonly of: FairClassOf;
}

/** What time does to runs and gateways. Each answer is bounded; the next sweep goes on where one stopped. */
export interface DeadlineStore {
  nowMs(): Promise<number>;
  pastStartDeadline(limit: number): Promise<readonly OverdueRun[]>;
  /** Acquired runs that are past every limit (`giveUpAtMs`). */
  pastExecution(limit: number): Promise<readonly OverdueRun[]>;
  /** Offers without an answer for so long. */
  unanswered(olderThanMs: number, limit: number): Promise<readonly AttemptOf[]>;
  /** Only while its start deadline is past by the clock of this moment: one that stood ahead may have been put right. */
  expire(
    run: { readonly runId: RunId; readonly attempt: number },
    error: RunError,
    answers: readonly MemberAnswer[],
  ): Promise<boolean>;
  /** Links of replicas that died: their gateways have been silent for too long. Answers the clusters concerned. */
  closeSilentLinks(
    silenceMs: number,
  ): Promise<readonly { readonly gatewayId: GatewayId; readonly clusterId: ClusterId }[]>;
}

export interface RetentionLimits {
  readonly days: number;
  readonly decisionDays: number;
  readonly logBytesMax: number;
  readonly screenshotBytesMax: number;
}

/** Removes the oldest first and never anything of an unfinished run. */
export interface RetentionStore {
  limits(): Promise<RetentionLimits>;
  removeRunsOlderThan(days: number, limit: number): Promise<number>;
  removeLogsAbove(bytesMax: number, limit: number): Promise<number>;
  removeScreenshotsAbove(bytesMax: number, limit: number): Promise<number>;
  removeDecisionsOlderThan(days: number, limit: number): Promise<number>;
  removeGatewayEventsOlderThan(days: number, limit: number): Promise<number>;
  removeOldIdempotencyKeys(): Promise<number>;
}
