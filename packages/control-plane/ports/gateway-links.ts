import type { ClusterId, GatewayId, RunId } from '@deskhand/domain/brand.ts';
import type { ClockSkewMs } from '@deskhand/domain/gateway/clock-skew.ts';
import type { DatabaseMemory } from '@deskhand/domain/gateway/database-memory.ts';
import type { JournalAt } from '@deskhand/domain/gateway/journal-position.ts';
import type { LinkNumbers } from '@deskhand/domain/gateway/link-number.ts';
import type { RunError, RunMode, RunState } from '@deskhand/domain/run/run.ts';
import type { DeclineMemory } from '@deskhand/domain/run-queue/snapshot.ts';
import type { MachineFacts, MachinePolicy } from '@deskhand/domain/session/machine.ts';
import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import type { ServerMessage, StartOrder } from '@deskhand/protocol/link/messages.ts';

/** The links that this replica holds. */
export interface GatewayLinks {
  /** False when the gateway is linked to another replica, or to none. */
  send(gatewayId: string, message: ServerMessage): boolean;
}

/** Links that can be ended from here: the gateway was removed, is quarantined, or has a newer link, here or elsewhere. */
export interface EndableLinks extends GatewayLinks {
  /** With `olderThan` only a link of a lower number. */
  close(gatewayId: string, olderThan?: number): void;
}

export interface LinkIdentity {
  readonly gatewayId: GatewayId;
  readonly name: string;
  readonly clusterId: ClusterId;
  readonly publicKey: string;
  readonly quarantined: boolean;
  readonly numbers: LinkNumbers;
  readonly isLinked: boolean;
  /** How far its journal had come when its links told last; null before the first. */
  readonly journal: JournalAt | null;
  /** Since a restore its journal has not been reported. */
  readonly journalAwaited: boolean;
  readonly database: DatabaseMemory;
}

/** The run behind a message, as the server holds it. */
export interface StoredAttempt {
  readonly runId: RunId;
  readonly attempt: number;
  readonly gatewayId: GatewayId | null;
  readonly state: RunState;
  readonly journalId: string | null;
  /** How far that journal had come when the attempt was acquired; null where nobody told. */
  readonly journalPosition: number | null;
  readonly hasRun: boolean;
  readonly holdsMachine: boolean;
  readonly cancelBecause: 'cancelled' | 'timedOut' | null;
}

export interface Loss {
  /** It keeps account and slot until its gateway reports. */
  readonly holdsMachine: boolean;
  /** Nothing is written unless the run is past every limit (`giveUpAtMs`) by the clock of this moment, as with `expire`. */
  readonly onlyPastExecution?: boolean;
}

/** One attempt of one run on one gateway: every change of state names all three. */
export interface AttemptOf {
  readonly runId: RunId;
  readonly attempt: number;
  readonly gatewayId: GatewayId;
  /**
   * Given where a report is judged as a whole: nothing is written unless this is still the newest link. A server that
   * stood still for a while must not carry out what an older link told, when the gateway has linked elsewhere since.
   */
  readonly linkNumber?: number;
}

/** A link by its number: what comes over an older one counts no more, whichever server reads it. */
export interface LinkOf {
  readonly gatewayId: string;
  readonly linkNumber: number;
}

/** A phase that an attempt reached, so long after the acquire by its gateway's clock. */
export interface ReachedPhase {
  readonly phase: 'signingIn' | 'downloading' | 'running';
  readonly sinceAcquireMs: number;
}

export interface AttemptResult {
  readonly state: 'succeeded' | 'failed' | 'cancelled' | 'timedOut';
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly error: RunError | null;
  readonly lastLogSeq: number;
  readonly logLinesLost: number;
  readonly phasesMs: Readonly<Record<string, number>>;
}

export interface WaitingClassOf {
  readonly machineUser: string;
  readonly mode: RunMode;
  readonly whenSessionBlocked: 'fail' | 'wait';
  /** A canary sign-in is a class of its own; null and absent are the run of somebody. */
  readonly canaryOf?: GatewayId | null;
}

/** What a gateway tells of itself at each heartbeat. */
export interface HeartbeatSigns {
  readonly journalFault: string | null;
  /** How far its journal has come; null from a gateway that does not tell it yet. */
  readonly journalPosition: number | null;
  /** Its machine's time; null from a gateway that does not tell it yet. */
  readonly wallClockMs: number | null;
}

export interface HeartbeatAnswer {
  readonly isOpen: boolean;
  readonly journalFaultChanged: boolean;
  readonly journalAwaited: boolean;
  readonly clockSkew: { readonly beforeMs: ClockSkewMs; readonly nowMs: ClockSkewMs };
}

