import { member } from '../run-queue/queue-world.ts';
import type { ClusterInPlay } from '../run-queue/queue-in-play.ts';
import type { ArrivingRun, Load, Planned } from './load.ts';
import type { Fate, InSteps } from './play-load.ts';

/** Small loads and clusters for the tests of this package; times in minutes. */
export interface SmallRun {
  readonly at?: number;
  readonly user?: string;
  readonly flow?: string;
  readonly takes?: number;
  /** How long it may wait. */
  readonly within?: number;
  readonly priority?: 'high' | 'normal';
  /** Who submitted it. */
  readonly by?: string;
  /** Moved to the top before it came. */
  readonly top?: number;
  readonly cancelledAfter?: number;
}

export const MINUTE_MS = 60_000;

/** Without a name each run is of an account of its own. */
export function arrivingRun(run: SmallRun, index: number): ArrivingRun {
  return {
    atMs: (run.at ?? 0) * MINUTE_MS,
    user: run.user ?? `u${String(index)}`,
    flow: run.flow ?? 'flow',
    priority: run.priority ?? 'normal',
    ...(run.by === undefined ? {} : { submittedById: run.by }),
    topRank: run.top ?? null,
    startDeadlineMs: (run.within ?? 1_000) * MINUTE_MS,
    cancelledAfterMs: run.cancelledAfter === undefined ? null : run.cancelledAfter * MINUTE_MS,
    durationMs: (run.takes ?? 10) * MINUTE_MS,
  };
}

export function smallLoad(runs: readonly SmallRun[], changes: Partial<Load> = {}): Load {
  const arriving = runs.map(arrivingRun).sort((a, b) => a.atMs - b.atMs);
  return { fromMs: 0, toMs: 24 * 60 * MINUTE_MS, runs: arriving, attended: [], ...changes };
}

export function smallCluster(
  members: number,
  slots: number,
  { addOns = null, ...changes }: Partial<ClusterInPlay> = {},
): ClusterInPlay {
  return {
    runOnAllGateways: true,
    selection: 'random',
    members: Array.from({ length: members }, (_, order) =>
      member(`m${String(order + 1)}`, { order, facts: { sessionLimit: slots } }),
    ),
    addOns,
    ...changes,
  };
}

export const small = (cluster: ClusterInPlay, runs: readonly SmallRun[]): Planned => ({
  cluster,
  load: smallLoad(runs),
});

/** To its end in one go. */
export function whole<Answer>(steps: InSteps<Answer>): Answer {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Minutes of the wait, or what else became of it. */
export const told = (fates: readonly Fate[]): string =>
  fates
    .map((fate) => {
      if (fate.what === 'started') return String(fate.afterMs / MINUTE_MS);
      return fate.what === 'cancelled' ? 'cancelled' : `${fate.what}:${fate.because}`;
    })
    .join(' ');

/** The same without why runs missed. */
export const toldWithoutReasons = (fates: readonly Fate[]): string => told(fates).replaceAll(/:[\w-]+/g, '');
