import type { AccountId, ClusterId, ConnectionId } from '@deskhand/domain/brand.ts';
import type { AuditFact } from './outcome.ts';

/** A connection without its sealed password, which only the link reads. */
export interface ConnectionRecord {
  readonly id: ConnectionId;
  readonly name: string;
  readonly clusterId: ClusterId;
  readonly clusterName: string;
  readonly accountName: string;
  readonly machineUser: string;
  readonly hasPassword: boolean;
  readonly passwordVersion: number;
  readonly whenSessionBlocked: 'fail' | 'wait';
  readonly notifications: boolean;
  readonly owner: { readonly id: AccountId; readonly name: string } | null;
  readonly sharedWith: readonly string[];
  readonly createdAt: Date;
  readonly rotatedAt: Date | null;
}
export type ConnectionChange = Partial<
  Pick<ConnectionRecord, 'name' | 'whenSessionBlocked' | 'notifications' | 'sharedWith'>
>;

export interface NewConnection {
  readonly id: ConnectionId;
  readonly name: string;
  readonly clusterId: ClusterId;
  readonly ownerId: AccountId;
  readonly accountName: string;
  readonly machineUser: string;
  readonly whenSessionBlocked: 'fail' | 'wait';
  readonly notifications: boolean;
}

export interface ConnectionStore {
  list(): Promise<readonly ConnectionRecord[]>;
  byId(id: string): Promise<ConnectionRecord | undefined>;
  add(connection: NewConnection, audit: AuditFact): Promise<void>;
  change(id: string, change: ConnectionChange, audit: AuditFact): Promise<void>;
  /** Commits only when the stored version is the one before `passwordVersion`. */
  rotate(
    id: string,
    password: { sealed: string; sealedTo: string; passwordVersion: number },
    audit: AuditFact,
  ): Promise<'rotated' | 'changed-meanwhile'>;
  remove(id: string, audit: AuditFact): Promise<'removed' | 'in-use'>;
}