/** `in-the-way`: another run still holds the account on that machine, as far as the database knows. */
export type JournalStateTaken = 'taken' | 'not-taken' | 'in-the-way';

/** What gateways say, written down. Each method changes a run only when the attempt and the gateway are the stored ones. */
export interface GatewayLinkStore {
  identity(gatewayId: string): Promise<LinkIdentity | undefined>;
  /**
   * Keeps the pending number; undefined when the numbers are no longer those that it was chosen by, so that two servers
   * never give out the same one. The link is not open before `openLink`.
   */
  prepareLink(
    gatewayId: string,
    pending: number,
    chosenBy: LinkNumbers,
  ): Promise<{ readonly epoch: string; readonly commit: number } | undefined>;
  quarantine(gatewayId: string, because: string): Promise<void>;
  /** From now on this link is the newest; false when a higher number was confirmed before. */
  confirmLink(gatewayId: string, linkNumber: number): Promise<boolean>;
  /** After reconciliation: from now on the gateway is offered runs. False when a newer link has taken over. */
  openLink(link: {
    readonly gatewayId: string;
    readonly replica: string;
    readonly linkNumber: number;
    readonly journalId: string;
    /** Null from a gateway that does not tell it: then nothing of before counts. */
    readonly journalPosition: number | null;
    readonly version: string;
    /** What both speak; absent where it is the oldest. */
    readonly linkVersion?: number;
    readonly facts: MachineFacts;
    readonly encryptedClusterKey: string | null;
  }): Promise<boolean>;
  /** Only when this link is still the newest one. */
  closeLink(gatewayId: string, linkNumber: number): Promise<boolean>;
  /** Nothing is written for a link that is not the newest. */
  setFacts(link: LinkOf, facts: MachineFacts): Promise<void>;
  /** `isOpen` is false when the link is not the one that the gateway is known to have. */
  heartbeat(
    link: LinkOf & { readonly replica: string },
    signs: HeartbeatSigns,
    progress: readonly { readonly runId: string; readonly attempt: number; readonly lastActionAgoMs: number }[],
  ): Promise<HeartbeatAnswer>;

  stored(runIds: readonly string[]): Promise<readonly StoredAttempt[]>;
  heldBy(gatewayId: string): Promise<readonly StoredAttempt[]>;
  /** Offers that wait for an answer, to be sent (again) when their link is held here. */
  openOffers(
    gatewayId: string,
  ): Promise<readonly { runId: RunId; attempt: number; mode: RunMode; accountName: string }[]>;
  policyAndCapacity(gatewayId: string): Promise<{ readonly policy: MachinePolicy; readonly capacity: number }>;

  /** Only over the newest link. */
  acquire(
    of: AttemptOf & { readonly linkNumber: number },
    journal: JournalAt,
  ): Promise<{
    readonly moved: boolean;
    readonly stored: StoredAttempt | null;
    readonly order: StartOrder | null;
  }>;
  /** Back to the queue from offered: the gateway said no, did not answer, or the offer was taken back. */
  returnOffer(of: AttemptOf, event: 'decline' | 'withdraw', detail: string): Promise<WaitingClassOf | undefined>;
  /** `factsVersion` null: what the gateway reported last. */
  rememberDecline(
    gatewayId: string,
    decline: Pick<DeclineMemory, 'classKey' | 'because'> & { readonly factsVersion: number | null },
  ): Promise<void>;
  /** Never started: `starting` goes back to the queue, `cancelling` is cancelled. */
  release(of: AttemptOf, because: string): Promise<WaitingClassOf | undefined>;
  setPhase(of: AttemptOf, phase: ReachedPhase['phase'], sinceAcquireMs: number): Promise<boolean>;
  /** Answers the last sequence number that is stored, or undefined for a foreign attempt. */
  addLog(of: AttemptOf, lines: readonly LogLine[]): Promise<number | undefined>;
  addScreenshot(of: AttemptOf, screenshot: { number: number; caption: string; png: Buffer }): Promise<boolean>;
  /**
   * `ended`: written now; `late`: kept beside an uncertain run; `known`: this attempt had ended before. `reached` are phases
   * that were reported before the result and are not written yet: they count as if each had been set first.
   */
  end(
    of: AttemptOf,
    result: AttemptResult,
    reached?: readonly ReachedPhase[],
  ): Promise<'ended' | 'late' | 'known' | 'foreign'>;
  /** Nobody knows how it ended. */
  lose(of: AttemptOf, error: RunError, loss: Loss): Promise<boolean>;
  /** An uncertain run of which the gateway has nothing left. */
  settle(of: AttemptOf): Promise<void>;
  /** A journal that is ahead of a restored database: its attempt becomes the stored one. */
  takeJournalState(of: AttemptOf, journalId: string, isRunning: boolean): Promise<JournalStateTaken>;
}
