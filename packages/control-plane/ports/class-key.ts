import type { WaitingClassOf } from './gateway-links.ts';

/** The name of a class of waiting runs: what plans, declines and explanations agree on. */
export function classKeyOf(run: WaitingClassOf): string {
  return JSON.stringify([run.machineUser, run.mode, run.whenSessionBlocked]);
}
