import type { ClusterMember } from '../run-queue/snapshot.ts';

export type HealthWord =
  | 'Quarantined'
  | 'Disabled'
  | 'Offline'
  | 'Unreachable'
  | 'Starting'
  | 'Needs attention'
  | 'Online';

export interface Health {
  readonly word: HealthWord;
  /** What to check, and who can (S59, S60); empty when all is well. */
  readonly advice: readonly string[];
}

/** The word beside a gateway wherever it is listed. Unreachable means: offline while runs of ours go on there. */
export function healthOf(
  member: Pick<ClusterMember, 'online' | 'enabled' | 'quarantined' | 'facts'>,
  runsInHand = 0,
): Health {
  if (member.quarantined) return { word: 'Quarantined', advice: ['Remove this gateway and enrol its machine anew.'] };
  if (!member.online) return { word: runsInHand > 0 ? 'Unreachable' : 'Offline', advice: offlineAdvice };
  if (!member.enabled) return { word: 'Disabled', advice: ['An admin of the cluster can enable it.'] };
  if (member.facts === null) return { word: 'Starting', advice: [] };
  const { canAttended, canUnattended, missing } = member.facts;
  if (canAttended || canUnattended) return { word: 'Online', advice: missing };
  return { word: 'Needs attention', advice: [...missing, restartAdvice] };
}

const restartAdvice = 'Restart the gateway on its machine.';
const offlineAdvice: readonly string[] = [
  'Check that the machine has power and that its network reaches this server.',
  'Check that the gateway is running on the machine; restart it if it is not.',
];
