import { stateOfWaiting, type WaitingState } from '@deskhand/domain/run-queue/explain.ts';
import { planAssignments } from '@deskhand/domain/run-queue/plan-assignments.ts';
import type { MemberAnswer, Plan, WaitReason } from '@deskhand/domain/run-queue/snapshot.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import type { Fairness } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import { classKeyIn } from '../../ports/class-key.ts';
import type { RunQueueStore } from '../../ports/run-queue.ts';
import type { RunRecord } from '../../ports/runs.ts';
import { createSharedLooks } from './shared-looks.ts';

/** Runs whose place in the queue a list shows; further back only the run's own page counts it. */
export const PLACES_SHOWN_MAX = 1_000;
/** Many pages ask about the same queue at once; an explanation serves them all for a moment. */
const EXPLANATION_AGE_MAX_MS = 200;
const EXPLANATIONS_KEPT_MAX = 1_000;

/** What a queued run waits for. */
export interface Waiting {
  readonly position: number | null;
  readonly isNextToRun: boolean;
  readonly because: WaitReason | null;
  readonly members: readonly MemberAnswer[];
}

interface Explanation {
  readonly plan: PlanToRead | undefined;
  readonly places: ReadonlyMap<string, number>;
}
interface Asked {
  readonly atMs: number;
  readonly explanation: Promise<Explanation>;
}

/** Tells of queued runs why they wait, from a plan that is made to be read and not committed. */
export interface WaitingReader {
  of(runs: readonly RunRecord[]): Promise<ReadonlyMap<string, Waiting>>;
}

export function createWaitingReader(queue: RunQueueStore, timers: Pick<Timers, 'nowMs'>): WaitingReader {
  const asked = new Map<string, Asked>();
  // A long queue with fairness takes longer to read than an explanation lasts: one reading after the other, and not beside it.
  const explanations = createSharedLooks(async (clusterId): Promise<Explanation> => {
    // Both at once: when the database goes away, the failure of either has to be heard.
    const [plan, places] = await Promise.all([planToRead(queue, clusterId), placesOf(queue, clusterId)]);
    return { plan, places };
  });
  const explanationOf = (clusterId: string): Promise<Explanation> => {
    const known = asked.get(clusterId);
    const atMs = timers.nowMs();
    if (known !== undefined && atMs - known.atMs < EXPLANATION_AGE_MAX_MS) return known.explanation;
    if (asked.size >= EXPLANATIONS_KEPT_MAX) asked.clear();
    const explanation = explanations.at(clusterId);
    asked.set(clusterId, { atMs, explanation });
    return explanation;
  };
  return {
    of: async (runs) => {
      const queued = runs.filter((run) => run.state === 'queued');
      const entries = queued.map(async (run) => {
        const { plan, places } = await explanationOf(run.cluster.id);
        return [run.id, waitingOf(run, plan, places.get(run.id) ?? null)] as const;
      });
      return new Map(await Promise.all(entries));
    },
  };
}

/** A plan with what tells its classes apart. */
export interface PlanToRead {
  readonly plan: Plan;
  readonly fairness: Fairness | undefined;
}

export async function planToRead(queue: RunQueueStore, clusterId: string): Promise<PlanToRead | undefined> {
  const reading = await queue.read(clusterId);
  if (reading === undefined) return undefined;
  const { nowMs, snapshot } = reading;
  return { plan: planAssignments(snapshot, nowMs, () => 0), fairness: snapshot.fairness };
}

export function stateIn({ plan, fairness }: PlanToRead, run: RunRecord, position: number): WaitingState {
  const of = { ...run, submittedById: run.submittedBy.id, flowId: run.flow.id };
  return stateOfWaiting({ id: run.id, classKey: classKeyIn(fairness, of), position }, plan);
}

async function placesOf(queue: RunQueueStore, clusterId: string): Promise<ReadonlyMap<string, number>> {
  const places = await queue.firstPlaces(clusterId, PLACES_SHOWN_MAX);
  return new Map(places.map((place) => [place.id, place.position]));
}

function waitingOf(run: RunRecord, plan: PlanToRead | undefined, position: number | null): Waiting {
  if (plan === undefined) return { position, isNextToRun: false, because: null, members: [] };
  const state = stateIn(plan, run, position ?? 0);
  return { position, isNextToRun: state.isNextToRun, because: state.because, members: state.members };
}
