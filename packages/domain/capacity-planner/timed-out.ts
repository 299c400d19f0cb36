import type { MemberAnswer, WaitCode } from '../run-queue/snapshot.ts';
import { type PlanChanges, withChanges } from './changes.ts';
import type { Planned } from './load.ts';
import { type Fate, type InSteps, playLoad } from './play-load.ts';

const HOUR_MS = 60 * 60_000;

/** The three strategies of the founding document: spread over time (S50), clusters (S51), separate connections (S52). */
export type Strategy = 'spread-over-time' | 'cluster' | 'separate-connections';

/** One thing that would have been otherwise, what it costs least first. */
export type Remedy = 'run-on-all-gateways' | 'own-account' | 'other-hour' | 'further-machine';

export const strategyOf = {
  'run-on-all-gateways': 'cluster',
  'own-account': 'separate-connections',
  'other-hour': 'spread-over-time',
  'further-machine': 'cluster',
} as const satisfies Record<Remedy, Strategy>;

export interface TriedRemedy {
  readonly remedy: Remedy;
  /** For another hour: how much later, below zero earlier. */
  readonly byMs: number | null;
  /** How long the run would have waited; null where it would have missed its deadline as well. */
  readonly startsAfterMs: number | null;
}

/** Whether the load kept a run from starting, as the members' last answers tell. */
export type Cause = 'load' | 'add-ons' | 'not-load';

const causeOfCode: Partial<Record<WaitCode, Cause>> = {
  'no-free-slot': 'load',
  'user-busy': 'load',
  'behind-earlier-run': 'load',
  'no-add-on': 'add-ons',
};

/**
 * A member that was full would have taken the run at another time. Where none was, the three strategies are not what was
 * missing: a gateway was away, or a session stood in the way.
 */
export function causeOf(answers: readonly MemberAnswer[]): Cause {
  const causes = answers.map(({ because }) => causeOfCode[because.code] ?? 'not-load');
  if (causes.includes('load')) return 'load';
  return causes.includes('add-ons') ? 'add-ons' : 'not-load';
}

/** What is likely by the answers alone, where nothing could be played. */
export function likelyRemedies(answers: readonly MemberAnswer[]): readonly Remedy[] {
  const codes = new Set(answers.map(({ because }) => because.code));
  if (causeOf(answers) !== 'load') return [];
  return [
    ...(codes.has('not-primary') ? (['run-on-all-gateways'] as const) : []),
    ...(codes.has('user-busy') ? (['own-account'] as const) : []),
    ...(codes.has('no-free-slot') || codes.has('behind-earlier-run')
      ? (['other-hour', 'further-machine'] as const)
      : []),
  ];
}

export interface Hindsight {
  /** Played unchanged it misses its deadline as it did; else the play says nothing about it. */
  readonly isReproduced: boolean;
  /** In the order of what they cost. */
  readonly tried: readonly TriedRemedy[];
}

/** Hours that are tried, the nearest first. */
const OTHER_HOURS_MS = [1, -1, 2, -2, 3, -3].map((hours) => hours * HOUR_MS);
/** A play begins with empty machines, so what it says of its first hours is too good. */
export const KNOWN_BEFORE_MS = 2 * HOUR_MS;

/** Plays what was around one run of the load, first as it was and then with one thing otherwise at a time. */
export function* lookBack(planned: Planned, index: number): InSteps<Hindsight> {
  const run = planned.load.runs[index];
  if (run === undefined || waitOf((yield* playLoad(planned)).fates[index]) !== null)
    return { isReproduced: false, tried: [] };
  const tried: TriedRemedy[] = [];
  const lookAt = function* (remedy: Remedy, otherwise: Planned, at = index): InSteps<void> {
    tried.push({ remedy, byMs: null, startsAfterMs: waitOf((yield* playLoad(otherwise)).fates[at]) });
  };
  const { members, runOnAllGateways } = planned.cluster;
  const changed = (changes: PlanChanges): Planned => withChanges(planned, changes);
  if (!runOnAllGateways && members.length > 1)
    yield* lookAt('run-on-all-gateways', changed({ runOnAllGateways: true }));
  yield* lookAt('own-account', withOwnAccount(planned, index));
  tried.push(yield* otherHour(planned, index));
  yield* lookAt('further-machine', changed({ members: 1, runOnAllGateways: true }));
  return { isReproduced: true, tried };
}

/** The first that would have helped is the one to name: it costs least. */
export const remedyOf = ({ tried }: Hindsight): TriedRemedy | null =>
  tried.find(({ startsAfterMs }) => startsAfterMs !== null) ?? null;

const waitOf = (fate: Fate | undefined): number | null => (fate?.what === 'started' ? fate.afterMs : null);

/** S52: the runs of its flow as an account that no other flow uses. */
function withOwnAccount({ cluster, load }: Planned, index: number): Planned {
  const flow = load.runs[index]?.flow;
  const runs = load.runs.map((run) => (run.flow === flow ? { ...run, user: `account of ${run.flow}` } : run));
  return { cluster, load: { ...load, runs } };
}

/** S50: the run alone comes at another hour, within the time whose load is known. */
function* otherHour(planned: Planned, index: number): InSteps<TriedRemedy> {
  const { fromMs, toMs, runs } = planned.load;
  const requestedAtMs = runs[index]?.atMs ?? fromMs;
  for (const byMs of OTHER_HOURS_MS) {
    if (requestedAtMs + byMs < fromMs + KNOWN_BEFORE_MS) continue;
    const moved = moveRun(planned, index, byMs);
    const startsAfterMs = waitOf((yield* playLoad(moved.planned)).fates[moved.index]);
    if (startsAfterMs !== null && requestedAtMs + byMs + startsAfterMs <= toMs)
      return { remedy: 'other-hour', byMs, startsAfterMs };
  }
  return { remedy: 'other-hour', byMs: null, startsAfterMs: null };
}

function moveRun({ cluster, load }: Planned, index: number, byMs: number) {
  const run = load.runs[index];
  if (run === undefined) throw new Error('Only a run of the load is moved.');
  const moved = { ...run, atMs: run.atMs + byMs };
  const others = load.runs.toSpliced(index, 1);
  const place = others.findLastIndex((one) => one.atMs <= moved.atMs) + 1;
  const runs = others.toSpliced(place, 0, moved);
  return { planned: { cluster, load: { ...load, runs } }, index: place };
}
