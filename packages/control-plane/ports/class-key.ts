import { type Fairness, toldApartBy } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import type { AccountId, DesktopFlowId } from '@deskhand/domain/brand.ts';
import type { Priority } from '@deskhand/domain/run/run.ts';
import type { WaitingClassOf } from './gateway-links.ts';

/** The name of a class of waiting runs: what plans, declines and explanations agree on. */
export function classKeyOf(run: WaitingClassOf): string {
  const { machineUser, mode, whenSessionBlocked, canaryOf = null } = run;
  return JSON.stringify([machineUser, mode, whenSessionBlocked, ...(canaryOf === null ? [] : [canaryOf])]);
}

export interface FairClassOf extends WaitingClassOf {
  readonly priority: Priority;
  readonly submittedById: AccountId;
  readonly flowId: DesktopFlowId;
}

/** The same where fairness tells more runs apart. What a gateway declined is remembered without that. */
export function classKeyIn(fairness: Fairness | undefined, run: FairClassOf): string {
  // A canary is looked at by no fairness.
  if (fairness === undefined || (run.canaryOf ?? null) !== null) return classKeyOf(run);
  return JSON.stringify([run.machineUser, run.mode, run.whenSessionBlocked, ...toldApartBy(fairness, run)]);
}
