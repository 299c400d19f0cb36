import { openDeepQueue } from './parts/deep-queue.ts';
import { options } from './parts/options.ts';
import { CHANGES_PER_SECOND, fillTo, inTurns, type QueueFigures, residentMB } from './parts/queue-figures.ts';
import { report } from './parts/report.ts';
import { rounded } from './parts/statistics.ts';

/**
 * How long a free slot waits for its next offer while a hundred priority changes and moves a second arrive: on one server
 * with a hundred queued runs, and in turns with it on another one whose queue grows to a million.
 */
const SHALLOW = 100;
/** A queue holds a million; so many below it, it still takes the runs that are submitted while it is measured. */
const ROOM = 5_000;
const DEEPEST = { depth: options().queued(1_000_000 - ROOM), blocks: 2 };
const DEPTHS = [10_000, 100_000].filter((depth) => depth < DEEPEST.depth).map((depth) => ({ depth, blocks: 1 }));
const GOAL = { p99: 2, memory: 1.5 };

export async function bench(): Promise<void> {
  const peer = await openDeepQueue();
  const ours = await openDeepQueue();
  await fillTo(peer, SHALLOW, CHANGES_PER_SECOND);
  process.stderr.write(`${JSON.stringify({ queued: SHALLOW, residentMB: residentMB(peer) })}\n`);
  const raw: Record<string, unknown> = {};
  for (const { depth, blocks } of [...DEPTHS, DEEPEST]) {
    await fillTo(ours, depth, CHANGES_PER_SECOND);
    const measured = await inTurns({ ours, peer }, blocks, CHANGES_PER_SECOND);
    raw[depth] = measured;
    if (depth === DEEPEST.depth) tell(measured.figures, raw);
  }
}

function tell({ ours, peer }: Readonly<Record<'ours' | 'peer', QueueFigures>>, raw: unknown): void {
  const ratio = {
    p50: rounded(ours.p50Ms / peer.p50Ms),
    p99: rounded(ours.p99Ms / peer.p99Ms),
    memory: rounded(ours.residentMB / peer.residentMB),
  };
  const met = ratio.p99 <= GOAL.p99 && ratio.memory <= GOAL.memory;
  const goal = `p99 <= ${GOAL.p99} and memory <= ${GOAL.memory} times those at ${SHALLOW} queued runs`;
  report({ bench: 'deep-queue', ours, peer, ratio, goal, met }, raw);
}
