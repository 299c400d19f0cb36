import type { Random } from '@deskhand/domain/run-queue/plan-assignments.ts';
import type { Run, SubmitRunRequest } from '@deskhand/protocol/http/runs.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import type { ChangeFeed } from '../../ports/changes.ts';
import type { DecisionStore } from '../../ports/decisions.ts';
import type { GatewayLinks } from '../../ports/gateway-links.ts';
import type { PredictionStore } from '../../ports/predictions.ts';
import type { RunQueueStore } from '../../ports/run-queue.ts';
import type { RunRecord, RunStore } from '../../ports/runs.ts';
import type { SessionQuestionStore } from '../../ports/session-questions.ts';
import type { Caller } from '../../ports/outcome.ts';
import { assignRuns } from '../run-queue/assign-runs.ts';
import * as queue from '../run-queue/run-queue.ts';
import { createPredictionReader } from '../run-queue/predicted-starts.ts';
import { createPlanRecord, type PlanRecord } from '../run-queue/plan-record.ts';
import { createWaitingReader } from '../run-queue/waiting.ts';
import { createQueueMemory, type QueueMemory } from '../run-queue/queue-memory.ts';
import { createWakeups, type PlanningFault, type Planner, type Wakeups } from '../run-queue/wakeups.ts';
import { createFactsMemory } from './facts-memory.ts';
import { lookAt } from '../run-queue/queue-look.ts';
import { createSharedLooks } from '../run-queue/shared-looks.ts';
import { dryRun } from './dry-run.ts';
import * as replay from '../run-queue/why-before.ts';
import { createQueueDepth } from './queue-depth.ts';
import * as choose from './choose-runs.ts';
import * as read from './read.ts';
import { type AccountRule, findRun, maySeeRun, type RunPorts, shownList } from './run-ports.ts';
import * as steer from './steer.ts';
import { type Submission, submissionOf } from './judge-submission.ts';
import * as many from './steer-many.ts';
import { submit } from './submit.ts';

export interface RunUseCasesPorts {
  readonly runs: RunStore;
  readonly queue: RunQueueStore;
  readonly predictions: PredictionStore;
  readonly decisions: DecisionStore;
  readonly questions: Pick<SessionQuestionStore, 'read'>;
  readonly links: GatewayLinks;
  readonly changes: ChangeFeed;
  readonly accountRule: AccountRule;
  readonly newId: () => string;
  readonly random: Random;
  readonly timers: Timers;
  readonly onPlanningFault: PlanningFault;
  /** What was decided could not be kept; nobody waits for it. */
  readonly onRecordFault: (error: unknown) => void;
  /** The version of this program, which is kept with what it decided. */
  readonly version: string;
  /** How long a queue took to be planned. */
  readonly onPlanned?: (ms: number) => void;
  /** Smaller in tests. */
  readonly runsPerQueueMax?: number;
}

type After<F> = F extends (ports: RunPorts, ...rest: infer Rest) => infer Answer ? (...rest: Rest) => Answer : never;

/** Everything that people and programs ask of runs and run queues; each method takes the caller first. */
export interface RunUseCases {
  readonly wakeups: Planner;
  submit(caller: Caller, request: SubmitRunRequest, key?: string): ReturnType<typeof submit>;
  dryRun(caller: Caller, request: SubmitRunRequest): ReturnType<typeof dryRun>;
  /** For cloud flows and others that are no HTTP request. */
  submitAs(caller: Caller, submission: Submission, key?: string): ReturnType<typeof submit>;
  readonly find: After<typeof findRun>;
  readonly list: After<typeof read.list>;
  readonly waitingLongest: After<typeof read.waitingLongest>;
  readonly get: After<typeof read.get>;
  readonly log: After<typeof read.log>;
  readonly events: After<typeof read.events>;
  readonly screenshots: After<typeof read.screenshots>;
  readonly screenshot: After<typeof read.screenshot>;
  readonly explain: After<typeof read.explain>;
  readonly whyBefore: After<typeof replay.whyBefore>;
  readonly keptDecision: After<typeof replay.keptDecision>;
  readonly cancel: After<typeof steer.cancel>;
  readonly resubmit: After<typeof steer.resubmit>;
  readonly count: After<typeof choose.count>;
  readonly cancelMany: After<typeof many.cancelMany>;
  readonly resubmitMany: After<typeof many.resubmitMany>;
  readonly viewQueue: After<typeof queue.view>;
  readonly moveToTop: After<typeof queue.moveToTop>;
  readonly undoMove: After<typeof queue.undoMove>;
  readonly undoMoves: After<typeof queue.undoMoves>;
  readonly setPriority: After<typeof queue.setPriority>;
  /** For the live stream: runs as pages show them, each with who may see it. */
  readRuns(
    ids: readonly string[],
  ): Promise<readonly { run: Run; isVisibleTo: (viewer: Pick<Caller, 'id' | 'roles'>) => boolean }[]>;
  /** For pages that list runs they chose themselves. */
  toWire(runs: readonly RunRecord[]): Promise<Run[]>;
}

