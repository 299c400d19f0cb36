import type { GatewayId, RunId } from '../brand.ts';
import type { Random } from '../run-queue/plan-assignments.ts';
import { createQueueInPlay, type QueueInPlay, type RunInPlay } from '../run-queue/queue-in-play.ts';
import { byQueueOrder } from '../run-queue/queue-order.ts';
import { classKeyOf, member } from '../run-queue/queue-world.ts';
import type { ClusterMember, RunInHand } from '../run-queue/snapshot.ts';
import { type DurationDigest, digestOf, drawDurationMs, expectedDuration } from './durations.ts';
import { isPredicted, type PredictedStart, predictStarts, RUNS_PLAYED_MAX } from './predict-starts.ts';
import type { RunningToPredict, WaitingRunToPredict } from './question.ts';

/** A day of a small cluster, for the tests of this package: people submit, the real planner decides, time passes. */
export interface Day {
  readonly members: number;
  readonly slots: number;
  readonly runs: number;
  readonly accounts: number;
  readonly flows: number;
  readonly bursts: number;
  /** One run in so many is predicted, because predictions take longer than all the rest of a day. */
  readonly predictEvery: number;
}

export const ordinaryDay: Day = {
  members: 3,
  slots: 4,
  runs: 2_000,
  accounts: 40,
  flows: 24,
  bursts: 24,
  predictEvery: 12,
};

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const SIGMA = 0.5;
/** Runs of each flow that were measured before the day began. */
const MEASURED_BEFORE = 30;

interface DayRun extends RunInPlay {
  readonly flow: number;
  readonly submittedAtMs: number;
  readonly tookMs: number;
  readonly movedAtMs: number | null;
  readonly cancelledAtMs: number | null;
  predicted: PredictedStart | null;
  startedAtMs: number | null;
  gatewayId: GatewayId | null;
  isOver: boolean;
}

/** What was predicted at submit and what came of it. */
export interface PredictedRun {
  readonly submittedAtMs: number;
  readonly startedAtMs: number;
  readonly predicted: PredictedStart;
}

type Happening = { readonly atMs: number } & (
  | { readonly what: 'submit' | 'move' | 'cancel' | 'end'; readonly run: DayRun }
  | { readonly what: 'offline' | 'online' }
);

interface DayWorld {
  readonly random: Random;
  readonly digests: (DurationDigest | undefined)[];
  readonly measured: number[][];
  readonly ahead: Happening[];
  readonly waiting: Set<DayRun>;
  readonly running: Set<DayRun>;
  readonly queue: QueueInPlay<DayRun>;
  readonly members: readonly ClusterMember[];
  topCounter: number;
}

export function playDay(day: Day, random: Random): readonly PredictedRun[] {
  const medians = Array.from({ length: day.flows }, () => MINUTE_MS * Math.exp(random() * Math.log(12)));
  const runs = drawRuns(day, medians, random);
  const measured = medians.map((median) =>
    Array.from({ length: MEASURED_BEFORE }, () => drawDurationMs({ mu: Math.log(median), sigma: SIGMA }, random())),
  );
  const offlineAt = random() * (DAY_MS - 60 * MINUTE_MS);
  const members = Array.from({ length: day.members }, (_, index) =>
    member(`kiosk-${String(index)}`, { order: index, facts: { sessionLimit: day.slots } }),
  );
  const world: DayWorld = {
    random,
    measured,
    digests: measured.map(digestOf),
    ahead: [
      ...runs.flatMap(happeningsOf),
      { atMs: offlineAt, what: 'offline' },
      { atMs: offlineAt + 60 * MINUTE_MS, what: 'online' },
    ],
    waiting: new Set(),
    running: new Set(),
    queue: createQueueInPlay({ members, runOnAllGateways: true, selection: 'random', addOns: null }),
    members,
    topCounter: 0,
  };
  world.ahead.sort(soonestFirst);
  for (let next = world.ahead.pop(); next !== undefined; next = world.ahead.pop()) {
    happen(world, next);
    startWhatCan(world, next.atMs);
    if (next.what !== 'submit' || next.run.requestNumber % day.predictEvery > 0) continue;
    if (world.waiting.has(next.run)) predictAtSubmit(world, next.run, next.atMs);
  }
  return runs.flatMap(({ predicted, startedAtMs, submittedAtMs }) =>
    predicted === null || startedAtMs === null ? [] : [{ predicted, startedAtMs, submittedAtMs }],
  );
}

