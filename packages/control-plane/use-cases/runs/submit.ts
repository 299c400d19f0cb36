import { createHash } from 'node:crypto';
import type { ConnectionId, DesktopFlowId, RunId } from '@deskhand/domain/brand.ts';
import { EXECUTION_TIMEOUT_DEFAULT_MS } from '@deskhand/domain/run/deadlines.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import type { AddedRun, IdempotencyKey, NewRun, OfferAtOnce, RunRecord, SubmitFacts } from '../../ports/runs.ts';
import { auditBy, type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import { type PlannedOffer, planAtOnce } from '../run-queue/plan-at-once.ts';
import { sendOffer } from '../run-queue/send-offer.ts';
import { addedRecord } from './added-record.ts';
import { judge, type Submission } from './judge-submission.ts';
import { type RunPorts, type SubmitTarget, shownById } from './run-ports.ts';
import { runToWire } from './run-to-wire.ts';

/** Changes of the same moment that a submission is judged again for. */
const SUBMIT_TRIES_MAX = 8;

export interface SubmitOptions {
  /** The `Idempotency-Key` of the request. */
  readonly key?: string | undefined;
}

/**
 * Acknowledged after commit. One round trip when flow and connection were submitted before: what the submission was judged
 * by is checked again in the statement that adds the run. Else, and before anything is refused, it is read first.
 */
export async function submit(
  ports: RunPorts,
  caller: Caller,
  submission: Submission,
  { key }: SubmitOptions = {},
): Promise<Outcome<Run>> {
  const idempotency = key === undefined ? null : { key, bodyHash: hashOf(submission) };
  const known = ports.factsMemory.recall(submission);
  if (known !== undefined) {
    const answer = await addJudged(ports, caller, submission, known, idempotency);
    if (answer !== 'judge-again' && answer.ok) return answer;
  }
  for (let tries = 0; tries < SUBMIT_TRIES_MAX; tries += 1) {
    const facts = await ports.runs.submitFacts({ ...submission, accountId: caller.id, key: idempotency?.key ?? null });
    if (facts.earlier !== null && idempotency !== null) return await sameAsBefore(ports, facts.earlier, idempotency);
    ports.factsMemory.keep(submission, facts);
    const answer = await addJudged(ports, caller, submission, facts, idempotency);
    if (answer !== 'judge-again') return answer;
  }
  throw new Error(`Flow ${submission.flowId} or its connection changed at every try to submit it.`);
}

async function addJudged(
  ports: RunPorts,
  caller: Caller,
  submission: Submission,
  facts: SubmitFacts,
  idempotency: IdempotencyKey | null,
): Promise<Outcome<Run> | 'judge-again'> {
  const judged = judge(ports, caller, submission, facts);
  if (!judged.ok) return judged;
  const { target, inputs, exception } = judged.value;
  if (!(await ports.queueDepth.hasRoom(target.cluster.id))) {
    return refuse('queue-full', { limit: limits.RUNS_PER_QUEUE_MAX });
  }
  const run = newRun(ports, caller, submission, target, inputs);
  const detail = {
    flow: target.flow.name,
    connection: target.connection.name,
    ...(exception === null ? {} : { exception }),
  };
  const audit = auditBy(caller, submission.resubmitOf === null ? 'submit' : 'resubmit', `run ${run.id}`, detail);
  const judgedBy = { digest: facts.digest, flowVersion: submission.flowVersion };
  const planned = planAtOnce(ports.memory, ports.random, target.cluster.id, { ...run, ...sessionOf(target) });
  const added = await addPlanned(planned, (offer) =>
    ports.runs.add(run, judgedBy, idempotency, caller.name, audit, offer),
  );
  if (added === 'judge-again') return added;
  if (planned !== undefined && added.offeredAt !== null)
    ports.record.decided(target.cluster.id, planned.decision(added.offeredAt.getTime()));
  const record = addedRecord(run, target, caller, added, planned && gatewayOf(planned.member));
  announce(ports, record, planned);
  return done(runToWire(record));
}

const gatewayOf = ({ gatewayId: id, name }: PlannedOffer['member']) => ({ id, name });

const sessionOf = ({ connection: { machineUser, whenSessionBlocked } }: SubmitTarget) => ({
  machineUser,
  whenSessionBlocked,
});

/** Settles the plan whatever becomes of the run, also when nobody can tell. */
async function addPlanned(
  planned: PlannedOffer | undefined,
  add: (offer: OfferAtOnce | null) => Promise<AddedRun | 'judge-again'>,
): Promise<AddedRun | 'judge-again'> {
  let isCommitted = false;
  try {
    const added = await add(planned?.offer ?? null);
    isCommitted = added !== 'judge-again' && added.offeredAt !== null;
    return added;
  } finally {
    planned?.settle(isCommitted);
  }
}

function announce(ports: RunPorts, run: RunRecord, planned: PlannedOffer | undefined): void {
  const { wakeups, changes } = ports;
  const { id: runId, attempt, mode, gateway } = run;
  const { accountName } = run.connection;
  // Gateway or planner first: a run that can start at once should not wait for pages to hear of it.
  if (gateway !== null) sendOffer(ports, planned?.member, { runId, attempt, mode, accountName, gatewayId: gateway.id });
  else wakeups.wake(run.cluster.id);
  changes.publish({ kind: 'run', runId: run.id });
  changes.publish({ kind: 'run-queue', clusterId: run.cluster.id });
}

/** What makes two bodies the same: keys in any order, nothing left out. */
function hashOf(submission: Submission): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(sorted(submission)))
    .digest();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, sorted(inner)]);
}

async function sameAsBefore(
  ports: RunPorts,
  earlier: NonNullable<SubmitFacts['earlier']>,
  key: IdempotencyKey,
): Promise<Outcome<Run>> {
  if (!earlier.bodyHash.equals(key.bodyHash)) return refuse('idempotency-key-reused');
  return await shownById(ports, earlier.runId);
}

function newRun(
  ports: RunPorts,
  caller: Caller,
  submission: Submission,
  target: SubmitTarget,
  inputs: NewRun['inputs'],
): NewRun {
  return {
    id: ports.newId() as RunId,
    flowId: target.flow.id as DesktopFlowId,
    flowVersion: target.flow.version,
    connectionId: target.connection.id as ConnectionId,
    submittedBy: caller.id,
    mode: submission.mode,
    priority: submission.priority,
    inputs,
    startDeadlineMs: submission.startDeadlineMs ?? target.cluster.startDeadlineMs,
    executionTimeoutMs: submission.executionTimeoutMs ?? EXECUTION_TIMEOUT_DEFAULT_MS,
    resubmitOf: submission.resubmitOf,
  };
}
