import type { AccountId, ClusterId, ConnectionId, DesktopFlowId, GatewayId, RunId } from '../brand.ts';

export type RunMode = 'attended' | 'unattended';
export type Priority = 'high' | 'normal';

export type RunState =
  | 'queued'
  | 'offered'
  | 'starting'
  | 'running'
  | 'cancelling'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'timedOut'
  | 'uncertain';

/** What people see while a run is `starting`. */
export type StartPhase = 'signingIn' | 'downloading';

/** Why a run ended badly: a stable code, a sentence for a person, and where in the flow when that is known. */
export interface RunError {
  readonly code: string;
  readonly message: string;
  readonly details?: string;
  readonly location?: { readonly subflow: string; readonly line: number; readonly actionIndex: number };
  readonly actionName?: string;
}

/** One execution of a desktop flow. Times are milliseconds since 1970 by the database's clock. */
export interface DesktopFlowRun {
  readonly id: RunId;
  /** From a database sequence: the last tie-breaker of the queue order (S26), because clocks decide nothing. */
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
  readonly attempt: number;
  readonly gatewayId: GatewayId | null;
  readonly requestedAtMs: number;
  readonly startDeadlineAtMs: number;
  readonly executionTimeoutMs: number;
  readonly resubmitOf: RunId | null;
  readonly error: RunError | null;
}
