import type { RunId } from '@deskhand/domain/brand.ts';
import { runCan } from '@deskhand/domain/run/run-can.ts';
import { planResubmit } from '@deskhand/domain/run/resubmit.ts';
import type { DesktopFlowRun } from '@deskhand/domain/run/run.ts';
import type { BodyOf } from '@deskhand/protocol/http/route.ts';
import type { Run, runRoutes } from '@deskhand/protocol/http/runs.ts';
import type { CancelAnswer, RunRecord } from '../../ports/runs.ts';
import { auditBy, type Caller, type Outcome, refuse } from '../../ports/outcome.ts';
import { tellGateway } from '../link/reach-gateway.ts';
import { findRun, type RunPorts, shownById } from './run-ports.ts';
import { isSealed } from './run-to-wire.ts';
import { submit, type SubmitOptions } from './submit.ts';

/** A queued run ends at once, an offered one is taken back, one on a machine is asked to end. */
export async function cancel(ports: RunPorts, caller: Caller, id: string): Promise<Outcome<Run>> {
  const found = await findRun(ports, caller, id);
  if (!found.ok) return found;
  const run = found.value;
  // To cancel what is being cancelled already is no fault of whoever asks again.
  if (run.state === 'cancelling') return await shownById(ports, run.id);
  const can = runCan(run, 'cancel');
  if (!can.ok) return refuse('run-already-finished');
  const answer = await ports.runs.cancel(run.id, caller.name, auditBy(caller, 'cancel', `run ${run.id}`));
  if (answer.did === 'nothing' && answer.state !== 'cancelling') return refuse('run-already-finished');
  tellOfCancel(ports, run.id, answer);
  ports.changes.publish({ kind: 'run', runId: run.id });
  ports.changes.publish({ kind: 'run-queue', clusterId: run.cluster.id });
  ports.wakeups.wake(run.cluster.id);
  return await shownById(ports, run.id);
}

/** Gateways that have, or were offered, what was cancelled. */
export function tellOfCancel(ports: RunPorts, runId: RunId, answer: CancelAnswer): void {
  if (answer.did === 'cancelling') {
    const message = { type: 'cancel', runId, attempt: answer.attempt, because: 'cancelled' } as const;
    tellGateway(ports, answer.gatewayId, message);
  }
  if (answer.did === 'cancelled' && answer.withdrawnFrom !== null) {
    // A withdraw that is lost does no harm: the gateway's acquire will be stale.
    tellGateway(ports, answer.withdrawnFrom, { type: 'withdraw', runId, attempt: answer.attempt });
  }
}

export type ResubmitRequest = BodyOf<typeof runRoutes.resubmitRun>;

/** A new run of the same flow, connection, mode and priority, linked to the old one and judged like any submission. */
export async function resubmit(
  ports: RunPorts,
  caller: Caller,
  id: string,
  request: ResubmitRequest,
  options: SubmitOptions = {},
): Promise<Outcome<Run>> {
  const found = await findRun(ports, caller, id);
  if (!found.ok) return found;
  const run = found.value;
  const { flow } = await ports.runs.submitFacts({
    flowId: run.flow.id,
    flowVersion: null,
    connectionId: run.connection.id,
    accountId: caller.id,
    key: null,
  });
  const answer = planResubmit(asDomainRun(run), {
    currentFlowVersion: flow?.currentVersion ?? null,
    gatewayHasReported: !run.holdsMachine,
    confirmed: request.acceptUncertain === true,
    ...(request.version === undefined ? {} : { flowVersion: request.version }),
    ...(request.inputs === undefined ? {} : { inputs: request.inputs }),
  });
  if (!answer.ok) return refusedResubmit(answer.because.code, run);
  const { plan } = answer;
  const inputs = plan.inputs === 'same' ? run.inputs : withOldSealedValues(plan.inputs, run.inputs);
  return await submit(ports, caller, { ...plan, inputs }, options);
}

type ResubmitCode = Extract<ReturnType<typeof planResubmit>, { ok: false }>['because']['code'];

function refusedResubmit(code: ResubmitCode, run: RunRecord): Outcome<Run> {
  if (code === 'flow-deleted') return refuse('not-found', { what: 'desktop flow' });
  if (code === 'uncertain-needs-confirmation') return refuse(code, { gateway: run.gateway?.name ?? 'its machine' });
  return refuse('run-not-finished');
}

/** A form shows a sealed input as `{ sealed: true }` only; sent back unchanged it means the value that the old run had. */
function withOldSealedValues(
  given: Readonly<Record<string, unknown>>,
  old: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const isPlaceholder = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && 'sealed' in value && value.sealed === true;
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      isPlaceholder(value) && isSealed(old[name]) ? old[name] : value,
    ]),
  );
}

function asDomainRun(run: RunRecord): DesktopFlowRun {
  return {
    ...run,
    flowId: run.flow.id,
    flowVersion: run.flow.version,
    connectionId: run.connection.id,
    clusterId: run.cluster.id,
    submittedBy: run.submittedBy.id,
    gatewayId: run.gateway?.id ?? null,
    requestedAtMs: run.requestedAt.getTime(),
    startDeadlineAtMs: run.startDeadlineAt.getTime(),
  };
}
