import type { ClusterId, ConnectionId } from '../brand.ts';

/** What a sealed password is bound to: opened with anything else, it stays shut (DESIGN §8). */
export interface SealContext {
  readonly clusterId: ClusterId;
  readonly connectionId: ConnectionId;
  /** As stored with the connection. */
  readonly accountName: string;
  /** Rises with every new password of the connection. */
  readonly passwordVersion: number;
}

/**
 * One string for one context: each field is escaped, so no field can reach into the next, and the first one keeps it
 * apart from anything else that is ever bound.
 */
export function sealContext(context: SealContext): string {
  const { clusterId, connectionId, accountName, passwordVersion } = context;
  return ['deskhand-connection', clusterId, connectionId, accountName, String(passwordVersion)]
    .map(encodeURIComponent)
    .join('\n');
}
