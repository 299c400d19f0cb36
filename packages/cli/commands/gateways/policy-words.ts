import type { Gateway } from '@deskhand/protocol/http/gateways.ts';

/** The session rule of a machine, and whether it only rehearses it. */
export function policyWords({ policy, rehearsal }: NonNullable<Gateway['machine']>): string {
  if (rehearsal === null) return policy;
  return `${policy} (rehearsal${rehearsal === 'multi-session-rds' ? ', with Remote Desktop Services' : ''})`;
}
