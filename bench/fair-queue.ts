import type { Fairness } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import { openDeepQueue, type QueueKind } from './parts/deep-queue.ts';
import { options } from './parts/options.ts';
import { fillTo, inTurns, type QueueFigures } from './parts/queue-figures.ts';
import { report } from './parts/report.ts';
import { rounded } from './parts/statistics.ts';

/**
 * What fairness costs: how long a free slot waits for its next offer where ageing, a share per user and a lane are on, in
 * turns with a second server without them whose queue holds the same. Both steer as `deep-queue` does.
 */
const DEPTHS = [100, options().queued(100_000)] as const;
const BLOCKS = 3;
/** A prime, so that each of them has runs of every account and priority. */
const PEOPLE = 23;
/** Half of what waits has aged. */
const FILLED: Omit<QueueKind, 'fairness'> = { people: PEOPLE, requestedOverMs: 3_600_000 };
/** A longer lane would at times hold a slot for a high run that is not there, which is its purpose and not its cost. */
const FAIRNESS: Fairness = {
  ageing: { afterMinutes: 30 },
  share: { by: 'user', atMost: null },
  lanes: [{ for: 'high', slots: 1 }],
};

export async function bench(): Promise<void> {
  const peer = await openDeepQueue({ ...FILLED, fairness: null });
  const ours = await openDeepQueue({ ...FILLED, fairness: FAIRNESS });
  const measured: ({ readonly depth: number } & Awaited<ReturnType<typeof inTurns>>)[] = [];
  for (const depth of DEPTHS) {
    await fillTo(peer, depth);
    await fillTo(ours, depth);
    measured.push({ depth, ...(await inTurns({ ours, peer }, BLOCKS)) });
  }
  const bySide = (side: 'ours' | 'peer') =>
    named(measured.map(({ depth, figures }) => [depth, toldOf(figures[side])] as const));
  report(
    {
      bench: 'fair-queue',
      ours: bySide('ours'),
      peer: bySide('peer'),
      ratio: named(measured.map(({ depth, figures: { ours, peer } }) => [depth, ratioOf(ours, peer)] as const)),
    },
    measured,
  );
}

/** What was filled in and taken is the same on both sides. */
function toldOf({ queued: _, changesTaken: __, ...figures }: QueueFigures) {
  return figures;
}

const ratioOf = (ours: QueueFigures, peer: QueueFigures) => ({
  p50: rounded(ours.p50Ms / peer.p50Ms),
  p99: rounded(ours.p99Ms / peer.p99Ms),
  memory: rounded(ours.residentMB / peer.residentMB),
});

/** The figures of every depth beside one another, each named after its depth. */
function named(depths: readonly (readonly [number, Readonly<Record<string, number>>])[]): Record<string, number> {
  return Object.fromEntries(
    depths.flatMap(([depth, figures]) =>
      Object.entries(figures).map(([name, value]) => [`queued${depth}.${name}`, value] as const),
    ),
  );
}