/** Half of the runs come at any time, half in bursts of a few minutes; one in ten is moved, one in twenty cancelled. */
function drawRuns(day: Day, medians: readonly number[], random: Random): readonly DayRun[] {
  const bursts = Array.from({ length: day.bursts }, () => random() * DAY_MS);
  const times = Array.from({ length: day.runs }, () => {
    if (random() < 0.5) return random() * DAY_MS;
    return (bursts[Math.floor(random() * bursts.length)] ?? 0) + random() * 3 * MINUTE_MS;
  }).sort((a, b) => a - b);
  return times.map((submittedAtMs, index): DayRun => {
    const flow = Math.floor(random() * day.flows);
    const user = `account ${String(Math.floor(random() * day.accounts))}`;
    return {
      id: `run ${String(index + 1)}` as RunId,
      requestNumber: index + 1,
      priority: 'normal',
      topRank: null,
      flow,
      user,
      mode: 'unattended',
      whenSessionBlocked: 'fail',
      classKey: classKeyOf({ user }),
      submittedAtMs,
      tookMs: drawDurationMs({ mu: Math.log(medians[flow] ?? MINUTE_MS), sigma: SIGMA }, random()),
      movedAtMs: random() < 0.1 ? submittedAtMs + random() * 10 * MINUTE_MS : null,
      cancelledAtMs: random() < 0.05 ? submittedAtMs + random() * 20 * MINUTE_MS : null,
      predicted: null,
      startedAtMs: null,
      gatewayId: null,
      isOver: false,
    };
  });
}

function happeningsOf(run: DayRun): readonly Happening[] {
  const { submittedAtMs, movedAtMs, cancelledAtMs } = run;
  return [
    { atMs: submittedAtMs, what: 'submit', run },
    ...(movedAtMs === null ? [] : [{ atMs: movedAtMs, what: 'move' as const, run }]),
    ...(cancelledAtMs === null ? [] : [{ atMs: cancelledAtMs, what: 'cancel' as const, run }]),
  ];
}

/** The soonest stands last, where it is taken from. */
const soonestFirst = (a: Happening, b: Happening): number => b.atMs - a.atMs;

function happen(world: DayWorld, happening: Happening): void {
  switch (happening.what) {
    case 'submit':
      world.waiting.add(happening.run);
      world.queue.join(happening.run);
      return;
    case 'move':
      return move(world, happening.run);
    case 'cancel':
    case 'end':
      return end(world, happening);
    case 'offline':
    case 'online':
      world.queue.setMembers(
        world.members.map((one, index) => (index === 0 ? { ...one, online: happening.what === 'online' } : one)),
      );
  }
}

function move(world: DayWorld, run: DayRun): void {
  if (!world.waiting.has(run)) return;
  world.topCounter += 1;
  world.queue.leave(run);
  Object.assign(run, { topRank: world.topCounter });
  world.queue.join(run);
}

function end(world: DayWorld, { run, what, atMs }: Extract<Happening, { run: DayRun }>): void {
  if (run.isOver) return;
  run.isOver = true;
  world.waiting.delete(run);
  world.running.delete(run);
  world.queue.leave(run);
  if (what !== 'end' || run.startedAtMs === null) return;
  const ofFlow = world.measured[run.flow] ?? [];
  ofFlow.unshift(atMs - run.startedAtMs);
  world.digests[run.flow] = digestOf(ofFlow);
}

function startWhatCan(world: DayWorld, nowMs: number): void {
  for (const { run, gatewayId } of world.queue.startWhatCan(nowMs, world.random).started) {
    world.waiting.delete(run);
    world.running.add(run);
    Object.assign(run, { startedAtMs: nowMs, gatewayId });
    insert(world.ahead, { atMs: nowMs + run.tookMs, what: 'end', run });
  }
}

function insert(ahead: Happening[], happening: Happening): void {
  const at = ahead.findLastIndex((one) => one.atMs >= happening.atMs);
  ahead.splice(at + 1, 0, happening);
}

function inHandOf({ id, user, gatewayId }: DayRun): RunInHand {
  if (gatewayId === null) throw new Error('A run that runs is on a gateway.');
  return { id, user, gatewayId, mode: 'unattended' };
}

function predictAtSubmit(world: DayWorld, run: DayRun, nowMs: number): void {
  const durations = world.digests.map(expectedDuration);
  const durationOf = ({ flow }: DayRun) => durations[flow] ?? expectedDuration(undefined);
  const line = [...world.waiting].sort(byQueueOrder).slice(0, RUNS_PLAYED_MAX);
  const predictions = predictStarts({
    snapshot: world.queue.snapshot(),
    nowMs,
    habits: { moved: 0.1, cancelled: 0.03 },
    random: world.random,
    line: line.map(
      (one): WaitingRunToPredict => ({
        id: one.id,
        user: one.user,
        mode: 'unattended',
        whenSessionBlocked: 'fail',
        classKey: classKeyOf({ user: one.user }),
        duration: durationOf(one),
      }),
    ),
    running: [...world.running].map(
      (one): RunningToPredict => ({
        ...inHandOf(one),
        elapsedMs: nowMs - (one.startedAtMs ?? nowMs),
        duration: durationOf(one),
      }),
    ),
  });
  const prediction = predictions.get(run.id);
  if (prediction !== undefined && isPredicted(prediction)) run.predicted = prediction;
}
