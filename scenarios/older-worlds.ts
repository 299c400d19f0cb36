import { deathLimits } from '@deskhand/control-plane/use-cases/replicas/presence.ts';
import { FACTS_POLL_INTERVAL_MS } from '@deskhand/gateway/use-cases/machine-watch.ts';
import { linkPace } from '@deskhand/protocol/link/messages.ts';
import type { Shape } from '../simulator/universe/shape.ts';
import type { SeedOptions } from '../simulator/universe/simulate.ts';

/** Kinds of faults that came after the first scenarios were found. */
const LATER_FAULTS = [
  'cancel-at-an-offer',
  'machine-is-declared-gone-at-a-cancel',
  'partition-at-an-acquire',
  'database-is-restored',
  'two-histories-are-restored',
  'connection-is-checked',
  'person-holds-a-session',
  'fairness-is-changed',
] as const;

const MINUTE_MS = 60_000;

/** What the sweeps' pace was when these seeds failed; with another pace the same seed is another story. */
const slowPace = {
  deadlinesMs: 5_000,
  wakeMs: 15_000,
  predictionsMs: 60 * MINUTE_MS,
  preflightsMs: 60 * MINUTE_MS,
  // Never: nobody was set aside then.
  sicknessMs: 24 * 60 * MINUTE_MS,
  peopleMs: 60 * MINUTE_MS,
  durationsMs: 60 * MINUTE_MS,
  retentionMs: 60 * MINUTE_MS,
  retentionLookMs: 60 * MINUTE_MS,
};
const paces = {
  'one server': { ...slowPace, beatMs: 5_000 },
  'several servers': { ...slowPace, beatMs: 1_000 },
} as const satisfies Readonly<Record<string, Shape['sweepIntervals']>>;

/** A seed as it was drawn before its way of drawing was changed. */
export function olderWorld(seed: number, pace: keyof typeof paces): SeedOptions {
  return {
    seed,
    change: {
      ...{ sweepIntervals: paces[pace], haste: 0, factsPollMs: FACTS_POLL_INTERVAL_MS },
      ...{ linkPace, deathLimits, browsers: 0, asksPeople: false, fairness: 0 },
    },
    without: LATER_FAULTS,
  };
}
