import { no, reason, type Verdict, yes } from '../../placement/reasons.ts';
import type { RunInHand } from '../snapshot.ts';
import { sayShare } from './fairness-texts.ts';
import type { FairFacts, Share } from './fairness.ts';

/** How many runs of each sharer are at work, wherever in the cluster. */
export function heldByShare(inHand: readonly RunInHand[]): Map<string, number> {
  const held = new Map<string, number>();
  for (const { fair } of inHand) if (fair) countShare(held, fair);
  return held;
}

export function countShare(held: Map<string, number>, { sharer }: FairFacts): void {
  if (sharer !== null) held.set(sharer.id, (held.get(sharer.id) ?? 0) + 1);
}

export function shareVerdict(
  share: Share | null,
  held: ReadonlyMap<string, number>,
  facts: FairFacts | undefined,
): Verdict {
  const sharer = facts?.sharer ?? null;
  if (share === null || share.atMost === null || sharer === null) return yes;
  const atWork = held.get(sharer.id) ?? 0;
  if (atWork < share.atMost) return yes;
  const runs = atWork === 1 ? 'A run' : `${String(atWork)} runs`;
  return no(
    reason(
      'share-used',
      `${runs} of the ${share.by} ${sharer.name} ${atWork === 1 ? 'is' : 'are'} at work, and a ${share.by} has at most ${String(share.atMost)} at once in this cluster.`,
      `${sayShare(share)} It starts when one of them has finished; an admin of the cluster can change the share, or move this run to the top.`,
    ),
  );
}
