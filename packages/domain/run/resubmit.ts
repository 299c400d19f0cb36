import type { ConnectionId, DesktopFlowId, RunId } from '../brand.ts';
import type { DesktopFlowRun, Priority, RunMode } from './run.ts';
import { type RunRefusal, runCan } from './run-can.ts';

export interface ResubmitOptions {
  /** Null when the flow was deleted. */
  readonly currentFlowVersion: number | null;
  /** `current` by default, because the cause was corrected (S56). */
  readonly flowVersion?: 'current' | 'original';
  /** Replaces all inputs; without it the new run gets the old one's. */
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** For an uncertain run: whether its gateway has reported since, so that nothing of it can still be going on. */
  readonly gatewayHasReported?: boolean;
  /** The person was warned that the first run may still act, and goes on. */
  readonly confirmed?: boolean;
}

/** A submission made from a finished run, linked to it. */
export interface ResubmitPlan {
  readonly resubmitOf: RunId;
  readonly flowId: DesktopFlowId;
  readonly flowVersion: number;
  readonly connectionId: ConnectionId;
  readonly mode: RunMode;
  readonly priority: Priority;
  readonly executionTimeoutMs: number;
  /** How long after the new request it must have started, as the old run had. */
  readonly startDeadlineMs: number;
  readonly inputs: 'same' | Readonly<Record<string, unknown>>;
}

export type ResubmitAnswer =
  | { readonly ok: true; readonly plan: ResubmitPlan }
  | { readonly ok: false; readonly because: RunRefusal | ResubmitRefusal };

export interface ResubmitRefusal {
  readonly code: 'flow-deleted' | 'uncertain-needs-confirmation';
  readonly message: string;
  /** True where the person may go on after reading the message. */
  readonly mayConfirm: boolean;
}

export function planResubmit(run: DesktopFlowRun, options: ResubmitOptions): ResubmitAnswer {
  const can = runCan(run, 'resubmit');
  if (!can.ok) return can;
  if (run.state === 'uncertain' && options.gatewayHasReported !== true && options.confirmed !== true) {
    return { ok: false, because: outcomeUncertain };
  }
  const flowVersion = options.flowVersion === 'original' ? run.flowVersion : options.currentFlowVersion;
  if (flowVersion === null || options.currentFlowVersion === null) return { ok: false, because: flowDeleted };
  return {
    ok: true,
    plan: {
      resubmitOf: run.id,
      flowId: run.flowId,
      flowVersion,
      connectionId: run.connectionId,
      mode: run.mode,
      priority: run.priority,
      executionTimeoutMs: run.executionTimeoutMs,
      startDeadlineMs: run.startDeadlineAtMs - run.requestedAtMs,
      inputs: options.inputs ?? 'same',
    },
  };
}

const flowDeleted: ResubmitRefusal = {
  code: 'flow-deleted',
  message: 'The desktop flow of this run was deleted.',
  mayConfirm: false,
};

const outcomeUncertain: ResubmitRefusal = {
  code: 'uncertain-needs-confirmation',
  message:
    'Nobody knows how this run ended, and its gateway has not reported since: it may have done its work, or still be at it. Resubmitting may do the work twice.',
  mayConfirm: true,
};
