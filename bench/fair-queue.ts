import type { Fairness } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import { openDeepQueue, type QueueKind } from './parts/deep-queue.ts';
import { options } from './parts/options.ts';
import { CHANGES_PER_SECOND, fillTo, inTurns, type QueueFigures } from './parts/queue-figures.ts';
import { report } from './parts/report.ts';
import { rounded } from './parts/statistics.ts';

/**
 * What fairness costs: how long a free slot waits for its next offer where ageing, a share per user and a lane are on, in
 * turns with a second server without them whose queue holds the same; while runs end and are submitted, and while as many
 * changes arrive besides as in `deep-queue`.
 */
const DEPTHS = [100, options().queued(100_000)] as const;
const CHANGES = { still: 0, steered: CHANGES_PER_SECOND } as const;
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

type Measured = Awaited<ReturnType<typeof inTurns>> & { readonly at: string };

export async function bench(): Promise<void> {
  const peer = await openDeepQueue({ ...FILLED, fairness: null });
  const ours = await openDeepQueue({ ...FILLED, fairness: FAIRNESS });
  const measured: Measured[] = [];
  try {
    for (const depth of DEPTHS) {
      await fillTo(peer, depth);
      await fillTo(ours, depth);
      for (const [load, perSecond] of Object.entries(CHANGES))
        measured.push({ at: `queued${depth}.${load}`, ...(await inTurns({ ours, peer }, BLOCKS, perSecond)) });
    }
  } finally {
    // A server that drowns under the last load has told what it could do before.
    if (measured.length > 0) tell(measured);
  }
}

function tell(measured: readonly Measured[]): void {
  report(
    {
      bench: 'fair-queue',
      ours: named(measured, ({ figures }) => toldOf(figures.ours)),
      peer: named(measured, ({ figures }) => toldOf(figures.peer)),
      ratio: named(measured, ({ figures }) => ratioOf(figures)),
    },
    measured,
  );
}

/** What was filled in is the same on both sides; without changes nothing is known of them. */
function toldOf({ queued: _, changesTaken: __, ...figures }: QueueFigures): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value)));
}

const ratioOf = ({ ours, peer }: Measured['figures']) => ({
  p50: rounded(ours.p50Ms / peer.p50Ms),
  p99: rounded(ours.p99Ms / peer.p99Ms),
  memory: rounded(ours.residentMB / peer.residentMB),
});

/** The figures of every depth and load beside one another, each named after them. */
function named(
  measured: readonly Measured[],
  figuresOf: (one: Measured) => Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    measured.flatMap((one) => Object.entries(figuresOf(one)).map(([name, value]) => [`${one.at}.${name}`, value])),
  );
}
