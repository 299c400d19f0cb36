import { assertNever } from '../brand.ts';
import type { ClusterMember } from '../run-queue/snapshot.ts';
import type { MachineFacts, MachinePolicy } from '../session/machine.ts';

const MIB = 1024 * 1024;

/** Left to the system, the gateway and whatever else the machine does. */
export const RESERVED_MEMORY_BYTES = 1024 * MIB;
/** A display, its window manager, a runner and one browser, as measured on Debian 12. */
export const MEMORY_PER_SESSION_BYTES = 512 * MIB;
/** Flows mostly wait for the programs they drive, so a core serves several. */
export const SESSIONS_PER_CORE = 4;
/** Windows Server without Remote Desktop Services holds two user sessions (S39). */
export const MULTI_SESSION_LIMIT = 2;

/** User sessions that a Linux machine can hold, from its memory and cores; always at least one. */
export function linuxSessionLimit(memoryBytes: number, cores: number): number {
  const byMemory = Math.floor((memoryBytes - RESERVED_MEMORY_BYTES) / MEMORY_PER_SESSION_BYTES);
  return Math.max(1, Math.min(byMemory, Math.floor(cores * SESSIONS_PER_CORE)));
}

/**
 * The policy a member obeys: what the machine is, or on a Linux machine the Windows rule that an admin set for a
 * rehearsal. No setting makes a machine something it is not.
 */
export function policyOf(
  member: Pick<ClusterMember, 'policyOverride'>,
  facts: Pick<MachineFacts, 'reportedPolicy'>,
): MachinePolicy {
  const { policyOverride } = member;
  const isRehearsal = policyOverride === 'single-session' || policyOverride === 'multi-session';
  return facts.reportedPolicy === 'linux' && isRehearsal ? policyOverride : facts.reportedPolicy;
}

export interface LimitQuestion {
  readonly policy: MachinePolicy;
  readonly facts: Pick<MachineFacts, 'sessionLimit' | 'remoteDesktopServices'>;
  readonly capacityOverride: number | null;
}

/** User sessions a machine can hold at once, people's included (S37, S39, S41). A setting below one counts as one. */
export function sessionLimit({ policy, facts, capacityOverride }: LimitQuestion): number {
  switch (policy) {
    case 'single-session':
    case 'virtual':
      return 1;
    case 'multi-session': {
      const most = facts.remoteDesktopServices ? facts.sessionLimit : Math.min(MULTI_SESSION_LIMIT, facts.sessionLimit);
      return atLeastOne(Math.min(most, capacityOverride ?? most));
    }
    case 'linux':
      return atLeastOne(capacityOverride ?? facts.sessionLimit);
    default:
      return assertNever(policy);
  }
}

/** The limit of a cluster's member, once it has reported its facts. */
export function limitOfMember(member: ClusterMember, facts: MachineFacts): number {
  return sessionLimit({ policy: policyOf(member, facts), facts, capacityOverride: member.capacityOverride });
}

function atLeastOne(limit: number): number {
  return Math.max(1, Math.floor(limit));
}
