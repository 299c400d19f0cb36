import { limitOfMember, policyOf } from '@deskhand/domain/capacity/session-limit.ts';
import type { MachineFacts, MachinePolicy, Rehearsal } from '@deskhand/domain/session/machine.ts';

export interface MemberRow {
  readonly facts: MachineFacts | null;
  readonly policy_override: Rehearsal | null;
  readonly capacity_override: number | null;
}

export interface PolicyAndCapacity {
  readonly policy: MachinePolicy;
  readonly capacity: number;
}

/** What a gateway judges by again; one that has not told what it is gets the strictest. */
export function policyFromRow(row: MemberRow): PolicyAndCapacity {
  const { facts, policy_override: policyOverride, capacity_override: capacityOverride } = row;
  if (facts === null) return { policy: 'single-session', capacity: 1 };
  const member = { policyOverride, capacityOverride };
  return { policy: policyOf(member, facts), capacity: limitOfMember(member, facts) };
}
