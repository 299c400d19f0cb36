import { policyOf, sessionLimit } from '@deskhand/domain/capacity/session-limit.ts';
import type { MachineFacts, MachinePolicy } from '@deskhand/domain/session/machine.ts';

export interface MemberRow {
  readonly facts: MachineFacts | null;
  readonly policy_override: MachinePolicy | null;
  readonly capacity_override: number | null;
}

export interface PolicyAndCapacity {
  readonly policy: MachinePolicy;
  readonly capacity: number;
}

/** What a gateway judges by again; one that has not told what it is gets the strictest. */
export function policyFromRow(row: MemberRow): PolicyAndCapacity {
  const { facts, capacity_override: capacityOverride } = row;
  if (facts === null) return { policy: 'single-session', capacity: 1 };
  const policy = policyOf({ policyOverride: row.policy_override }, facts);
  return { policy, capacity: sessionLimit({ policy, facts, capacityOverride }) };
}
