import type { RunId } from '@deskhand/domain/brand.ts';
import { type DryRunAnswer, dryRun as dryRunOf } from '@deskhand/domain/run-queue/dry-run.ts';
import type { ReplyOf } from '@deskhand/protocol/http/route.ts';
import type { runRoutes } from '@deskhand/protocol/http/runs.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import { classKeyIn, classKeyOf } from '../../ports/class-key.ts';
import { type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import type { RunInLine } from '../../ports/predictions.ts';
import type { QueueReading } from '../../ports/run-queue.ts';
import type { RunClass } from '@deskhand/domain/run-queue/snapshot.ts';
import { startToWire } from '../run-queue/start-to-wire.ts';
import { judge, type Submission } from './judge-submission.ts';
import type { RunPorts, SubmitTarget } from './run-ports.ts';

type DryRunReply = ReplyOf<typeof runRoutes.dryRun>;

/**
 * What a submission would lead to (N3), judged as it would be; what would be refused is refused in the same words. Nothing is
 * kept, planned or told.
 */
export async function dryRun(ports: RunPorts, caller: Caller, submission: Submission): Promise<Outcome<DryRunReply>> {
  const facts = await ports.runs.submitFacts({ ...submission, accountId: caller.id, key: null });
  const judged = judge(ports, caller, submission, facts);
  if (!judged.ok) return judged;
  const { target } = judged.value;
  const { id: clusterId } = target.cluster;
  const [reading, waiting] = await Promise.all([ports.queue.read(clusterId), ports.queueDepth.shown(clusterId)]);
  if (reading === undefined) return refuse('not-found', { what: 'connection' });
  if (waiting >= ports.queueDepth.limit) return refuse('queue-full', { limit: limits.RUNS_PER_QUEUE_MAX });
  const run = unsubmitted(submission, { target, caller, nowMs: reading.nowMs });
  const { snapshot, nowMs } = reading;
  const { machineUser: user, mode, whenSessionBlocked } = run;
  const { priority } = submission;
  const key = classKeyIn(snapshot.fairness, run);
  const fair = await fairFactsOf(ports, caller, { reading, run, target });
  const answer = dryRunOf(snapshot, { key, user, mode, whenSessionBlocked, priority, ...fair }, nowMs);
  if (answer.kind !== 'waits') return done(toWire(target, answer, null, null));
  const position = await positionOf(ports, { reading, run, clusterId, waiting });
  const prediction = await ports.predicted.asIf(clusterId, run, position);
  const starts = startToWire(prediction, { position, startDeadlineAt: new Date(run.startDeadlineAtMs) });
  return done(toWire(target, answer, position, starts));
}

function toWire(
  { flow, cluster, connection }: SubmitTarget,
  answer: DryRunAnswer,
  position: number | null,
  starts: DryRunReply['starts'],
): DryRunReply {
  return {
    outcome: answer.kind,
    flow: { id: flow.id, name: flow.name, version: flow.version },
    cluster: { id: cluster.id, name: cluster.name },
    accountName: connection.accountName,
    position,
    because: answer.kind === 'starts' ? null : answer.because,
    starts,
    members: answer.members.map((member) => ({ ...member })),
  };
}

/** Last of its priority, or where the fairness of the cluster puts it. */
async function positionOf(
  { queue }: RunPorts,
  of: {
    readonly reading: QueueReading;
    readonly run: RunInLine;
    readonly clusterId: string;
    readonly waiting: number;
  },
): Promise<number> {
  if (of.reading.snapshot.fairness !== undefined) return await queue.positionIfSubmitted(of.clusterId, of.run);
  return 1 + (of.run.priority === 'high' ? await queue.countUrgent(of.clusterId) : of.waiting);
}

/** What the fairness of the cluster would look at in the run; nothing where there is none. */
async function fairFactsOf(
  { predicted }: RunPorts,
  caller: Caller,
  of: { readonly reading: QueueReading; readonly run: RunInLine; readonly target: SubmitTarget },
): Promise<Pick<RunClass, 'fair' | 'declineKey'>> {
  const { fairness } = of.reading.snapshot;
  if (fairness === undefined) return {};
  const { id, name } = of.target.flow;
  const sharer = { user: { id: caller.id, name: caller.name }, flow: { id, name } };
  const isAsked = fairness.lanes.some((lane) => lane.for === 'short');
  const usuallyMs = isAsked ? await predicted.usualMs(of.run) : null;
  const fair = { priority: of.run.priority, sharer: fairness.share && sharer[fairness.share.by], usuallyMs };
  return { fair, declineKey: classKeyOf(of.run) };
}

interface Unsubmitted {
  readonly target: SubmitTarget;
  readonly caller: Caller;
  readonly nowMs: number;
}

function unsubmitted(submission: Submission, { target, caller, nowMs }: Unsubmitted): RunInLine {
  const { flow, connection, cluster } = target;
  return {
    id: 'a dry run' as RunId,
    flowId: flow.id,
    submittedById: caller.id,
    priority: submission.priority,
    requestNumber: Number.MAX_SAFE_INTEGER,
    topRank: null,
    machineUser: connection.machineUser,
    mode: submission.mode,
    whenSessionBlocked: connection.whenSessionBlocked,
    requestedAtMs: nowMs,
    startDeadlineAtMs: nowMs + (submission.startDeadlineMs ?? cluster.startDeadlineMs),
    isKept: false,
    isAtRisk: false,
  };
}
