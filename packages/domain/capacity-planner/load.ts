import type { GatewayId } from '../brand.ts';
import type { Priority } from '../run/run.ts';
import { type Fairness, toldApartBy } from '../run-queue/fairness/fairness.ts';
import type { ClusterInPlay } from '../run-queue/queue-in-play.ts';
import type { ClusterMember, QueueSnapshot } from '../run-queue/snapshot.ts';

/** Runs that one plan plays, so that it ends soon; of a longer history the newest are taken. */
export const PLANNED_RUNS_MAX = 20_000;
/** Accounts among them: each is a class that the planner looks at. */
export const PLANNED_ACCOUNTS_MAX = 500;
/** Where the cluster has fairness, runs of one account may be several classes. */
export const PLANNED_CLASSES_MAX = 2_000;
/** A further machine is a copy of one that is there; more than these are another plan. */
export const FURTHER_MEMBERS_MAX = 64;
export const PLANNED_MEMBERS_MAX = 200;

/** An unattended run that asks for a machine at its moment. */
export interface ArrivingRun {
  readonly atMs: number;
  /** Account on the machine. */
  readonly user: string;
  readonly flow: string;
  /** Absent where the load does not tell who asks for it. */
  readonly submittedById?: string;
  readonly priority: Priority;
  readonly topRank: number | null;
  /** How long it may wait. */
  readonly startDeadlineMs: number;
  /** A person cancelled it after so long; it counts for nobody's waits. Null for all others. */
  readonly cancelledAfterMs: number | null;
  /** How long it holds its slot, sign-in and sign-out included. */
  readonly durationMs: number;
  /** Set where that is a guess, which measures nothing of its flow. */
  readonly isGuess?: boolean;
}

/** A person began it where and when it suited them, so it stands where it stood and is planned by nobody. */
export interface AttendedSpan {
  readonly gatewayId: GatewayId;
  readonly user: string;
  readonly flow: string;
  readonly submittedById?: string;
  readonly priority: Priority;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What asks for machines between two moments. Runs stand in the order of their moments. */
export interface Load {
  readonly fromMs: number;
  readonly toMs: number;
  readonly runs: readonly ArrivingRun[];
  readonly attended: readonly AttendedSpan[];
}

/** A load and the cluster that shall bear it. */
export interface Planned {
  readonly cluster: ClusterInPlay;
  readonly load: Load;
}

/**
 * The cluster as it is set up, on a day when everything works: members that are enabled, known and not quarantined, all of
 * them online and well, and nobody signed in at them. What is accidental now says nothing about another day.
 */
export function clusterToPlan(snapshot: QueueSnapshot, addOns: number | null): ClusterInPlay {
  const { version: _version, classes: _classes, inHand: _inHand, addOnsFree: _free, ...around } = snapshot;
  return { ...around, addOns, members: snapshot.members.flatMap(onAGoodDay) };
}

function onAGoodDay(member: ClusterMember): readonly ClusterMember[] {
  const { facts, enabled, quarantined } = member;
  if (facts === null || !enabled || quarantined) return [];
  const good = { online: true, maintenance: null, setAside: null, journalAwaited: false, declines: [] };
  return [{ ...member, ...good, facts: { ...facts, sessions: [] } }];
}

/** Null where a plan can be made of it. */
export function tooLarge({ cluster, load }: Planned): string | null {
  if (load.runs.length > PLANNED_RUNS_MAX) return `more than ${String(PLANNED_RUNS_MAX)} runs`;
  if (cluster.members.length > PLANNED_MEMBERS_MAX) return `more than ${String(PLANNED_MEMBERS_MAX)} machines`;
  const accounts = new Set(load.runs.map(({ user }) => user)).size;
  if (accounts > PLANNED_ACCOUNTS_MAX) return `more than ${String(PLANNED_ACCOUNTS_MAX)} accounts`;
  const classes = new Set(load.runs.map(classKeysIn(cluster.fairness))).size;
  return classes > PLANNED_CLASSES_MAX
    ? `more than ${String(PLANNED_CLASSES_MAX)} accounts, users, flows and priorities that the fairness tells apart`
    : null;
}

/** Whom and what a run is for. */
export type Asking = Pick<ArrivingRun, 'user' | 'priority' | 'submittedById' | 'flow'>;

/** Runs of one key are equal for the planner: of one account, and alike in all that the fairness looks at. */
export function classKeysIn(fairness: Fairness | undefined): (run: Asking) => string {
  if (fairness === undefined) return ({ user }) => user;
  return ({ user, priority, submittedById = null, flow: flowId }) =>
    JSON.stringify([user, ...toldApartBy(fairness, { priority, submittedById, flowId })]);
}
