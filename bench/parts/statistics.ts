/** Nearest-rank percentile of unsorted samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
export const median = (samples: readonly number[]): number => percentile(samples, 0.5);
export const rounded = (value: number, digits = 3): number => Number(value.toFixed(digits));

/**
 * The same work by us and by the peer, in turns, so that whatever else the machine does falls on both. Each block answers
 * its raw samples.
 */
export async function interleaved<Ours, Peer>(
  blocks: number,
  ours: (block: number) => Promise<Ours>,
  peer: (block: number) => Promise<Peer>,
): Promise<{ ours: Ours[]; peer: Peer[] }> {
  const samples: { ours: Ours[]; peer: Peer[] } = { ours: [], peer: [] };
  for (let block = 0; block < blocks; block++) {
    const first = block % 2 === 0 ? 'ours' : 'peer';
    for (const side of first === 'ours' ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const)) {
      process.stderr.write(`block ${block + 1} of ${blocks}: ${side}\n`);
      if (side === 'ours') samples.ours.push(await ours(block));
      else samples.peer.push(await peer(block));
    }
  }
  return samples;
}
