import { planAssignments } from '@deskhand/domain/run-queue/plan-assignments.ts';
import type { Plan, QueueSnapshot } from '@deskhand/domain/run-queue/snapshot.ts';
import { type Fleet, openFleet } from './parts/fleet.ts';
import { Heap } from './parts/heap.ts';
import { report } from './parts/report.ts';
import { interleaved, median, rounded } from './parts/statistics.ts';

/**
 * Placements a second over 1,000 gateways in 100 clusters with 100,000 queued runs. The goal is about decisions: plans over
 * snapshots that were read from PostgreSQL, each for a cluster whose slots are all free. Beside it stand plans for one slot
 * that became free, and reading, planning and committing together.
 */
const SIZE = { clusters: 100, gatewaysEach: 10, sessionsEach: 4, accountsEach: 50, runsEach: 1_000 } as const;
const BLOCKS = 5;
/** One pass over all clusters is too short to be timed well. */
const PASSES = 5;
/** As many statements as the server's pool lets run at once. */
const COMMITTING_AT_ONCE = 10;
const GOAL_PER_SECOND = 5_000;

export async function bench(): Promise<void> {
  const fleet = await openFleet(SIZE);
  await blockOf(fleet);
  const samples = await interleaved(
    BLOCKS,
    () => blockOf(fleet),
    (block) => Promise.resolve(popsPerSecond(block)),
  );
  const middle = (of: (one: Awaited<ReturnType<typeof blockOf>>) => number): number =>
    rounded(median(samples.ours.map(of)), 0);
  const ours = {
    placementsPerSecond: middle((one) => one.planned),
    oneSlotPerSecond: middle((one) => one.oneSlot),
    committedPerSecond: middle((one) => one.committed),
    placedEachBlock: middle((one) => one.placed),
  };
  const peer = { heapPopsPerSecond: rounded(median(samples.peer), 0) };
  const ratio = { placements: rounded(ours.placementsPerSecond / peer.heapPopsPerSecond, 5) };
  const met = ours.placementsPerSecond >= GOAL_PER_SECOND;
  report({ bench: 'placement', ours, peer, ratio, goal: `>= ${GOAL_PER_SECOND} placements/s`, met }, samples);
}

/** All clusters once, from empty machines to full ones; then what was placed ends, so that the next block begins alike. */
async function blockOf(fleet: Fleet) {
  const snapshots = await fleet.snapshots();
  const planned = rateOf(snapshots);
  const oneSlot = rateOf(snapshots.map((snapshot) => withOneSlotFree(snapshot, plan(snapshot))));
  const startedMs = performance.now();
  const placed = await fleet.placeAll(COMMITTING_AT_ONCE);
  const committed = (placed * 1000) / (performance.now() - startedMs);
  await fleet.endAll();
  return { planned, oneSlot, committed, placed };
}

const plan = (snapshot: QueueSnapshot): Plan => planAssignments(snapshot, Date.now(), Math.random);

function rateOf(snapshots: readonly QueueSnapshot[]): number {
  let placed = 0;
  const startedMs = performance.now();
  for (let pass = 0; pass < PASSES; pass++) for (const snapshot of snapshots) placed += plan(snapshot).offers.length;
  return (placed * 1000) / (performance.now() - startedMs);
}

/** The cluster as it is a while later: what was planned is in hand, but for one run that has ended. */
function withOneSlotFree(snapshot: QueueSnapshot, { offers }: Plan): QueueSnapshot {
  const gatewayOf = new Map(offers.map(({ runId, gatewayId }) => [runId, gatewayId]));
  const inHand = snapshot.classes.flatMap(({ heads, user, mode }) =>
    heads.flatMap(({ id }) => {
      const gatewayId = gatewayOf.get(id);
      return gatewayId === undefined ? [] : [{ id, gatewayId, user, mode }];
    }),
  );
  const classes = snapshot.classes.map((one) => {
    const heads = one.heads.filter(({ id }) => !gatewayOf.has(id));
    return { ...one, heads, count: one.count - one.heads.length + heads.length };
  });
  return { ...snapshot, classes, inHand: inHand.slice(1) };
}

/** The floor: the same number of pops from one heap that holds the same runs, in the order of a run queue. */
function popsPerSecond(block: number): number {
  const runs = SIZE.clusters * SIZE.runsEach;
  const heap = new Heap<{ readonly rank: number; readonly number: number }>(
    (a, b) => a.rank - b.rank || a.number - b.number,
  );
  for (let n = 0; n < runs; n++) heap.push({ rank: (n * 104_729 + block) % 10 === 0 ? 0 : 1, number: n });
  const pops = SIZE.clusters * SIZE.gatewaysEach * SIZE.sessionsEach * PASSES;
  const startedMs = performance.now();
  for (let n = 0; n < pops; n++) heap.pop();
  return (pops * 1000) / (performance.now() - startedMs);
}
