import type { GatewayId, RunId } from '../brand.ts';
import { headsPerClass, planAssignments, type Random } from './plan-assignments.ts';
import { byQueueOrder } from './queue-order.ts';
import type { QueuedRun, QueueSnapshot, RunClass, RunInHand, WaitReason } from './snapshot.ts';

/** A run whose life is played through, as much of it as the planner needs. */
export interface RunInPlay extends QueuedRun, Pick<RunClass, 'user' | 'mode' | 'whenSessionBlocked' | 'fair'> {
  /** Where the cluster has fairness, runs of one class are equal in all that it looks at. */
  readonly classKey: string;
}

/** A gateway cluster that runs are played through; add-ons are all that there are, null means unlimited. */
export interface ClusterInPlay extends Omit<QueueSnapshot, 'version' | 'classes' | 'inHand' | 'addOnsFree'> {
  readonly addOns: number | null;
}

export interface Decided<Run> {
  readonly started: readonly { readonly run: Run; readonly gatewayId: GatewayId }[];
  readonly refused: readonly { readonly run: Run; readonly because: WaitReason }[];
}

/** Who waits and who runs in one cluster while time is played; whoever plays says when runs come and go. */
export interface QueueInPlay<Run extends RunInPlay> {
  join(run: Run): void;
  /** It waits no longer, or its machine is free again. */
  leave(run: Run): void;
  /** It is on a machine although nobody planned it: an attended run that a person began there. */
  hold(run: Run, gatewayId: GatewayId): void;
  setMembers(members: ClusterInPlay['members']): void;
  /** The planner's own offers, each taken at once. */
  startWhatCan(nowMs: number, random: Random): Decided<Run>;
  /** Why the class of a waiting run waits in this moment; undefined where it could start. */
  reasonOf(run: Run, nowMs: number): WaitReason | undefined;
  snapshot(): QueueSnapshot;
  addOnsHeld(): number;
}

interface State<Run> {
  readonly cluster: ClusterInPlay;
  /** By class, each in queue order. */
  readonly lines: Map<string, Run[]>;
  readonly waiting: Map<RunId, Run>;
  readonly held: Map<RunId, RunInHand>;
  /** Classes that had to wait at the last plan that asked them. */
  readonly toldToWait: Set<string>;
  /** Other classes with a run that came since the last plan. */
  readonly unasked: Set<string>;
  members: ClusterInPlay['members'];
  /** Something left since the last plan. */
  isFreed: boolean;
  addOnsHeld: number;
}

/**
 * Between two plans slots only fill up unless something left. So a class that was told to wait is asked again only after
 * that, and a plan for a run that comes looks at its own class alone: the answers are those of a plan over everything.
 */
export function createQueueInPlay<Run extends RunInPlay>(cluster: ClusterInPlay): QueueInPlay<Run> {
  const state: State<Run> = {
    cluster,
    lines: new Map(),
    waiting: new Map(),
    held: new Map(),
    toldToWait: new Set(),
    unasked: new Set(),
    members: cluster.members,
    isFreed: false,
    addOnsHeld: 0,
  };
  return {
    join: (run) => join(state, run),
    leave: (run) => {
      if (!state.held.delete(run.id)) return takeFromLine(state, run);
      if (run.mode === 'unattended') state.addOnsHeld -= 1;
      state.isFreed = true;
    },
    hold: (run, gatewayId) => hold(state, run, gatewayId),
    setMembers: (members) => {
      state.members = members;
      state.isFreed = true;
    },
    startWhatCan: (nowMs, random) => startWhatCan(state, nowMs, random),
    reasonOf: (run, nowMs) => planAssignments(snapshotOf(state, [run.classKey]), nowMs, () => 0).waiting[0]?.foremost,
    snapshot: () => snapshotOf(state, [...state.lines.keys()]),
    addOnsHeld: () => state.addOnsHeld,
  };
}

function join<Run extends RunInPlay>({ cluster, lines, waiting, toldToWait, unasked }: State<Run>, run: Run): void {
  const line = lines.get(run.classKey) ?? [];
  lines.set(run.classKey, line);
  line.splice(line.findLastIndex((one) => byQueueOrder(one, run) < 0) + 1, 0, run);
  waiting.set(run.id, run);
  // What a person moved to the top is held back by no fairness, so it may start where its class had to wait.
  const mayPass = cluster.fairness !== undefined && run.topRank !== null;
  if (mayPass || !toldToWait.has(run.classKey)) unasked.add(run.classKey);
}

function takeFromLine<Run extends RunInPlay>({ lines, waiting, toldToWait, unasked }: State<Run>, run: Run): void {
  const line = lines.get(run.classKey);
  if (line === undefined || !waiting.delete(run.id)) return;
  line.splice(line.indexOf(run), 1);
  if (line.length > 0) return;
  lines.delete(run.classKey);
  toldToWait.delete(run.classKey);
  unasked.delete(run.classKey);
}

function hold<Run extends RunInPlay>(state: State<Run>, { id, user, mode, fair }: Run, gatewayId: GatewayId): void {
  state.held.set(id, { id, gatewayId, user, mode, ...(fair && { fair }) });
  if (mode === 'unattended') state.addOnsHeld += 1;
}

function startWhatCan<Run extends RunInPlay>(state: State<Run>, nowMs: number, random: Random): Decided<Run> {
  const started: Decided<Run>['started'][number][] = [];
  const refused: Decided<Run>['refused'][number][] = [];
  let keys = state.isFreed ? [...state.lines.keys()] : [...state.unasked];
  state.isFreed = false;
  state.unasked.clear();
  while (keys.length > 0) {
    const snapshot = snapshotOf(state, keys);
    const plan = planAssignments(snapshot, nowMs, random);
    for (const { classKey } of plan.waiting) state.toldToWait.add(classKey);
    for (const { runId, gatewayId } of plan.offers) {
      const run = takeWaiting(state, runId);
      hold(state, run, gatewayId);
      started.push({ run, gatewayId });
    }
    for (const { runId, because } of plan.refusals) refused.push({ run: takeWaiting(state, runId), because });
    // A plan looks no further than the heads of a class; where all of them went, the next have their turn.
    const gone = snapshot.classes.filter(({ heads }) => heads.every(({ id }) => !state.waiting.has(id)));
    keys = gone.flatMap(({ key }) => (state.lines.has(key) ? [key] : []));
  }
  return { started, refused };
}

function takeWaiting<Run extends RunInPlay>(state: State<Run>, runId: RunId): Run {
  const run = state.waiting.get(runId);
  if (run === undefined) throw new Error('A plan decides about waiting runs only.');
  takeFromLine(state, run);
  return run;
}

function snapshotOf<Run extends RunInPlay>(state: State<Run>, keys: readonly string[]): QueueSnapshot {
  const { addOns, ...around } = state.cluster;
  const headsMax = headsPerClass(state.members.length);
  return {
    ...around,
    members: state.members,
    version: 0,
    classes: keys.flatMap((key) => classOf(key, state.lines.get(key) ?? [], headsMax)),
    inHand: [...state.held.values()],
    addOnsFree: addOns === null ? null : Math.max(0, addOns - state.addOnsHeld),
  };
}

function classOf(key: string, line: readonly RunInPlay[], headsMax: number): readonly RunClass[] {
  const [first] = line;
  if (first === undefined) return [];
  const { user, mode, whenSessionBlocked, fair } = first;
  const heads = line.slice(0, headsMax);
  return [{ key, user, mode, whenSessionBlocked, count: line.length, heads, ...(fair && { fair }) }];
}
