import { mayDo, seesEverything } from '@deskhand/domain/account/permissions.ts';
import { TOO_OLD_TO_ASK } from '@deskhand/domain/session/negotiation/words.ts';
import { NEXT_TO_RUN } from '@deskhand/domain/session/texts.ts';
import type { PredictedStart, Run, RunQueueView, SessionQuestion } from '@deskhand/protocol/http/runs.ts';
import { answerOf } from './member-answers.ts';
import { found } from './refusal.ts';
import { reasons } from './seed-runs.ts';
import type { World } from './world.ts';

/** Ranks of runs that were moved to the top, which the wire does not carry. */
const ranks = new Map<string, number>();
let lastRank = 0;

const byOrder = (one: Run, other: Run): number =>
  (ranks.get(other.id) ?? 0) - (ranks.get(one.id) ?? 0) ||
  Number(other.priority === 'high') - Number(one.priority === 'high') ||
  one.requestNumber - other.requestNumber;

export function queuedOf(world: World, clusterId: string): Run[] {
  return world.runs.filter((run) => run.cluster.id === clusterId && run.state === 'queued').toSorted(byOrder);
}

/** Gives every waiting run its place and its word; the first that waits only for a slot is next. */
export function settleQueue(world: World, clusterId: string): void {
  let nextIsTaken = false;
  queuedOf(world, clusterId).forEach((run, index) => {
    const waitsForSlot = run.because === null || run.because.kind === 'capacity' || run.because.kind === 'order';
    const isNext = waitsForSlot && !nextIsTaken;
    nextIsTaken ||= isNext;
    const display = isNext ? NEXT_TO_RUN : 'Queued';
    const because = isNext ? reasons.slot : run.because?.code === 'no-free-slot' ? reasons.behind : run.because;
    replaceRun(world, { ...run, position: index + 1, display, because });
  });
}

export function replaceRun(world: World, run: Run): Run {
  world.runs = world.runs.map((item) => (item.id === run.id ? run : item));
  return run;
}

export function moveRunsToTop(world: World, clusterId: string, ids: readonly string[]): void {
  for (const id of ids.toReversed()) {
    const run = found(
      queuedOf(world, clusterId).find((item) => item.id === id),
      'run',
    );
    ranks.set(id, ++lastRank);
    replaceRun(world, { ...run, movedToTop: true });
  }
  settleQueue(world, clusterId);
}

export function undoMoveOf(world: World, run: Run): Run {
  ranks.delete(run.id);
  replaceRun(world, { ...run, movedToTop: false });
  settleQueue(world, run.cluster.id);
  return found(
    world.runs.find((item) => item.id === run.id),
    'run',
  );
}

export function queueView(world: World, clusterId: string): RunQueueView {
  const cluster = found(
    world.clusters.find((item) => item.id === clusterId),
    'gateway cluster',
  );
  settleQueue(world, clusterId);
  const queued = queuedOf(world, clusterId);
  const running = world.runs.filter(
    (run) => run.cluster.id === clusterId && ['starting', 'running', 'cancelling'].includes(run.state),
  );
  const machines = world.gateways.filter((gateway) => gateway.clusterId === clusterId && gateway.status === 'online');
  return {
    cluster: { id: cluster.id, name: cluster.name },
    running,
    queued: queued.map((run, index) => ({
      run,
      position: index + 1,
      nextToRun: run.display === NEXT_TO_RUN,
      aged: false,
      because: run.because,
      starts: startOf(run, index),
      members: membersOf(world, run),
    })),
    total: queued.length,
    slots: {
      inUse: running.length,
      all: machines.reduce((sum, gateway) => sum + (gateway.machine?.sessionLimit ?? 0), 0),
    },
    addOns: addOnsOf(world),
    fairness: cluster.fairness,
    atRisk: 0,
    accuracy: null,
    maySteer: mayDo(world.me.roles, 'queue.order') && seesEverything(world.me.roles),
    version: Date.now(),
  };
}

function addOnsOf({ runs, settings }: World): RunQueueView['addOns'] {
  const all = settings.unattendedAddOns;
  const held = runs.filter(
    (run) => run.mode === 'unattended' && ['offered', 'starting', 'running', 'cancelling'].includes(run.state),
  );
  return all === null ? null : { inUse: Math.min(all, held.length), all };
}

/** One after the other, every three minutes. */
export function startOf(run: Run, index: number): PredictedStart {
  const at = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
  const [earliestAt, medianAt, latestAt] = [at(3 * index + 2), at(3 * index + 3), at(3 * index + 5)];
  return {
    earliestAt,
    medianAt,
    latestAt,
    isGuess: index > 3,
    atRisk: earliestAt > run.startDeadlineAt,
    whatHelps: [],
  };
}

/** Bob holds a session on the second kiosk, and has been asked for the run that waits longest. */
function askedBob({ requestNumber }: Run): SessionQuestion {
  return {
    ...{ user: 'bob', state: 'agreed', trouble: null, isLocked: false, isForThisRun: requestNumber === 4820 },
    askedAt: new Date(Date.now() - 2 * 60_000).toISOString(),
    answeredAt: new Date(Date.now() - 60_000).toISOString(),
    signOutAt: new Date(Date.now() + 9 * 60_000).toISOString(),
  };
}

export function membersOf(world: World, run: Run) {
  return world.gateways
    .filter((gateway) => gateway.clusterId === run.cluster.id)
    .map((gateway) => {
      const answer = answerOf(world, gateway, { accountName: run.connection.accountName, mode: run.mode });
      // A machine that would take it is left to those before it; the real plan offers it to them at once.
      const because = answer.ok ? reasons.behind : answer.because;
      const about = { gatewayId: gateway.id, name: gateway.name, because };
      if (because.code !== 'session-exists-single') return { ...about, questions: [] };
      // The one of an older release, which only its maintenance keeps from being asked.
      return gateway.id === 'gw-6'
        ? { ...about, questions: [], cannotAsk: TOO_OLD_TO_ASK }
        : { ...about, questions: [askedBob(run)] };
    });
}
