import type { ClusterMember } from '../run-queue/snapshot.ts';
import { clockAdvice, type ClockSkewMs } from './clock-skew.ts';
import { versionAdvice } from './gateway-version.ts';

export type HealthWord =
  | 'Quarantined'
  | 'Disabled'
  | 'Maintenance'
  | 'Set aside'
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

type Member = Pick<ClusterMember, 'online' | 'enabled' | 'quarantined' | 'maintenance' | 'setAside' | 'facts'>;

/** What is known of a gateway beside what the planner looks at. */
export interface GatewaySigns {
  /** Runs of ours that may go on there. */
  readonly runsInHand: number;
  readonly clockSkewMs: ClockSkewMs;
  readonly version: string;
  readonly serverVersion: string;
}

/** The word beside a gateway wherever it is listed. Unreachable means: offline while runs of ours go on there. */
export function healthOf(member: Member, signs: GatewaySigns): Health {
  const { word, advice } = standingOf(member, signs.runsInHand);
  // Of a machine that is away only the last is known, and it may have been put right since.
  const asides = member.online
    ? [clockAdvice(signs.clockSkewMs), versionAdvice(signs.version, signs.serverVersion)]
    : [];
  return { word, advice: [...advice, ...asides.filter((aside) => aside !== null)] };
}

function standingOf(member: Member, runsInHand: number): Health {
  if (member.quarantined) return { word: 'Quarantined', advice: ['Remove this gateway and enrol its machine anew.'] };
  if (member.maintenance !== null) return { word: 'Maintenance', advice: [maintenanceAdvice] };
  if (!member.online) return { word: runsInHand > 0 ? 'Unreachable' : 'Offline', advice: offlineAdvice };
  if (!member.enabled) return { word: 'Disabled', advice: ['An admin of the cluster can enable it.'] };
  if (member.setAside) return { word: 'Set aside', advice: setAsideAdvice };
  if (member.facts === null) return { word: 'Starting', advice: [] };
  const { canAttended, canUnattended, missing } = member.facts;
  if (canAttended || canUnattended) return { word: 'Online', advice: missing };
  return { word: 'Needs attention', advice: [...missing, restartAdvice] };
}

const maintenanceAdvice = 'What runs there goes on and nothing new is offered, until an admin of the cluster ends it.';
const setAsideAdvice: readonly string[] = [
  'It fails runs at sign-in, session or runner start that other gateways do not; its history says which.',
  'Examine the machine. It is put back when its canary sign-ins succeed, or by an admin of the cluster.',
];
const restartAdvice = 'Restart the gateway on its machine.';
const offlineAdvice: readonly string[] = [
  'Check that the machine has power and that its network reaches this server.',
  'Check that the gateway is running on the machine; restart it if it is not.',
];
