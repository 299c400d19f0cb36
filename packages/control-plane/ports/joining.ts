import type { ClusterId, GatewayId } from '@deskhand/domain/brand.ts';
import type { JoinRequestState } from '@deskhand/domain/gateway/join-request.ts';
import type { JoinOpening } from '@deskhand/protocol/join-code.ts';
import type { AuditFact } from './outcome.ts';

export interface JoinRecord {
  readonly id: string;
  readonly clusterId: ClusterId;
  readonly name: string;
  readonly publicKey: string;
  readonly commitment: string;
  readonly state: JoinRequestState;
  readonly expiresAt: Date;
  readonly isExpired: boolean;
  readonly answeredBy: string | null;
  readonly answer: string | null;
  readonly opening: JoinOpening | null;
  readonly sealedKey: string | null;
}

/** A gateway that holds its cluster's key, after it has proved itself. */
export interface KeyHolder {
  readonly gatewayId: GatewayId;
  readonly name: string;
  readonly clusterId: ClusterId;
  readonly publicKey: string;
}

export interface NewJoinRequest {
  readonly id: string;
  readonly tokenHash: Buffer;
  readonly name: string;
  readonly publicKey: string;
  readonly commitment: string;
  readonly lifetimeMs: number;
}

/** What one step writes beside the new state. */
export type JoinChange = Partial<{
  readonly answeredBy: string;
  readonly answer: string;
  readonly opening: JoinOpening;
  readonly sealedKey: string;
}>;

export interface JoinStore {
  /** A token has one request: the newest replaces the others, and nothing of them can be confirmed any more. */
  add(
    request: NewJoinRequest,
    audit: AuditFact,
  ): Promise<{ readonly expiresAt: Date } | 'token-wrong' | 'no-key' | 'name-taken'>;
  /** Only to the token that it was asked with. */
  ofToken(id: string, tokenHash: Buffer): Promise<JoinRecord | undefined>;
  inCluster(id: string, clusterId: string): Promise<JoinRecord | undefined>;
  /** Those that still can be taken up. */
  pending(clusterId: string): Promise<readonly JoinRecord[]>;
  /** Moves it only when it is still in this state and not out of date. */
  move(
    of: { readonly id: string; readonly from: JoinRequestState; readonly to: JoinRequestState },
    change: JoinChange,
    audit: AuditFact,
  ): Promise<boolean>;

  /** False for a gateway that there is not. */
  addChallenge(gatewayId: string, nonce: string, lifetimeMs: number): Promise<boolean>;
  /** Good once. Answers the gateway when it holds a cluster key and is neither removed nor quarantined. */
  useChallenge(gatewayId: string, nonce: string): Promise<KeyHolder | undefined>;
}
