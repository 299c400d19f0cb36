import type { WaitingClassOf } from './gateway-links.ts';

/** The name of a class of waiting runs: what plans, declines and explanations agree on. */
export function classKeyOf(run: WaitingClassOf): string {
  const { machineUser, mode, whenSessionBlocked, canaryOf = null } = run;
  return JSON.stringify([machineUser, mode, whenSessionBlocked, ...(canaryOf === null ? [] : [canaryOf])]);
}
