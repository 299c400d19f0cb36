import type { RunId } from '@deskhand/domain/brand.ts';
import { type DryRunAnswer, dryRun as dryRunOf } from '@deskhand/domain/run-queue/dry-run.ts';
import type { ReplyOf } from '@deskhand/protocol/http/route.ts';
import type { runRoutes } from '@deskhand/protocol/http/runs.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import { classKeyOf } from '../../ports/class-key.ts';
import { type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import type { RunInLine } from '../../ports/predictions.ts';
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
  const run = unsubmitted(submission, target, reading.nowMs);
  const { snapshot, nowMs } = reading;
  const { machineUser: user, mode, whenSessionBlocked } = run;
  const { priority } = submission;
  const answer = dryRunOf(snapshot, { key: classKeyOf(run), user, mode, whenSessionBlocked, priority }, nowMs);
  if (answer.kind !== 'waits') return done(toWire(target, answer, null, null));
  const ahead = priority === 'high' ? await ports.queue.countUrgent(clusterId) : waiting;
  const position = ahead + 1;
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

function unsubmitted(submission: Submission, { flow, connection, cluster }: SubmitTarget, nowMs: number): RunInLine {
  return {
    id: 'a dry run' as RunId,
    flowId: flow.id,
    machineUser: connection.machineUser,
    mode: submission.mode,
    whenSessionBlocked: connection.whenSessionBlocked,
    requestedAtMs: nowMs,
    startDeadlineAtMs: nowMs + (submission.startDeadlineMs ?? cluster.startDeadlineMs),
    isKept: false,
    isAtRisk: false,
  };
}
