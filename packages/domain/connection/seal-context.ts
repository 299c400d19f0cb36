import type { ClusterId, ConnectionId } from '../brand.ts';

/** What a sealed password is bound to: opened with anything else, it stays shut (DESIGN §8). */
export interface SealContext {
  readonly clusterId: ClusterId;
  readonly connectionId: ConnectionId;
  /** As stored with the connection. */
  readonly accountName: string;
  /** Rises with every new password of the connection. */
  readonly version: number;
}

/**
 * One string for one context: a JSON list is unambiguous whatever characters its parts hold, and the first entry keeps
 * it apart from anything else that is ever bound.
 */
export function sealContext(context: SealContext): string {
  return JSON.stringify([
    'deskhand connection password 1',
    context.clusterId,
    context.connectionId,
    context.accountName,
    context.version,
  ]);
}