export function createRunUseCases(given: RunUseCasesPorts): RunUseCases {
  const memory = createQueueMemory();
  const record = createPlanRecord({ ...given, program: given.version });
  const wakeups = createPlanner({ ...given, record }, memory);
  const waiting = createWaitingReader(given.queue, given.timers);
  const queueDepth = createQueueDepth(given.runs, given.runsPerQueueMax ?? limits.RUNS_PER_QUEUE_MAX, given.timers);
  const ports: RunPorts = {
    ...given,
    wakeups,
    memory,
    record,
    waiting,
    predicted: createPredictionReader(given, given.timers),
    factsMemory: createFactsMemory(),
    queueDepth,
    queueLooks: createSharedLooks((clusterId) => lookAt({ ...given, waiting, queueDepth }, clusterId)),
  };
  return {
    wakeups,
    submit: (caller, request, key) => submit(ports, caller, submissionOf(request), { key }),
    dryRun: (caller, request) => dryRun(ports, caller, submissionOf(request)),
    submitAs: (caller, submission, key) => submit(ports, caller, submission, { key }),
    find: (...rest) => findRun(ports, ...rest),
    list: (...rest) => read.list(ports, ...rest),
    waitingLongest: (...rest) => read.waitingLongest(ports, ...rest),
    get: (...rest) => read.get(ports, ...rest),
    log: (...rest) => read.log(ports, ...rest),
    events: (...rest) => read.events(ports, ...rest),
    screenshots: (...rest) => read.screenshots(ports, ...rest),
    screenshot: (...rest) => read.screenshot(ports, ...rest),
    explain: (...rest) => read.explain(ports, ...rest),
    whyBefore: (...rest) => replay.whyBefore(ports, ...rest),
    keptDecision: (...rest) => replay.keptDecision(ports, ...rest),
    cancel: (...rest) => steer.cancel(ports, ...rest),
    resubmit: (...rest) => steer.resubmit(ports, ...rest),
    count: (...rest) => choose.count(ports, ...rest),
    cancelMany: (...rest) => many.cancelMany(ports, ...rest),
    resubmitMany: (...rest) => many.resubmitMany(ports, ...rest),
    viewQueue: (...rest) => queue.view(ports, ...rest),
    moveToTop: (...rest) => queue.moveToTop(ports, ...rest),
    undoMove: (...rest) => queue.undoMove(ports, ...rest),
    undoMoves: (...rest) => queue.undoMoves(ports, ...rest),
    setPriority: (...rest) => queue.setPriority(ports, ...rest),
    readRuns: async (ids) => {
      const runs = await given.runs.byIds(ids);
      const wire = await shownList(ports, runs);
      return runs.flatMap((run, index) => {
        const shown = wire[index];
        return shown === undefined ? [] : [{ run: shown, isVisibleTo: (viewer) => maySeeRun(viewer, run) }];
      });
    },
    toWire: (runs) => shownList(ports, runs),
  };
}

function createPlanner(ports: RunUseCasesPorts & { readonly record: PlanRecord }, memory: QueueMemory): Planner {
  const wakeups: Wakeups = createWakeups(
    ports.timers,
    async (clusterId) => {
      const beganMs = ports.timers.nowMs();
      const { lookAgainInMs } = await assignRuns({ ...ports, memory }, clusterId);
      ports.onPlanned?.(ports.timers.nowMs() - beganMs);
      if (lookAgainInMs === 0) wakeups.wake(clusterId);
      else if (lookAgainInMs !== null) wakeups.wakeIn(clusterId, lookAgainInMs);
    },
    ports.onPlanningFault,
  );
  // What other servers end frees slots that the memory does not know of: the choice among members would not be even.
  ports.changes.subscribe((change, origin) => {
    if (change.kind === 'reload') memory.forgetAll();
    else if (change.kind === 'run-queue' && origin === 'elsewhere') memory.forget(change.clusterId);
  });
  return {
    ...wakeups,
    close: async () => {
      await wakeups.close();
      await ports.record.close();
    },
    runEnded: (clusterId, runId) => {
      memory.runEnded(clusterId, runId);
      wakeups.wake(clusterId);
    },
  };
}
