import { DURATIONS_MEASURED_MAX, digestOf, usualDurationMs } from '../prediction/durations.ts';
import type { FairFacts, Fairness, Sharer } from '../run-queue/fairness/fairness.ts';
import { type ArrivingRun, type Asking, type AttendedSpan, classKeysIn, type Load } from './load.ts';

/** What the planner is told of a run beside its place in the queue. */
export interface ClassOfRun {
  readonly classKey: string;
  /** Absent where the cluster has no fairness. */
  readonly fair?: FairFacts;
}

export interface FairLoad {
  ofArriving(run: Asking): ClassOfRun;
  ofAttended(span: Asking): ClassOfRun;
}

/**
 * The runs of a load as the fairness of a cluster sees them. How long a flow usually takes is measured by the load itself:
 * a plan knows its whole day, and a server knows the days before.
 */
export function fairLoadOf({ runs, attended }: Load, fairness: Fairness | undefined): FairLoad {
  const classKey = classKeysIn(fairness);
  if (fairness === undefined) {
    const plain = (run: Asking): ClassOfRun => ({ classKey: classKey(run) });
    return { ofArriving: plain, ofAttended: plain };
  }
  const asksDurations = fairness.lanes.some((lane) => lane.for === 'short');
  // Each mode of a flow is measured for itself, as the server does.
  const usual = usualDurations(asksDurations ? runs.filter(({ isGuess }) => isGuess !== true) : []);
  const usualAttended = usualDurations(asksDurations ? attended.map(asMeasured) : []);
  const factsBy = (durations: ReadonlyMap<string, number | null>) => (run: Asking) => {
    const { priority, flow } = run;
    const fair = { priority, sharer: sharerOf(run, fairness), usuallyMs: durations.get(flow) ?? null };
    return { classKey: classKey(run), fair };
  };
  return { ofArriving: factsBy(usual), ofAttended: factsBy(usualAttended) };
}

/** Nobody where the load does not tell who asks: such runs have no share that could be used up. */
function sharerOf({ submittedById, flow }: Asking, { share }: Fairness): Sharer | null {
  const id = share?.by === 'flow' ? flow : share?.by === 'user' ? submittedById : undefined;
  return id === undefined ? null : { id, name: id };
}

type Measured = Pick<ArrivingRun, 'flow' | 'durationMs'>;

const asMeasured = ({ flow, fromMs, toMs }: AttendedSpan): Measured => ({ flow, durationMs: toMs - fromMs });

/** Null for a flow of which too few runs are measured. */
function usualDurations(measured: readonly Measured[]): ReadonlyMap<string, number | null> {
  return new Map(
    [...Map.groupBy(measured, ({ flow }) => flow)].map(([flow, of]) => {
      const newest = of.slice(-DURATIONS_MEASURED_MAX).map(({ durationMs }) => durationMs);
      return [flow, usualDurationMs(digestOf(newest))];
    }),
  );
}
