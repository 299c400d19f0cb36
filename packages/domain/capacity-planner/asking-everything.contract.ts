import type { RunId } from '../brand.ts';
import { planAssignments } from '../run-queue/plan-assignments.ts';
import { byQueueOrder } from '../run-queue/queue-order.ts';
import type { QueuedRun, RunClass, RunInHand } from '../run-queue/snapshot.ts';
import { type ClassOfRun, fairLoadOf } from './fair-load.ts';
import type { Load, Planned } from './load.ts';
import { MINUTE_MS } from './small-loads.ts';

/** The plainest play there is: every class is planned anew at each moment. */
export function askingEverything({ cluster, load }: Planned): string {
  const fates = new Map<number, string>();
  const onMachines = new Map<number, { readonly run: RunInHand; readonly endMs: number }>();
  const moments = new Set(load.runs.flatMap(({ atMs, startDeadlineMs }) => [atMs, atMs + startDeadlineMs]));
  const fair = fairLoadOf(load, cluster.fairness);
  const classes = load.runs.map((run) => fair.ofArriving(run));
  const runIds = load.runs.map((_, index) => `run ${String(index)}` as RunId);
  for (;;) {
    const atMs = Math.min(...moments);
    if (!Number.isFinite(atMs)) return load.runs.map((_, index) => fates.get(index)).join(' ');
    moments.delete(atMs);
    for (const [index, { endMs }] of onMachines) if (endMs === atMs) onMachines.delete(index);
    const waiting = load.runs
      .map((_, index) => index)
      .filter((index) => !fates.has(index) && (load.runs[index]?.atMs ?? 0) <= atMs);
    const left = waiting.filter((index) => {
      const run = load.runs[index];
      const isOver = run !== undefined && run.atMs + run.startDeadlineMs === atMs;
      if (isOver) fates.set(index, 'missed');
      return !isOver;
    });
    const waitingClasses = [...Map.groupBy(left, (index) => classes[index]?.classKey ?? '')].map(
      ([key, indexes]): RunClass => ({
        ...{ key, user: load.runs[indexes[0] ?? 0]?.user ?? '', mode: 'unattended', whenSessionBlocked: 'fail' },
        ...factsOf(classes[indexes[0] ?? 0]),
        count: indexes.length,
        heads: indexes.map((index) => queuedRun(load, index, runIds[index] ?? ('' as RunId))).sort(byQueueOrder),
      }),
    );
    const inHand = [...onMachines.values()].map(({ run }) => run);
    const addOnsFree = cluster.addOns === null ? null : cluster.addOns - inHand.length;
    const plan = planAssignments(
      { ...cluster, version: 0, classes: waitingClasses, inHand, addOnsFree },
      atMs,
      () => 0,
    );
    for (const { runId, gatewayId } of plan.offers) {
      const index = runIds.indexOf(runId);
      const run = load.runs[index];
      if (run === undefined) continue;
      fates.set(index, String((atMs - run.atMs) / MINUTE_MS));
      const endMs = atMs + run.durationMs;
      const held = { id: runId, gatewayId, user: run.user, mode: 'unattended', ...factsOf(classes[index]) } as const;
      onMachines.set(index, { run: held, endMs });
      moments.add(endMs);
    }
  }
}

const factsOf = (of: ClassOfRun | undefined): Pick<ClassOfRun, 'fair'> => (of?.fair ? { fair: of.fair } : {});

function queuedRun({ runs }: Load, index: number, id: RunId): QueuedRun {
  const { priority = 'normal', topRank = null, atMs = 0 } = runs[index] ?? {};
  return { id, requestNumber: index, requestedAtMs: atMs, priority, topRank };
}
