import { assertNever } from '../brand.ts';
import type { ClusterMember } from '../run-queue/snapshot.ts';
import type { MachineFacts, MachinePolicy, Rehearsal } from '../session/machine.ts';

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

const rehearsedPolicy = {
  'single-session': 'single-session',
  'multi-session': 'multi-session',
  'multi-session-rds': 'multi-session',
} as const satisfies Record<Rehearsal, MachinePolicy>;

/** What an admin set for a rehearsal. Only a Linux machine has one: no setting makes a machine something it is not. */
export function rehearsalOf(
  { policyOverride }: Pick<ClusterMember, 'policyOverride'>,
  { reportedPolicy }: Pick<MachineFacts, 'reportedPolicy'>,
): Rehearsal | null {
  return reportedPolicy === 'linux' ? policyOverride : null;
}

/** The policy a member obeys: what its machine is, or the Windows rule that it rehearses. */
export function policyOf(
  member: Pick<ClusterMember, 'policyOverride'>,
  facts: Pick<MachineFacts, 'reportedPolicy'>,
): MachinePolicy {
  const rehearsal = rehearsalOf(member, facts);
  return rehearsal === null ? facts.reportedPolicy : rehearsedPolicy[rehearsal];
}

/** User sessions a member's machine can hold at once, people's included (S37, S39, S41). A setting below one counts as one. */
export function limitOfMember(
  member: Pick<ClusterMember, 'policyOverride' | 'capacityOverride'>,
  facts: Pick<MachineFacts, 'reportedPolicy' | 'sessionLimit' | 'remoteDesktopServices'>,
): number {
  const { capacityOverride } = member;
  const policy = policyOf(member, facts);
  switch (policy) {
    case 'single-session':
    case 'virtual':
      return 1;
    case 'multi-session': {
      const hasRds = facts.remoteDesktopServices || rehearsalOf(member, facts) === 'multi-session-rds';
      const most = hasRds ? facts.sessionLimit : Math.min(MULTI_SESSION_LIMIT, facts.sessionLimit);
      return atLeastOne(Math.min(most, capacityOverride ?? most));
    }
    case 'linux':
      return atLeastOne(capacityOverride ?? facts.sessionLimit);
    default:
      return assertNever(policy);
  }
}

function atLeastOne(limit: number): number {
  return Math.max(1, Math.floor(limit));
}
