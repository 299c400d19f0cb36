import type { AccountId, DesktopFlowId } from '@deskhand/domain/brand.ts';
import { type Fairness, isFair } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import type { Choose, Operations } from './context.contract.ts';

/** What is asked of a queue because it may have fairness. */
export const fairQueueOperations: Operations = {
  positionIfSubmitted: {
    weight: 1,
    prepare: ({ stores, clusters, flows, accounts }, choose) => {
      const clusterId = choose.of(clusters);
      const flowId = choose.of(flows) as DesktopFlowId;
      const submittedById = choose.of(accounts) as AccountId;
      const run = { priority: choose.of(['high', 'normal'] as const), submittedById, flowId };
      return {
        says: `position of ${JSON.stringify(run)} in ${clusterId}`,
        act: async () => [
          await stores.queue.positionIfSubmitted(clusterId, run),
          await stores.queue.fairnessOf(clusterId),
        ],
      };
    },
  },
};

export function fairnessBy(choose: Choose): Fairness | null {
  const lanes = [
    ...(choose.chance(0.4) ? [{ for: 'high' as const, slots: 1 }] : []),
    ...(choose.chance(0.4) ? [{ for: 'short' as const, slots: 1, underMinutes: 1 }] : []),
  ];
  const ageing = choose.chance(0.4) ? { afterMinutes: 1 } : null;
  const by = choose.of(['user', 'flow'] as const);
  const share = choose.chance(0.5) ? { by, atMost: choose.of([null, 1, 2]) } : null;
  const fairness = { ageing, share, lanes };
  return choose.chance(0.3) || !isFair(fairness) ? null : fairness;
}
