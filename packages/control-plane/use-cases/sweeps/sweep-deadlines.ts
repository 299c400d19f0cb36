import type { ClusterId, RunId } from '@deskhand/domain/brand.ts';
import { declined } from '@deskhand/domain/placement/decline-memory.ts';
import { type ClockGuard, confirmClock, freshClockGuard, sweepClock } from '@deskhand/domain/run/clock-jump.ts';
import { overdue } from '@deskhand/domain/run/deadlines.ts';
import type { MemberAnswer } from '@deskhand/domain/run-queue/snapshot.ts';
import { classKeyIn, classKeyOf } from '../../ports/class-key.ts';
import type { RunQueueStore } from '../../ports/run-queue.ts';
import type { DeadlineStore, OverdueRun } from '../../ports/sweeps.ts';
import type { LinkPorts } from '../link/link-ports.ts';
import { tellGateway } from '../link/reach-gateway.ts';
import { uncertain } from '../link/uncertain.ts';
import { planToRead } from '../run-queue/waiting.ts';

/** Runs that one sweep ends; what is left has its turn in the next one. */
const OVERDUE_PER_SWEEP_MAX = 500;
/** An offer that was not answered for so long is taken back; the gateway's late acquire is stale then. */
export const OFFER_ANSWER_MAX_MS = 30_000;
export const LINK_SILENCE_SWEEP_MS = 20_000;

export interface SweepPorts
  extends Omit<
    LinkPorts,
    'replica' | 'recovery' | 'checks' | 'preflights' | 'questions' | 'newQuestionId' | 'newEpoch'
  > {
  readonly deadlines: DeadlineStore;
  readonly queue: RunQueueStore;
  readonly monotonicMs: () => number;
}

/** Deadlines as an indexed look each second: nothing is kept in memory, so a restart forgets none. */
export interface DeadlineSweep {
  /** Every server watches the clock; what is due is done by the one whose turn it is. */
  sweep(isOurTurn?: () => Promise<boolean>): Promise<void>;
  /** Set while deadlines rest because the server's clock was moved. */
  clockJumpMs(): number | null;
  /** An operator says that the time is right. */
  confirmClock(): void;
}

export function createDeadlineSweep(ports: SweepPorts): DeadlineSweep {
  let guard: ClockGuard = freshClockGuard;
  return {
    sweep: async (isOurTurn = () => Promise.resolve(true)) => {
      const nowMs = await ports.deadlines.nowMs();
      const judged = sweepClock(guard, { wallMs: nowMs, monotonicMs: ports.monotonicMs() });
      guard = judged.guard;
      if (!judged.mayExpire || !(await isOurTurn())) return;
      await expireOverdue(ports, nowMs);
      await giveUpSilent(ports, nowMs);
      await takeBackUnanswered(ports);
      await noteSilentLinks(ports);
    },
    clockJumpMs: () => (guard.kind === 'jumped' ? guard.jumpMs : null),
    confirmClock: () => {
      guard = confirmClock(guard);
    },
  };
}

/** Past the start deadline: timed out, with what every member answered last. */
async function expireOverdue(ports: SweepPorts, nowMs: number): Promise<void> {
  const runs = await ports.deadlines.pastStartDeadline(OVERDUE_PER_SWEEP_MAX);
  const byCluster = Map.groupBy(runs, (run) => run.clusterId);
  for (const [clusterId, ofCluster] of byCluster) {
    const answers = await lastAnswers(ports, clusterId, ofCluster);
    for (const { runId, error } of overdue(ofCluster, nowMs, (id) => answers.get(id) ?? [])) {
      const run = ofCluster.find((one) => one.id === runId);
      if (
        run === undefined ||
        !(await ports.deadlines.expire({ runId, attempt: run.attempt }, error, answers.get(runId) ?? []))
      )
        continue;
      if (run.gatewayId !== null) tellGateway(ports, run.gatewayId, { type: 'withdraw', runId, attempt: run.attempt });
      ports.changes.publish({ kind: 'run', runId });
    }
    ports.changes.publish({ kind: 'run-queue', clusterId });
    ports.wakeups.wake(clusterId);
  }
}

async function lastAnswers(
  { queue }: SweepPorts,
  clusterId: ClusterId,
  runs: readonly OverdueRun[],
): Promise<ReadonlyMap<RunId, readonly MemberAnswer[]>> {
  const read = await planToRead(queue, clusterId);
  const byClass = new Map(read?.plan.waiting.map((one) => [one.classKey, one.because]));
  return new Map(runs.map(({ id, of }) => [id, byClass.get(classKeyIn(read?.fairness, of)) ?? []]));
}

const overdueLoss = { holdsMachine: true, onlyPastExecution: true } as const;

/** The gateway ends an execution by its own clock; the server gives up long after, when nothing was heard of the end. */
async function giveUpSilent(ports: SweepPorts, nowMs: number): Promise<void> {
  const runs = await ports.deadlines.pastExecution(OVERDUE_PER_SWEEP_MAX);
  for (const { runId, error } of overdue(runs, nowMs)) {
    const run = runs.find((one) => one.id === runId);
    if (run === undefined || run.gatewayId === null) continue;
    const of = { runId, attempt: run.attempt, gatewayId: run.gatewayId };
    if (!(await ports.store.lose(of, uncertain(error.message), overdueLoss))) continue;
    tellGateway(ports, run.gatewayId, { type: 'cancel', runId, attempt: run.attempt, because: 'timedOut' });
    ports.changes.publish({ kind: 'run', runId });
    ports.changes.publish({ kind: 'run-queue', clusterId: run.clusterId });
  }
}

async function takeBackUnanswered(ports: SweepPorts): Promise<void> {
  for (const of of await ports.deadlines.unanswered(OFFER_ANSWER_MAX_MS, OVERDUE_PER_SWEEP_MAX)) {
    const waiting = await ports.store.returnOffer(of, 'withdraw', 'The gateway did not answer the offer');
    if (waiting === undefined) continue;
    const because = declined('The gateway did not answer the offer of a run in time.');
    await ports.store.rememberDecline(of.gatewayId, { classKey: classKeyOf(waiting), because, factsVersion: null });
    tellGateway(ports, of.gatewayId, { type: 'withdraw', runId: of.runId, attempt: of.attempt });
    ports.changes.publish({ kind: 'run', runId: of.runId });
  }
}

/** Links whose replica died without noting their end. */
async function noteSilentLinks({ deadlines, changes, wakeups }: SweepPorts): Promise<void> {
  for (const { gatewayId, clusterId } of await deadlines.closeSilentLinks(LINK_SILENCE_SWEEP_MS)) {
    changes.publish({ kind: 'gateway', gatewayId });
    changes.publish({ kind: 'run-queue', clusterId });
    wakeups.wake(clusterId);
  }
}
