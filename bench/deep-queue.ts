import { type BlockSamples, type DeepQueue, openDeepQueue } from './parts/deep-queue.ts';
import { report } from './parts/report.ts';
import { interleaved, percentile, rounded } from './parts/statistics.ts';

/**
 * How long a free slot waits for its next offer while a hundred priority changes and moves a second arrive: on one server
 * with a hundred queued runs, and in turns with it on another one whose queue grows to a million.
 */
const SHALLOW = 100;
/** A queue holds a million; so many below it, it still takes the runs that are submitted while it is measured. */
const ROOM = 5_000;
const DEPTHS = [
  { depth: 10_000, blocks: 1 },
  { depth: 100_000, blocks: 1 },
  { depth: 1_000_000 - ROOM, blocks: 2 },
] as const;
const BLOCK_SECONDS = 6;
const WARM_UP_SECONDS = 2;
const CHANGES_PER_SECOND = 100;
const GOAL = { p99: 2, memory: 1.5 };

export async function bench(): Promise<void> {
  const shallow = await openDeepQueue();
  const deep = await openDeepQueue();
  await shallow.fillTo(SHALLOW);
  await shallow.block(WARM_UP_SECONDS, CHANGES_PER_SECOND);
  process.stderr.write(`${JSON.stringify({ queued: SHALLOW, residentMB: residentMB(shallow) })}\n`);
  const raw: Record<string, unknown> = {};
  for (const { depth, blocks } of DEPTHS) {
    const startedMs = performance.now();
    await deep.fillTo(depth);
    process.stderr.write(`filled to ${depth} in ${Math.round((performance.now() - startedMs) / 1000)} s\n`);
    await deep.block(WARM_UP_SECONDS, CHANGES_PER_SECOND);
    const samples = await interleaved(
      blocks,
      () => deep.block(BLOCK_SECONDS, CHANGES_PER_SECOND),
      () => shallow.block(BLOCK_SECONDS, CHANGES_PER_SECOND),
    );
    const figures = { ours: await figuresOf(deep, samples.ours), peer: await figuresOf(shallow, samples.peer) };
    process.stderr.write(`${JSON.stringify(figures)}\n`);
    raw[depth] = { figures, samples };
    if (depth === DEPTHS.at(-1)?.depth) tell(figures, raw);
  }
}

type Figures = Awaited<ReturnType<typeof figuresOf>>;

function tell({ ours, peer }: { readonly ours: Figures; readonly peer: Figures }, raw: unknown): void {
  const ratio = {
    p50: rounded(ours.p50Ms / peer.p50Ms),
    p99: rounded(ours.p99Ms / peer.p99Ms),
    memory: rounded(ours.residentMB / peer.residentMB),
  };
  const met = ratio.p99 <= GOAL.p99 && ratio.memory <= GOAL.memory;
  const goal = `p99 <= ${GOAL.p99} and memory <= ${GOAL.memory} times those at ${SHALLOW} queued runs`;
  report({ bench: 'deep-queue', ours, peer, ratio, goal, met }, raw);
}

async function figuresOf(queue: DeepQueue, blocks: readonly BlockSamples[]) {
  const offerMs = blocks.flatMap((block) => block.offerMs);
  const changes = blocks.flatMap((block) => block.changes);
  const changeMs = changes.map((change) => change.tookMs);
  return {
    queued: await queue.depth(),
    p50Ms: rounded(percentile(offerMs, 0.5)),
    p99Ms: rounded(percentile(offerMs, 0.99)),
    changeP50Ms: rounded(percentile(changeMs, 0.5)),
    changeP99Ms: rounded(percentile(changeMs, 0.99)),
    changesPerSecond: rounded(changes.length / blocks.length / BLOCK_SECONDS, 1),
    changesTaken: rounded(changes.filter((change) => change.wasTaken).length / changes.length),
    residentMB: residentMB(queue),
  };
}

const residentMB = (queue: DeepQueue): number => Math.round(queue.residentBytes() / 1_048_576);
