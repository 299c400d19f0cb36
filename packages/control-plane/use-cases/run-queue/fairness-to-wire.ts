import { type Fairness, NO_FAIRNESS } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import type { GatewayCluster } from '@deskhand/protocol/http/gateways.ts';

/** The fairness of a cluster as it is told; null is nothing switched on. */
export function fairnessToWire(fairness: Fairness | null | undefined): GatewayCluster['fairness'] {
  const { ageing, share, lanes } = fairness ?? NO_FAIRNESS;
  return { ageing: ageing && { ...ageing }, share: share && { ...share }, lanes: lanes.map((lane) => ({ ...lane })) };
}
