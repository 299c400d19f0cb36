import type { GatewayId, RunId } from '../brand.ts';
import type { Priority, RunMode } from '../run/run.ts';
import type { MachineFacts, Rehearsal } from '../session/machine.ts';
import type { FairFacts, Fairness } from './fairness/fairness.ts';

/** A waiting run, as much of it as the order needs. */
export interface QueuedRun {
  readonly id: RunId;
  readonly requestNumber: number;
  readonly priority: Priority;
  /** Higher is nearer to the top; null when it was never moved (S31). */
  readonly topRank: number | null;
  /** Read only where fairness is on. */
  readonly requestedAtMs?: number;
}

/**
 * Waiting runs that the rules cannot tell apart: same account on the machine, same mode, same setting. The planner looks
 * at classes, so a million queued runs cost what their classes cost, and no window hides a run that could start.
 */
export interface RunClass {
  readonly key: string;
  /** Account name on the machine, normalised by `accountOnMachine`. */
  readonly user: string;
  readonly mode: RunMode;
  readonly whenSessionBlocked: 'fail' | 'wait';
  readonly count: number;
  /** The first runs of the class in queue order, as many as `headsPerClass` says. */
  readonly heads: readonly QueuedRun[];
  /** A canary sign-in: only this member is asked, although it is set aside. Absent for every other run. */
  readonly canaryOf?: GatewayId;
  /** Where fairness is on, which tells more runs apart; declines are then remembered by the key without that. */
  readonly fair?: FairFacts;
  readonly declineKey?: string;
}

/** A run on its way or running, which holds its account and its slot. */
export interface RunInHand {
  readonly id: RunId;
  readonly gatewayId: GatewayId;
  readonly user: string;
  readonly mode: RunMode;
  /** Where fairness is on. */
  readonly fair?: FairFacts;
}

export interface DeclineMemory {
  readonly classKey: string;
  readonly because: WaitReason;
  /** The facts the gateway judged by: while the member still reports this version the answer stands. */
  readonly factsVersion: number;
  readonly untilMs: number;
}

/** Why nothing is offered to a member for the moment, in the words of whoever said so; they may be empty. */
export interface Maintenance {
  readonly note: string;
}

/** A sick member is offered nothing but canary sign-ins until enough of them succeed. */
export interface SetAside {
  /** Null while one is under way. */
  readonly nextCanaryAtMs: number | null;
}

export interface ClusterMember {
  readonly gatewayId: GatewayId;
  readonly name: string;
  /** 0 is the primary; members take over in this order while the toggle of S47 is off. */
  readonly order: number;
  readonly online: boolean;
  readonly enabled: boolean;
  readonly quarantined: boolean;
  /** Set while an admin works on the machine: what runs there goes on, nothing new is offered. */
  readonly maintenance: Maintenance | null;
  /** Set while the member fails runs that others do not; absent is not. */
  readonly setAside?: SetAside | null;
  /** The database was restored and this member has not yet said what it started since the backup (§7.6). */
  readonly journalAwaited?: boolean;
  /** Null until the first report. */
  readonly facts: MachineFacts | null;
  /** Windows rule that an admin set for a rehearsal; null follows the machine. */
  readonly policyOverride: Rehearsal | null;
  /** A setting may lower the limit, on Linux also raise it; null leaves it. */
  readonly capacityOverride: number | null;
  readonly declines: readonly DeclineMemory[];
}

export interface QueueSnapshot {
  /** Rises with every change of the cluster; a plan commits only against the version it saw. */
  readonly version: number;
  readonly runOnAllGateways: boolean;
  readonly selection: 'random' | 'leastBusy';
  readonly members: readonly ClusterMember[];
  readonly classes: readonly RunClass[];
  readonly inHand: readonly RunInHand[];
  /** Unattended add-ons left over all clusters; null means unlimited (S54). */
  readonly addOnsFree: number | null;
  /** Absent where nothing of it is switched on: then the queue order alone decides. */
  readonly fairness?: Fairness;
}

/** Why something cannot start now; one stable code, with the names a person needs to act. */
export interface WaitReason {
  readonly code: WaitCode;
  /** Which kind of answer: a session rule can end a run, everything else waits. */
  readonly kind: 'capacity' | 'busy-user' | 'add-ons' | 'session-rule' | 'availability' | 'decline' | 'order';
  /** A whole sentence. Session rules carry the verbatim text of the reference (S19, S20, S57). */
  readonly message: string;
  /** What would help and who can do it. */
  readonly remedy: string;
}
export type WaitCode =
  | 'no-members'
  | 'gateway-offline'
  | 'gateway-disabled'
  | 'gateway-quarantined'
  | 'gateway-in-maintenance'
  | 'gateway-set-aside'
  | 'canary-elsewhere'
  | 'journal-awaited'
  | 'facts-missing'
  | 'mode-not-supported'
  | 'not-primary'
  | 'no-free-slot'
  | 'user-busy'
  | 'no-add-on'
  | 'session-exists-single'
  | 'session-exists-multi'
  | 'cannot-create-session'
  | 'attended-not-signed-in'
  | 'attended-not-active'
  | 'attended-locked'
  | 'attended-wayland'
  | 'virtual-other-account'
  | 'declined'
  | 'behind-earlier-run'
  | 'share-used'
  | 'lane-reserved';

export interface Offer {
  readonly runId: RunId;
  readonly gatewayId: GatewayId;
  readonly classKey: string;
}
export interface MemberAnswer {
  readonly gatewayId: GatewayId;
  readonly name: string;
  readonly because: WaitReason;
}
/** Why the runs of one class wait, member by member. */
export interface WaitingClass {
  readonly classKey: string;
  readonly because: readonly MemberAnswer[];
  /** The one answer to show in a line: the last thing that must change for the run to start. */
  readonly foremost: WaitReason;
  /** True when every online member refuses by a session rule, and the class says `fail` (DESIGN §6). */
  readonly refuse: boolean;
  /** True when it waits only for a slot: the first such run in queue order is `Next to run` (S28). */
  readonly waitsOnlyForSlot: boolean;
}
export interface Plan {
  readonly offers: readonly Offer[];
  readonly waiting: readonly WaitingClass[];
  /** Runs to end with a session rule's text, because their class says `fail`. */
  readonly refusals: readonly { readonly runId: RunId; readonly because: WaitReason }[];
  readonly nextToRun: RunId | null;
}
