import type { AccountId, ClusterId, DesktopFlowId, GatewayId, RunId } from '@deskhand/domain/brand.ts';
import type { DurationDigest } from '@deskhand/domain/prediction/durations.ts';
import type { Priority, RunMode } from '@deskhand/domain/run/run.ts';
import type { FairClassOf } from './class-key.ts';

export interface FlowDigest extends DurationDigest {
  readonly flowId: DesktopFlowId;
  readonly mode: RunMode;
}

export interface RunInLine extends FairClassOf {
  readonly id: RunId;
  readonly requestNumber: number;
  readonly topRank: number | null;
  readonly requestedAtMs: number;
  readonly startDeadlineAtMs: number;
  /** A prediction of it was kept. */
  readonly isKept: boolean;
  readonly isAtRisk: boolean;
}

export interface RunOnMachine {
  readonly id: RunId;
  readonly flowId: DesktopFlowId;
  readonly gatewayId: GatewayId;
  readonly machineUser: string;
  readonly mode: RunMode;
  readonly priority: Priority;
  readonly submittedById: AccountId;
  /** When it was acquired, else offered. */
  readonly sinceMs: number;
}

/** What starts are predicted from, beside the queue's members, by the database's clock. */
export interface LineReading {
  readonly nowMs: number;
  /** The first runs in the order of their turns. */
  readonly line: readonly RunInLine[];
  readonly onMachines: readonly RunOnMachine[];
  /** Of the flows of both. */
  readonly digests: readonly FlowDigest[];
}

export interface PredictionToKeep {
  readonly runId: RunId;
  readonly atSubmit: boolean;
  readonly earliestMs: number;
  readonly medianMs: number;
  readonly latestMs: number;
}

/** A run that was predicted at submit, and what became of it. */
export interface KeptPrediction {
  readonly predictedAtMs: number;
  readonly earliestMs: number;
  readonly medianMs: number;
  readonly latestMs: number;
  /** Null while it waits, and for one that never started. */
  readonly startedAtMs: number | null;
  readonly wasMoved: boolean;
  readonly wasCancelled: boolean;
}

/** Measured durations, and predictions that are kept to be compared. Nothing here decides when a run starts. */
export interface PredictionStore {
  readLine(clusterId: string, limit: number): Promise<LineReading>;
  digestOf(flowId: string, mode: RunMode): Promise<FlowDigest | undefined>;
  /** Flows with a run that ended within this time, each with the newest durations of its runs. */
  newestDurations(limits: {
    readonly withinMs: number;
    readonly flows: number;
    readonly runsOfFlow: number;
  }): Promise<readonly { flowId: DesktopFlowId; mode: RunMode; durationsMs: readonly number[] }[]>;
  keepDigests(digests: readonly FlowDigest[]): Promise<void>;
  /** The first prediction of a run stays; one that waits no longer gets none. */
  keepPredictions(predictions: readonly PredictionToKeep[]): Promise<void>;
  /** Answers for which of the waiting runs this is new; each of them gets an event. */
  setAtRisk(runIds: readonly RunId[], isAtRisk: boolean): Promise<readonly RunId[]>;
  /** The newest that were made at submit. */
  kept(clusterId: ClusterId | string, limit: number): Promise<readonly KeptPrediction[]>;
}
