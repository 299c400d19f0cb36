import type { Priority } from '@deskhand/domain/run/run.ts';
import { runCan, type RunVerb } from '@deskhand/domain/run/run-can.ts';
import { mayDo, seesEverything } from '@deskhand/domain/account/permissions.ts';
import type { AccountId, RunId } from '@deskhand/domain/brand.ts';
import { limitOfMember } from '@deskhand/domain/capacity/session-limit.ts';
import { memberAvailability } from '@deskhand/domain/gateway/member-availability.ts';
import { isAtRisk } from '@deskhand/domain/prediction/deadline-risk.ts';
import type { QueueSnapshot } from '@deskhand/domain/run-queue/snapshot.ts';
import type { Run, RunQueueView } from '@deskhand/protocol/http/runs.ts';
import type { QueueReading } from '../../ports/run-queue.ts';
import type { RunRecord } from '../../ports/runs.ts';
import { auditBy, type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import { maySeeRun, type RunPorts, shownById } from '../runs/run-ports.ts';
import type { PredictedLine } from './predicted-starts.ts';
import { fairTierOf } from '@deskhand/domain/run-queue/fairness/fair-order.ts';
import { fairnessToWire } from './fairness-to-wire.ts';
import { startToWire } from './start-to-wire.ts';
import { runToWire } from '../runs/run-to-wire.ts';

/** The live queue of a cluster. Everybody sees its order; the runs of others without inputs and outputs. */
export async function view(ports: RunPorts, caller: Caller, clusterId: string): Promise<Outcome<RunQueueView>> {
  const [seen, predicted] = await Promise.all([ports.queueLooks.at(clusterId), ports.predicted.line(clusterId)]);
  if (seen === undefined) return refuse('not-found', { what: 'gateway cluster' });
  const { reading, places, inHand, total, version, ownerId, runs, waiting, answersOf } = seen;
  const byId = new Map(runs.map((run) => [run.id, run]));
  const wire = (id: RunId): Run | undefined => {
    const run = byId.get(id);
    if (run === undefined) return undefined;
    const shown = runToWire(run, waiting.get(id));
    return maySeeRun(caller, run) ? shown : withoutValues(shown);
  };
  return done({
    cluster: { id: clusterId, name: reading.clusterName },
    running: inHand.flatMap((id) => wire(id) ?? []),
    queued: places.flatMap(({ id, position }) => {
      const run = wire(id);
      const state = waiting.get(id);
      if (run?.state !== 'queued') return [];
      return [
        {
          run: { ...run, position },
          position,
          nextToRun: state?.isNextToRun ?? false,
          aged: hasAged(byId.get(id), reading),
          because: state?.because ?? null,
          starts: startToWire(predicted?.starts.get(id), { position, startDeadlineAt: new Date(run.startDeadlineAt) }),
          members: answersOf(id, state?.members ?? []),
        },
      ];
    }),
    total,
    slots: slotsOf(reading.snapshot),
    addOns: addOnsOf(reading),
    fairness: fairnessToWire(reading.snapshot.fairness),
    version,
    atRisk: atRiskOf(predicted),
    accuracy: predicted?.accuracy ?? null,
    maySteer: mayDo(caller.roles, 'queue.order') && steersQueue(caller, ownerId ?? null),
  });
}

/** A normal run that ranks among the high ones by now. */
function hasAged(run: RunRecord | undefined, { nowMs, snapshot }: QueueReading): boolean {
  if (run === undefined || snapshot.fairness === undefined || run.priority === 'high') return false;
  return fairTierOf({ ...run, requestedAtMs: run.requestedAt.getTime() }, snapshot.fairness, nowMs) === 1;
}

/** Of the runs that are played; further back a queue is not predicted run by run. */
function atRiskOf(predicted: PredictedLine | undefined): number {
  if (predicted === undefined) return 0;
  const { reading, starts } = predicted;
  return reading.line.filter((run) => isAtRisk(starts.get(run.id), run.startDeadlineAtMs)).length;
}

function slotsOf({ members, inHand }: QueueSnapshot): RunQueueView['slots'] {
  const open = members.filter((member) => memberAvailability(member).ok);
  const all = open.reduce((sum, member) => sum + (member.facts === null ? 0 : limitOfMember(member, member.facts)), 0);
  return { inUse: inHand.length, all };
}

/** A pool that was made smaller than what is held counts as used up. */
function addOnsOf({ addOns, snapshot }: QueueReading): RunQueueView['addOns'] {
  return addOns === null ? null : { inUse: addOns - (snapshot.addOnsFree ?? 0), all: addOns };
}

/** Product-reference §2.1: the order of a queue belongs to admins, operators and the owner of its cluster. */
const steersQueue = (caller: Caller, clusterOwnerId: AccountId | null): boolean =>
  seesEverything(caller.roles) || caller.id === clusterOwnerId;
const whoSteers = 'the order of a run queue is for admins, operators and the owner of its gateway cluster.';

/** The first named ends first (S31). Runs that no longer wait are passed over; none at all is a conflict. */
export async function moveToTop(
  ports: RunPorts,
  caller: Caller,
  clusterId: string,
  ids: readonly string[],
): Promise<Outcome<RunQueueView>> {
  return await reorderMany(ports, caller, { clusterId, ids, verb: 'move-to-top', ifNone: 'run-not-queued' });
}

/** All or none of them at once: nobody sees a queue in which half of a move was undone. */
export async function undoMoves(
  ports: RunPorts,
  caller: Caller,
  clusterId: string,
  ids: readonly string[],
): Promise<Outcome<RunQueueView>> {
  return await reorderMany(ports, caller, { clusterId, ids, verb: 'undo-move', ifNone: 'run-not-moved' });
}

interface ManyToReorder {
  readonly clusterId: string;
  readonly ids: readonly string[];
  readonly verb: 'move-to-top' | 'undo-move';
  readonly ifNone: 'run-not-queued' | 'run-not-moved';
}

async function reorderMany(
  ports: RunPorts,
  caller: Caller,
  { clusterId, ids, verb, ifNone }: ManyToReorder,
): Promise<Outcome<RunQueueView>> {
  const ownerId = await ports.queue.ownerOf(clusterId);
  if (ownerId === undefined) return refuse('not-found', { what: 'gateway cluster' });
  if (!steersQueue(caller, ownerId)) return refuse('not-allowed', { detail: whoSteers });
  const audit = auditBy(caller, verb, `gateway-cluster ${clusterId}`, { runs: ids });
  const change = verb === 'move-to-top' ? ports.queue.moveToTop : ports.queue.undoMove;
  const changed = await change(clusterId, ids as readonly RunId[], caller.name, audit);
  if (changed.length === 0) return refuse(ifNone);
  for (const runId of changed) ports.changes.publish({ kind: 'run', runId });
  await queueChanged(ports, clusterId);
  return await view(ports, caller, clusterId);
}

export async function undoMove(ports: RunPorts, caller: Caller, id: string): Promise<Outcome<Run>> {
  return await reorder(
    ports,
    caller,
    { id, verb: 'undoMove', audit: 'undo-move' },
    async (audit, run) => (await ports.queue.undoMove(run.cluster.id, [run.id], caller.name, audit)).length > 0,
  );
}

export async function setPriority(
  ports: RunPorts,
  caller: Caller,
  id: string,
  priority: Priority,
): Promise<Outcome<Run>> {
  return await reorder(
    ports,
    caller,
    { id, verb: 'setPriority', audit: 'set-priority', detail: { priority } },
    (audit) => ports.queue.setPriority(id, priority, caller.name, audit),
  );
}

async function reorder(
  ports: RunPorts,
  caller: Caller,
  change: {
    readonly id: string;
    readonly verb: RunVerb;
    readonly audit: string;
    readonly detail?: Record<string, unknown>;
  },
  commit: (audit: ReturnType<typeof auditBy>, run: RunRecord) => Promise<boolean>,
): Promise<Outcome<Run>> {
  const found = await runToReorder(ports, caller, change);
  if (!found.ok) return found;
  const can = runCan(found.value, change.verb);
  const refusal = can.ok ? undefined : can.because.code;
  if (refusal !== undefined) return refuse(refusal === 'run-not-moved' ? 'run-not-moved' : 'run-not-queued');
  if (!(await commit(auditBy(caller, change.audit, `run ${change.id}`, change.detail), found.value)))
    return refuse('run-not-queued');
  ports.changes.publish({ kind: 'run', runId: change.id });
  await queueChanged(ports, found.value.cluster.id);
  const answer = await shownById(ports, found.value.id);
  return answer.ok && !maySeeRun(caller, found.value) ? done(withoutValues(answer.value)) : answer;
}

/** Whoever steers the queue may reorder any run of it; whoever submitted a run may change its priority. */
async function runToReorder(
  ports: RunPorts,
  caller: Caller,
  { id, verb }: { readonly id: string; readonly verb: RunVerb },
): Promise<Outcome<RunRecord>> {
  const run = await ports.runs.byId(id);
  const steers = run !== undefined && steersQueue(caller, (await ports.queue.ownerOf(run.cluster.id)) ?? null);
  if (run === undefined || !(steers || maySeeRun(caller, run))) return refuse('not-found', { what: 'run' });
  if (steers || (verb === 'setPriority' && run.submittedBy.id === caller.id)) return done(run);
  const detail = verb === 'setPriority' ? `only whoever submitted the run changes it; ${whoSteers}` : whoSteers;
  return refuse('not-allowed', { detail });
}

const withoutValues = (run: Run): Run => ({ ...run, inputs: {}, outputs: {} });

/**
 * The planner is not woken: another order makes no run startable that could not start before, and a plan of the same moment
 * loses to the change and is made anew. Only where fairness is on, what was moved or made high may pass a lane or a share.
 */
async function queueChanged({ changes, queue, wakeups }: RunPorts, clusterId: string): Promise<void> {
  changes.publish({ kind: 'run-queue', clusterId });
  if ((await queue.fairnessOf(clusterId)) !== null) wakeups.wake(clusterId);
}
