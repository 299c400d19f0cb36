import type { RunId } from '@deskhand/domain/brand.ts';
import { seesEverything } from '@deskhand/domain/account/permissions.ts';
import type { Random } from '@deskhand/domain/run-queue/plan-assignments.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import type { ChangeFeed } from '../../ports/changes.ts';
import type { DecisionStore } from '../../ports/decisions.ts';
import type { GatewayLinks } from '../../ports/gateway-links.ts';
import type { RunQueueStore } from '../../ports/run-queue.ts';
import type { RunRecord, RunStore, SubmitFacts } from '../../ports/runs.ts';
import type { SessionQuestionStore } from '../../ports/session-questions.ts';
import { type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import type { QueueLook } from '../run-queue/queue-look.ts';
import type { SharedLooks } from '../run-queue/shared-looks.ts';
import type { PlanRecord } from '../run-queue/plan-record.ts';
import type { QueueMemory } from '../run-queue/queue-memory.ts';
import type { PredictionReader } from '../run-queue/predicted-starts.ts';
import type { WaitingReader } from '../run-queue/waiting.ts';
import type { Wakeups } from '../run-queue/wakeups.ts';
import type { FactsMemory } from './facts-memory.ts';
import type { QueueDepth } from './queue-depth.ts';
import { runToWire } from './run-to-wire.ts';

/** What a submission is for, after flow and connection were found and are the caller's to use. */
export interface SubmitTarget {
  readonly flow: NonNullable<SubmitFacts['flow']>;
  readonly connection: NonNullable<SubmitFacts['connection']>;
  readonly cluster: NonNullable<SubmitFacts['cluster']>;
}

/** The rule of DESIGN §6 on who submits, whose gateway it is and which account signs in; what it answers goes to the audit log. */
export type AccountRule = (caller: Caller, target: SubmitTarget) => Outcome<{ readonly exception: string | null }>;

export interface RunPorts {
  readonly runs: RunStore;
  readonly queue: RunQueueStore;
  readonly questions: Pick<SessionQuestionStore, 'read'>;
  readonly links: GatewayLinks;
  readonly changes: ChangeFeed;
  readonly wakeups: Wakeups;
  readonly memory: QueueMemory;
  readonly record: PlanRecord;
  readonly decisions: DecisionStore;
  readonly random: Random;
  readonly waiting: WaitingReader;
  readonly predicted: PredictionReader;
  readonly queueDepth: QueueDepth;
  readonly queueLooks: SharedLooks<QueueLook | undefined>;
  readonly factsMemory: FactsMemory;
  readonly accountRule: AccountRule;
  readonly newId: () => string;
}

/** Whoever submitted a run, owns its flow, or sees everything. */
export function maySeeRun(
  caller: Pick<Caller, 'id' | 'roles'>,
  run: Pick<RunRecord, 'submittedBy' | 'flowOwners'>,
): boolean {
  return seesEverything(caller.roles) || run.submittedBy.id === caller.id || run.flowOwners.includes(caller.id);
}

/** A run that the caller may not see is answered like one that does not exist. */
export async function findRun(ports: RunPorts, caller: Caller, id: string): Promise<Outcome<RunRecord>> {
  const run = await ports.runs.byId(id);
  return run !== undefined && maySeeRun(caller, run) ? done(run) : refuse('not-found', { what: 'run' });
}

export async function shown(ports: RunPorts, run: RunRecord): Promise<Run> {
  return runToWire(run, (await ports.waiting.of([run])).get(run.id));
}

export async function shownById(ports: RunPorts, id: RunId): Promise<Outcome<Run>> {
  const run = await ports.runs.byId(id);
  return run === undefined ? refuse('not-found', { what: 'run' }) : done(await shown(ports, run));
}

export async function shownList(ports: Pick<RunPorts, 'waiting'>, runs: readonly RunRecord[]): Promise<Run[]> {
  const waiting = await ports.waiting.of(runs);
  return runs.map((run) => runToWire(run, waiting.get(run.id)));
}
