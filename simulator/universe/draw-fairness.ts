import { type Fairness, isFair } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import type { Random } from '../world/random.ts';

/** What an admin of this world might choose for a cluster; null for nothing of it. */
export function drawFairness(random: Random): Fairness | null {
  const by = random.chance(0.3) ? ('user' as const) : ('flow' as const);
  const fairness: Fairness = {
    ageing: random.chance(0.5) ? { afterMinutes: random.pick([1, 3, 10]) } : null,
    share: random.chance(0.6) ? { by, atMost: random.pick([null, null, 1, 2]) } : null,
    lanes: [
      ...(random.chance(0.4) ? [{ for: 'high' as const, slots: 1 + random.below(2) }] : []),
      ...(random.chance(0.3) ? [{ for: 'short' as const, slots: 1, underMinutes: random.pick([1, 5]) }] : []),
    ],
  };
  return isFair(fairness) ? fairness : null;
}
