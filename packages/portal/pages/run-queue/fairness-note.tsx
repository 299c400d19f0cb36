import { sayFairness, TOP_IS_FIRST } from '@deskhand/domain/run-queue/fairness/fairness-texts.ts';
import { fairnessHelp } from '@deskhand/protocol/help-links.ts';
import type { GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import { HelpLink } from '../../ui/help-link.tsx';

/** Why the runs stand in this order, where more than priority and request decide; nothing where they alone do. */
export function FairnessNote({ fairness }: Pick<GatewayCluster, 'fairness'>) {
  const rules = sayFairness(fairness);
  if (rules.length === 0) return null;
  return (
    <p className="small faint" role="note" aria-label="How this queue is ordered">
      {[...rules, TOP_IS_FIRST].join(' ')} <HelpLink to={fairnessHelp}>Fairness</HelpLink>
    </p>
  );
}
