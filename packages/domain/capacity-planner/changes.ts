import type { GatewayId } from '../brand.ts';
import { type Fairness, isFair } from '../run-queue/fairness/fairness.ts';
import type { ClusterMember } from '../run-queue/snapshot.ts';
import type { ClusterInPlay } from '../run-queue/queue-in-play.ts';
import type { ArrivingRun, Load, Planned } from './load.ts';

/** What would be otherwise; what is left out stays as it is. */
export interface PlanChanges {
  /** So many more machines like the first one, or with a number below zero so many fewer, the last ones. */
  readonly members?: number;
  /** Slots of each machine, as far as its policy bears them. */
  readonly slots?: number;
  /** Null is unlimited. */
  readonly addOns?: number | null;
  readonly runOnAllGateways?: boolean;
  /** All of it, so nothing chosen is the queue order alone. */
  readonly fairness?: Fairness;
  /** S52: each flow runs as an account of its own. */
  readonly accountPerFlow?: boolean;
  /** S50: runs come later by up to so much, evenly, and not all at once. */
  readonly spreadMs?: number;
  /** S50: the runs of one flow, or where none is named all, come at another time; below zero earlier. */
  readonly shift?: { readonly flow: string | null; readonly byMs: number };
}

export function withChanges({ cluster, load }: Planned, changes: PlanChanges): Planned {
  return { cluster: changedCluster(cluster, changes), load: changedLoad(load, changes) };
}

function changedCluster(cluster: ClusterInPlay, changes: PlanChanges): ClusterInPlay {
  const { slots, members: further = 0 } = changes;
  const members = further < 0 ? cluster.members.slice(0, further) : cluster.members;
  const all = [...members, ...copies(cluster.members, further)];
  const { fairness: now, ...around } = cluster;
  const fairness = changes.fairness ?? now;
  return {
    ...around,
    ...(fairness !== undefined && isFair(fairness) && { fairness }),
    members: slots === undefined ? all : all.map((member) => ({ ...member, capacityOverride: slots })),
    addOns: changes.addOns === undefined ? cluster.addOns : changes.addOns,
    runOnAllGateways: changes.runOnAllGateways ?? cluster.runOnAllGateways,
  };
}

/** S51: machines that are set up alike. */
function copies(members: readonly ClusterMember[], count: number): readonly ClusterMember[] {
  const [first] = members;
  if (first === undefined) return [];
  const last = Math.max(...members.map(({ order }) => order));
  return Array.from({ length: Math.max(0, count) }, (_, index) => ({
    ...first,
    gatewayId: `further ${String(index + 1)}` as GatewayId,
    name: `further machine ${String(index + 1)}`,
    order: last + index + 1,
  }));
}

function changedLoad(load: Load, { accountPerFlow = false, spreadMs = 0, shift }: PlanChanges): Load {
  if (!accountPerFlow && spreadMs === 0 && shift === undefined) return load;
  const delayOf = (run: ArrivingRun, index: number): number => {
    const isShifted = shift !== undefined && (shift.flow === null || shift.flow === run.flow);
    return Math.round(evenly(index) * spreadMs) + (isShifted ? shift.byMs : 0);
  };
  const runs = load.runs.map((run, index) => ({
    ...run,
    atMs: run.atMs + delayOf(run, index),
    user: accountPerFlow ? `account of ${run.flow}` : run.user,
  }));
  return { ...load, runs: runs.sort((a, b) => a.atMs - b.atMs) };
}

/** Steps of the golden ratio: however many runs come in a row, they lie evenly between 0 and 1. */
const evenly = (index: number): number => (index * 0.6180339887498949) % 1;
