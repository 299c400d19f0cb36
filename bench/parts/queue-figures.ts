import type { BlockSamples, DeepQueue } from './deep-queue.ts';
import { interleaved, percentile, rounded } from './statistics.ts';

export const CHANGES_PER_SECOND = 100;
const WARM_UP_SECONDS = 2;
const BLOCK_SECONDS = 6;

export type QueueFigures = Awaited<ReturnType<typeof figuresOf>>;
export interface TwoQueues {
  readonly ours: DeepQueue;
  readonly peer: DeepQueue;
}

/** Both queues in turns as they are filled now. */
export async function inTurns({ ours, peer }: TwoQueues, blocks: number, changesPerSecond: number) {
  const samples = await interleaved(
    blocks,
    () => ours.block(BLOCK_SECONDS, changesPerSecond),
    () => peer.block(BLOCK_SECONDS, changesPerSecond),
  );
  const figures = { ours: await figuresOf(ours, samples.ours), peer: await figuresOf(peer, samples.peer) };
  process.stderr.write(`${JSON.stringify(figures)}\n`);
  return { figures, samples };
}

/** Fills a queue and lets it work a moment, so that no block is measured cold. */
export async function fillTo(queue: DeepQueue, depth: number, changesPerSecond: number = 0): Promise<void> {
  const startedMs = performance.now();
  await queue.fillTo(depth);
  process.stderr.write(`filled to ${depth} in ${Math.round((performance.now() - startedMs) / 1000)} s\n`);
  await queue.block(WARM_UP_SECONDS, changesPerSecond);
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
    changesTaken: rounded(changes.filter(({ answer }) => answer === 'taken').length / changes.length),
    /** The server said that it could not answer now: no connection of its pool came free in time. */
    changesUnanswered: changes.filter(({ answer }) => answer === 'none').length,
    residentMB: residentMB(queue),
  };
}

export const residentMB = (queue: DeepQueue): number => Math.round(queue.residentBytes() / 1_048_576);
