import { limitOfMember } from '../capacity/session-limit.ts';
import { servingMembers } from '../gateway/member-availability.ts';
import type { WaitCode } from '../run-queue/snapshot.ts';
import type { Load, Planned } from './load.ts';
import type { Fate, Played } from './play-load.ts';
import type { UsedBetween } from './usage.ts';

/** How long runs waited. One that missed its start deadline counts with all of it: so long it waited at least. */
export interface Waits {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}

export interface Counts {
  readonly runs: number;
  readonly started: number;
  readonly missed: number;
  readonly waits: Waits;
}

export interface Bucket extends UsedBetween {
  readonly arrived: number;
  /** Of the runs that came in this time. */
  readonly missed: number;
  readonly waitP95Ms: number;
}

/** What a cluster would make of a load, in figures that people compare. */
export interface Figures extends Counts {
  readonly cancelled: number;
  readonly refused: number;
  /** Why runs still waited when their start deadlines passed, the most frequent first. */
  readonly missedBecause: readonly { readonly code: WaitCode; readonly count: number }[];
  /** Members that take runs, and the sessions they hold together. */
  readonly members: number;
  readonly slots: number;
  readonly slotsPeak: number;
  readonly addOns: number | null;
  readonly addOnsPeak: number;
  readonly runOnAllGateways: boolean;
  readonly bucketMs: number;
  readonly buckets: readonly Bucket[];
}

export function figuresOf({ cluster, load }: Planned, { fates, usage }: Played): Figures {
  const serving = [...servingMembers(cluster.members, cluster.runOnAllGateways)];
  return {
    ...countsOf(load.runs.flatMap((run, index) => waitOf(run, fates[index]))),
    cancelled: fates.filter(({ what }) => what === 'cancelled').length,
    refused: fates.filter(({ what }) => what === 'refused').length,
    missedBecause: missedBecause(fates),
    members: serving.length,
    slots: serving.reduce((sum, one) => sum + (one.facts === null ? 0 : limitOfMember(one, one.facts)), 0),
    slotsPeak: usage.slotsPeak,
    addOns: cluster.addOns,
    addOnsPeak: usage.addOnsPeak,
    runOnAllGateways: cluster.runOnAllGateways,
    bucketMs: usage.bucketMs,
    buckets: bucketsOf(load, fates, usage),
  };
}

export interface Wait {
  readonly waitedMs: number;
  readonly isMissed: boolean;
}

export function countsOf(waits: readonly Wait[]): Counts {
  const missed = waits.filter(({ isMissed }) => isMissed).length;
  const sorted = Float64Array.from(waits, ({ waitedMs }) => waitedMs).sort();
  return {
    runs: waits.length,
    started: waits.length - missed,
    missed,
    waits: { p50Ms: atShare(sorted, 0.5), p95Ms: atShare(sorted, 0.95), maxMs: sorted.at(-1) ?? 0 },
  };
}

export const missedOf = ({ fates }: Played): number => fates.filter(({ what }) => what === 'missed').length;

function missedBecause(fates: readonly Fate[]): Figures['missedBecause'] {
  const codes = fates.flatMap((fate) => (fate.what === 'missed' ? [fate.because] : []));
  return [...Map.groupBy(codes, (code) => code)]
    .map(([code, of]) => ({ code, count: of.length }))
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

function waitOf(run: Load['runs'][number], fate: Fate | undefined): readonly Wait[] {
  if (fate?.what === 'started') return [{ waitedMs: fate.afterMs, isMissed: false }];
  return fate?.what === 'missed' ? [{ waitedMs: run.startDeadlineMs, isMissed: true }] : [];
}

function bucketsOf({ runs }: Load, fates: readonly Fate[], { bucketMs, buckets }: Played['usage']): readonly Bucket[] {
  const firstMs = buckets[0]?.fromMs ?? 0;
  const came = Map.groupBy(runs.keys(), (index) => Math.floor(((runs[index]?.atMs ?? 0) - firstMs) / bucketMs));
  return buckets.map((used, index) => {
    const here = came.get(index) ?? [];
    const waits = here.flatMap((one) => (runs[one] === undefined ? [] : waitOf(runs[one], fates[one])));
    const { missed, waits: waited } = countsOf(waits);
    return { ...used, arrived: here.length, missed, waitP95Ms: waited.p95Ms };
  });
}

/** The smallest wait that this share of the runs does not exceed. */
function atShare(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
