import { CANARIES_TO_PASS } from './canary.ts';
import { no, reason, type Verdict, yes } from '../placement/reasons.ts';
import type { ClusterMember, Maintenance, SetAside, WaitReason } from '../run-queue/snapshot.ts';
import { RUN_ON_ALL_GATEWAYS } from '../session/texts.ts';

type Standing = Pick<ClusterMember, 'name' | 'online' | 'enabled' | 'quarantined' | 'maintenance' | 'setAside'>;

/**
 * Whether a member may be asked for a run of somebody. One that is set aside is asked for canary sign-ins alone, so that comes
 * last: what else keeps it from being asked also keeps its canaries waiting.
 */
export function memberAvailability(member: Standing): Verdict {
  const present = memberPresence(member);
  return present.ok && member.setAside ? no(setAsideReason(member.name, member.setAside)) : present;
}

function setAsideReason(name: string, { nextCanaryAtMs }: SetAside): WaitReason {
  const next =
    nextCanaryAtMs === null
      ? 'A canary sign-in is under way'
      : `The next canary sign-in is at ${clockTime(nextCanaryAtMs)}`;
  return reason(
    'gateway-set-aside',
    `The gateway ${name} is set aside, because it fails runs at sign-in, session or runner start that others do not.`,
    `${next}; ${String(CANARIES_TO_PASS)} that succeed put it back, and an admin of the cluster can do so at once.`,
  );
}

const clockTime = (ms: number): string => `${new Date(ms).toISOString().slice(11, 16)} UTC`;

/**
 * Members that are offline, disabled, quarantined or in maintenance are never offered anything (S45). Maintenance comes
 * before offline, because a machine that is worked on is often switched off.
 */
export function memberPresence(member: Standing): Verdict {
  if (member.quarantined) {
    return no(
      reason(
        'gateway-quarantined',
        `The gateway ${member.name} is quarantined, because its identity was used from two places.`,
        'An admin can remove it and enrol the machine anew.',
      ),
    );
  }
  if (!member.enabled) {
    return no(
      reason('gateway-disabled', `The gateway ${member.name} is disabled.`, 'An admin of the cluster can enable it.'),
    );
  }
  if (member.maintenance !== null) {
    return no(
      reason(
        'gateway-in-maintenance',
        `The gateway ${member.name} is in maintenance${noteOf(member.maintenance)}`,
        'Runs are offered to it again when an admin of the cluster ends the maintenance.',
      ),
    );
  }
  if (!member.online) {
    return no(
      reason(
        'gateway-offline',
        `The gateway ${member.name} is offline.`,
        'Check that its machine has power and a network, and that the gateway is running there.',
      ),
    );
  }
  return yes;
}

/** With the note as it was written, and one full stop at the end. */
const noteOf = ({ note }: Maintenance): string => (note === '' ? '.' : `: ${note.replace(/[.\s]+$/, '')}.`);

/** An available member that has not described its machine yet: for a moment after each link begins. */
export function factsMissing(name: string): WaitReason {
  return reason(
    'facts-missing',
    `The gateway ${name} has not yet reported what its machine can do.`,
    'This takes a moment after a gateway comes online; restart the gateway if it lasts.',
  );
}

/**
 * Until every member has said what it started since the backup, the cluster is offered nothing: any of them may hold a run
 * that the restored database believes to be waiting (§7.6).
 */
export function journalsAwaited(missing: readonly string[]): WaitReason {
  return reason(
    'journal-awaited',
    `The server was restored from a backup and waits for what these gateways started since: ${missing.join(', ')}.`,
    'Bring them online. An admin can accept the risk for machines that will not come back.',
  );
}

/** What every other member answers to a canary sign-in. */
export function canaryElsewhere(name: string): WaitReason {
  return reason(
    'canary-elsewhere',
    `A canary sign-in asks one gateway, which is not ${name}.`,
    'Nothing has to be done.',
  );
}

/** Another member takes the runs while `Run on all gateways in cluster` is off (S47). */
export function notPrimary(name: string, taker: string): WaitReason {
  return reason(
    'not-primary',
    `The gateway ${name} stands by: ${taker} takes the runs of this cluster.`,
    `An admin of the cluster can switch on ${RUN_ON_ALL_GATEWAYS}.`,
  );
}

/**
 * The members that may be asked: all available ones, or with the toggle off only the first available one by order
 * (primary first, the next when it is offline; S47).
 */
export function servingMembers(
  members: readonly ClusterMember[],
  runOnAllGateways: boolean,
): ReadonlySet<ClusterMember> {
  const available = members.filter((member) => memberAvailability(member).ok);
  if (runOnAllGateways) return new Set(available);
  const first = available.reduce<ClusterMember | undefined>(
    (best, member) => (best === undefined || member.order < best.order ? member : best),
    undefined,
  );
  return new Set(first === undefined ? [] : [first]);
}
