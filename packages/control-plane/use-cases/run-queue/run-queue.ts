import type { Priority } from '@deskhand/domain/run/run.ts';
import { runCan, type RunVerb } from '@deskhand/domain/run/run-can.ts';
import type { RunId } from '@deskhand/domain/brand.ts';
import { limitOfMember } from '@deskhand/domain/capacity/session-limit.ts';
import { memberAvailability } from '@deskhand/domain/gateway/member-availability.ts';
import type { QueueSnapshot } from '@deskhand/domain/run-queue/snapshot.ts';
import type { Run, RunQueueView } from '@deskhand/protocol/http/runs.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import { auditBy, type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import { findRun, maySeeRun, type RunPorts, shownById } from '../runs/run-ports.ts';
import { runToWire } from '../runs/run-to-wire.ts';

const QUEUED_SHOWN_MAX = 200;

/** The live queue of a cluster. Everybody sees its order; the runs of others without inputs and outputs. */
export async function view(ports: RunPorts, caller: Caller, clusterId: string): Promise<Outcome<RunQueueView>> {
  const reading = await ports.queue.read(clusterId);
  if (reading === undefined) return refuse('not-found', { what: 'gateway cluster' });
  const [places, inHand, total, version] = await Promise.all([
    ports.queue.firstPlaces(clusterId, QUEUED_SHOWN_MAX),
    ports.queue.inHand(clusterId),
    ports.runs.countQueued(clusterId, limits.RUNS_PER_QUEUE_MAX),
    ports.queue.viewVersion(clusterId),
  ]);
  const runs = await ports.runs.byIds([...inHand, ...places.map((place) => place.id)]);
  const waiting = await ports.waiting.of(runs);
  const byId = new Map(runs.map((run) => [run.id, run]));
  const wire = (id: RunId): Run | undefined => {
    const run = byId.get(id);
    if (run === undefined) return undefined;
    const shown = runToWire(run, waiting.get(id));
    return maySeeRun(caller, run) ? shown : { ...shown, inputs: {}, outputs: {} };
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
          because: state?.because ?? null,
          members: state?.members.map((member) => ({ ...member })) ?? [],
        },
      ];
    }),
    total,
    slots: slotsOf(reading.snapshot),
    version,
  });
}

function slotsOf({ members, inHand }: QueueSnapshot): RunQueueView['slots'] {
  const open = members.filter((member) => memberAvailability(member).ok);
  const all = open.reduce((sum, member) => sum + (member.facts === null ? 0 : limitOfMember(member, member.facts)), 0);
  return { inUse: inHand.length, all };
}

/** The first named ends first (S31). Runs that no longer wait are passed over; none at all is a conflict. */
export async function moveToTop(
  ports: RunPorts,
  caller: Caller,
  clusterId: string,
  ids: readonly string[],
): Promise<Outcome<RunQueueView>> {
  const audit = auditBy(caller, 'move-to-top', `gateway-cluster ${clusterId}`, { runs: ids });
  const moved = await ports.queue.moveToTop(clusterId, ids as readonly RunId[], caller.name, audit);
  if (moved.length === 0) return refuse('run-not-queued');
  for (const runId of moved) ports.changes.publish({ kind: 'run', runId });
  queueChanged(ports, clusterId);
  return await view(ports, caller, clusterId);
}

export async function undoMove(ports: RunPorts, caller: Caller, id: string): Promise<Outcome<Run>> {
  return await reorder(ports, caller, { id, verb: 'undoMove', audit: 'undo-move' }, (audit) =>
    ports.queue.undoMove(id, caller.name, audit),
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
  commit: (audit: ReturnType<typeof auditBy>) => Promise<boolean>,
): Promise<Outcome<Run>> {
  const found = await findRun(ports, caller, change.id);
  if (!found.ok) return found;
  const can = runCan(found.value, change.verb);
  const refusal = can.ok ? undefined : can.because.code;
  if (refusal !== undefined) return refuse(refusal === 'run-not-moved' ? 'run-not-moved' : 'run-not-queued');
  if (!(await commit(auditBy(caller, change.audit, `run ${change.id}`, change.detail))))
    return refuse('run-not-queued');
  ports.changes.publish({ kind: 'run', runId: change.id });
  queueChanged(ports, found.value.cluster.id);
  return await shownById(ports, found.value.id);
}

function queueChanged({ changes, wakeups }: RunPorts, clusterId: string): void {
  changes.publish({ kind: 'run-queue', clusterId });
  wakeups.wake(clusterId);
}
