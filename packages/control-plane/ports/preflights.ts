import type { ClusterId, ConnectionId, GatewayId } from '@deskhand/domain/brand.ts';
import type { PreflightResult } from '@deskhand/domain/preflight/preflight.ts';
import type { PreflightQuestion, PreflightReply } from '@deskhand/protocol/preflight.ts';
import type { AuditFact } from './outcome.ts';

export interface PreflightRound {
  readonly id: string;
  readonly begunBy: string;
  readonly begunAt: Date;
  readonly isOver: boolean;
}

export interface PreflightMemberRecord {
  readonly gatewayId: GatewayId;
  readonly name: string;
  readonly isOnline: boolean;
  /** The version of the link that was agreed on last. */
  readonly linkVersion: number;
}

export interface PreflightResultRecord extends PreflightResult {
  readonly answeredAt: Date | null;
}

/** A connection with the members of its cluster in their order, and what they said. */
export interface PreflightRecord {
  readonly connectionId: ConnectionId;
  readonly clusterId: ClusterId;
  /** Who may use it by name: its owner, and whom it is shared with. */
  readonly people: readonly string[];
  readonly accountName: string;
  readonly hasPassword: boolean;
  readonly passwordVersion: number;
  readonly round: PreflightRound | null;
  readonly members: readonly PreflightMemberRecord[];
  readonly results: readonly PreflightResultRecord[];
}

/** What members of clusters found out about the accounts of connections. */
export interface PreflightStore {
  /** A question that has no answer counts as asked for so long, and as unanswered after it. */
  read(connectionId: string, waitMs: number): Promise<PreflightRecord | undefined>;
  /** One round at a time for each connection. */
  begin(
    round: { readonly connectionId: string; readonly roundId: string; readonly begunBy: string },
    audit: AuditFact,
  ): Promise<'begun' | 'under-way' | 'not-found'>;
  /** False when the round is no longer the one, or some member of it is being asked: never two at once. */
  ask(
    question: { readonly connectionId: string; readonly roundId: string; readonly gatewayId: string },
    waitMs: number,
  ): Promise<boolean>;
  /** What is sent to the member; undefined when it has answered, or the password was rotated meanwhile. */
  question(gatewayId: string, roundId: string): Promise<PreflightQuestion | undefined>;
  /** Answers whose connection it is; undefined where nobody waits for that answer. */
  answer(gatewayId: string, roundId: string, reply: PreflightReply): Promise<ConnectionId | undefined>;
  end(connectionId: string, roundId: string): Promise<boolean>;
  /** Connections whose round is not over, the oldest first. */
  underWay(max: number): Promise<readonly ConnectionId[]>;
  /** Connections with a password that nobody has checked or changed for so long, where a gateway is online. */
  due(everyMs: number, max: number): Promise<readonly ConnectionId[]>;
}
