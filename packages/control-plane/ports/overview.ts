import type { AccountId } from '@deskhand/domain/brand.ts';

/** The counts of the home page, over the runs that an account may see; null sees every run. */
export interface OverviewStore {
  counts(visibleTo: AccountId | null): Promise<{
    readonly running: number;
    readonly waiting: number;
    readonly failed24h: number;
    readonly gatewaysOnline: number;
    readonly gatewaysAll: number;
  }>;
  firstSteps(
    account: AccountId,
  ): Promise<{ readonly ranExample: boolean; readonly hasOwnFlow: boolean; readonly hasSignInGateway: boolean }>;
}
