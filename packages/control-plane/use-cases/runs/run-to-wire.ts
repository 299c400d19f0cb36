import { displayState } from '@deskhand/domain/run/transitions.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import type { RunRecord } from '../../ports/runs.ts';
import type { Waiting } from '../run-queue/waiting.ts';

/** A run as the API shows it. `waiting` comes from a `WaitingReader`, for queued runs. */
export function runToWire(run: RunRecord, waiting?: Waiting): Run {
  const now = new Date();
  return {
    id: run.id,
    requestNumber: run.requestNumber,
    flow: run.flow,
    connection: run.connection,
    cluster: run.cluster,
    gateway: run.gateway && { id: run.gateway.id, name: run.gateway.name },
    submittedBy: run.submittedBy,
    mode: run.mode,
    priority: run.priority,
    movedToTop: run.topRank !== null,
    state: run.state,
    phase: run.phase,
    display: displayState(run, { isNextToRun: waiting?.isNextToRun ?? false }),
    attempt: run.attempt,
    position: waiting?.position ?? null,
    because: waiting?.because ?? null,
    inputs: withoutSealed(run.inputs),
    outputs: { ...run.outputs },
    error: run.error && { ...run.error },
    requestedAt: run.requestedAt.toISOString(),
    offeredAt: time(run.offeredAt),
    signingInAt: time(run.signingInAt),
    downloadingAt: time(run.downloadingAt),
    startedAt: time(run.startedAt),
    endedAt: time(run.endedAt),
    signedOutAt: time(run.signedOutAt),
    startDeadlineAt: run.startDeadlineAt.toISOString(),
    executionTimeoutMs: run.executionTimeoutMs,
    waitedMs: span(run.requestedAt, run.acquiredAt ?? run.endedAt ?? now),
    ranMs: run.startedAt && span(run.startedAt, run.endedAt ?? now),
    resubmitOf: run.resubmitOf,
    unreachableSince: run.endedAt === null ? time(run.gateway?.unreachableSince ?? null) : null,
    lastActionAt: time(run.lastActionAt),
    logLines: run.logLines,
    logLinesLost: run.logLinesLost,
    screenshots: run.screenshots,
  };
}

/** What was sealed in the browser is never sent back, not even sealed. */
function withoutSealed(inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, isSealed(value) ? { sealed: true } : value]),
  );
}

export function isSealed(value: unknown): value is { readonly sealed: string } {
  return typeof value === 'object' && value !== null && 'sealed' in value && typeof value.sealed === 'string';
}

function time(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}

function span(from: Date, to: Date): number {
  return Math.max(0, to.getTime() - from.getTime());
}
