import type { ClusterId, ConnectionId, GatewayId, RunId } from '@deskhand/domain/brand.ts';
import type { CanaryAccount, CanaryState } from '@deskhand/domain/gateway/canary.ts';
import type { MemberOutcomes } from '@deskhand/domain/gateway/sickness.ts';
import type { SicknessEvent } from '@deskhand/domain/gateway/sickness-texts.ts';
import type { RunState } from '@deskhand/domain/run/run.ts';
import type { AuditFact } from './outcome.ts';

/** What a cluster's members are compared by; a judgement holds only against the version it was made from. */
export interface SicknessBoard {
  readonly version: number;
  readonly members: readonly MemberOutcomes[];
}

export interface SicknessNote {
  readonly event: SicknessEvent;
  readonly detail: string;
  readonly actor: string;
}

/** A member that is set aside, and how its canaries go. */
export interface MemberSetAside {
  readonly gatewayId: GatewayId;
  readonly clusterId: ClusterId;
  readonly state: CanaryState;
  /** By the database's clock, whatever clock the server has. */
  readonly isDue: boolean;
  readonly canary: {
    readonly runId: RunId;
    /** Null when retention has removed the run. */
    readonly run: {
      readonly state: RunState;
      readonly gatewayId: GatewayId | null;
      readonly errorCode: string | undefined;
    } | null;
  } | null;
}

export interface NewCanary {
  readonly gatewayId: GatewayId;
  readonly connectionId: ConnectionId;
  readonly runId: RunId;
  readonly flowName: string;
  readonly script: string;
  readonly startDeadlineMs: number;
  readonly executionTimeoutMs: number;
}

export interface GatewayEventRecord {
  readonly number: number;
  readonly gatewayId: GatewayId;
  readonly gatewayName: string;
  readonly event: SicknessEvent;
  readonly detail: string;
  readonly actor: string;
  readonly runId: string | null;
  readonly at: Date;
}

/** Members that are set aside, why, and what became of them. */
export interface SickMemberStore {
  /** Clusters in which an unattended run failed within the time before its flow began. */
  clustersToJudge(windowMs: number, limit: number): Promise<readonly ClusterId[]>;
  board(clusterId: string, windowMs: number): Promise<SicknessBoard | undefined>;
  /** `version` null: an admin does it, whatever else has changed. */
  setAside(
    gatewayId: string,
    state: CanaryState,
    note: SicknessNote,
    by: { readonly version: number } | { readonly audit: AuditFact },
  ): Promise<'set-aside' | 'is-already' | 'changed-meanwhile' | 'not-found'>;
  /** Written once until something else happens to the gateway or so much time has passed. */
  note(gatewayId: string, note: SicknessNote, againAfterMs: number): Promise<boolean>;
  putBack(gatewayId: string, note: SicknessNote, audit: AuditFact): Promise<'put-back' | 'is-not' | 'not-found'>;
  /** The next canary is due now. */
  hurry(gatewayId: string, audit: AuditFact): Promise<'hurried' | 'is-not' | 'not-found'>;
  membersSetAside(limit: number): Promise<readonly MemberSetAside[]>;
  /** Accounts that other members have signed in within the time, the newest first. */
  canaryAccounts(gatewayId: string, windowMs: number, limit: number): Promise<readonly CanaryAccount[]>;
  /** Submits the run of a canary; false when the gateway has one already or is set aside no more. */
  beginCanary(canary: NewCanary, note: SicknessNote, audit: AuditFact): Promise<boolean>;
  /** Only while this canary is the gateway's; `putBack` ends it all. */
  settleCanary(
    of: { readonly gatewayId: string; readonly runId: string | null },
    next: { readonly state: CanaryState; readonly nextInMs: number } | 'put-back',
    notes: readonly SicknessNote[],
  ): Promise<boolean>;
  /** The newest first. */
  history(question: {
    readonly clusterId: string | null;
    readonly gatewayId: string | null;
    readonly before: number | null;
    readonly limit: number;
  }): Promise<readonly GatewayEventRecord[]>;
}
