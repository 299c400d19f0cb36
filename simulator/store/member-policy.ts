import { limitOfMember, policyOf } from '@deskhand/domain/capacity/session-limit.ts';
import type { MachinePolicy } from '@deskhand/domain/session/machine.ts';
import type { GatewayRow } from './rows.ts';

/** What a gateway judges by again; one that has not told what it is gets the strictest. */
export function policyAndCapacity(
  gateway: Pick<GatewayRow, 'facts' | 'policyOverride' | 'capacityOverride'> | undefined,
): { readonly policy: MachinePolicy; readonly capacity: number } {
  const facts = gateway?.facts ?? null;
  if (gateway === undefined || facts === null) return { policy: 'single-session', capacity: 1 };
  return { policy: policyOf(gateway, facts), capacity: limitOfMember(gateway, facts) };
}
