import type { GatewayId } from '@deskhand/domain/brand.ts';
import type { JournalEntryReport } from '@deskhand/protocol/link/messages.ts';
import type { AuditFact } from './outcome.ts';

/** Why the server is recovering, in a person's words. */
export interface RecoveryCause {
  readonly because: 'restored' | 'set-back';
  /** When the backup was taken that was restored; null when the database was replaced without our doing. */
  readonly backupTakenAt: string | null;
  /** The gateway whose memory showed it. */
  readonly shownBy: string | null;
}

export interface AwaitedGateway {
  readonly gatewayId: GatewayId;
  readonly name: string;
  readonly clusterId: string;
  readonly clusterName: string;
  readonly isOnline: boolean;
  readonly lastSeenAt: Date | null;
}

export interface Recovery {
  readonly cause: (RecoveryCause & { readonly since: Date }) | null;
  /** Members that have not reported; empty when everything is offered again. */
  readonly awaited: readonly AwaitedGateway[];
  readonly journalOnlyRuns: number;
}

/** A run of which only a gateway's journal knows: it was submitted after the backup. */
export interface JournalOnlyRun {
  readonly runId: string;
  readonly attempt: number;
  readonly gatewayId: GatewayId;
  readonly gatewayName: string;
  readonly flowName: string | null;
  readonly mode: 'attended' | 'unattended' | null;
  readonly accountName: string | null;
  readonly requestedBy: string | null;
  readonly startedAt: Date | null;
  readonly phase: string;
  readonly outcome: string | null;
  readonly errorCode: string | null;
}

/** Where one stands among them: newest start first, those of an unknown start last. */
export interface JournalOnlyPlace extends Pick<JournalOnlyRun, 'runId' | 'attempt'> {
  readonly startedAtMs: number | null;
  readonly gatewayId: string;
}

/** What is not known of one more attempt; the names are null where an older gateway told none. */
export type NamedAttempt = Pick<JournalEntryReport, 'runId' | 'attempt' | 'phase'> &
  Partial<Pick<JournalEntryReport, 'flowName' | 'mode' | 'accountName' | 'requestedBy' | 'startedAtMs'>> & {
    readonly outcome: string | null;
    readonly errorCode: string | null;
  };

/** The way back after the database was set back in time. */
export interface RecoveryStore {
  /** A new epoch; from now on every member's journal is awaited, and every plan made before is void. */
  begin(cause: RecoveryCause, newEpoch: string, audit: AuditFact): Promise<void>;
  /** Answers whether anything was awaited of it. */
  journalReported(gatewayId: string): Promise<boolean>;
  noteJournalOnly(gatewayId: string, attempts: readonly NamedAttempt[]): Promise<void>;
  /** How one of them ended after all; others are passed over. */
  noteEnd(gatewayId: string, end: Pick<NamedAttempt, 'runId' | 'attempt' | 'outcome' | 'errorCode'>): Promise<void>;
  /** An admin answers for machines that will not report. Answers the clusters concerned. */
  acceptRisk(gatewayIds: readonly string[], audit: AuditFact): Promise<readonly string[]>;
  read(): Promise<Recovery>;
  journalOnlyRuns(filter: {
    readonly requestedBy: string | null;
    readonly after: JournalOnlyPlace | null;
    readonly limit: number;
  }): Promise<readonly JournalOnlyRun[]>;
}
