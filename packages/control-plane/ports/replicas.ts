import type { ClusterId, GatewayId } from '@deskhand/domain/brand.ts';

/** A server that died, and the gateways whose links it held. */
export interface DeadReplica {
  readonly replica: string;
  readonly links: readonly { readonly gatewayId: GatewayId; readonly clusterId: ClusterId }[];
}

/** How long a server says nothing before it counts as dead. */
export interface DeathLimits {
  /** When its connection to the database is gone as well: the program has ended. */
  readonly goneAfterMs: number;
  /** When it is still connected: it stands still, or its machine cannot be reached. */
  readonly silentAfterMs: number;
}

/** The servers on one database: who lives, and whose turn it is. */
export interface ReplicaStore {
  /** From now on the links that name this server are held by one that lives. */
  join(replica: string): Promise<void>;
  /** Says that it lives; false when others have taken it for dead, and its links with it. */
  beat(replica: string): Promise<boolean>;
  /** Forgets the servers that died and closes their links. Each is answered to one caller only. */
  forgetDead(replica: string, limits: DeathLimits): Promise<readonly DeadReplica[]>;
  leave(replica: string): Promise<void>;
}

/** Work that one server at a time is enough for. */
export interface TurnStore {
  /** True for the one that comes first when the work is due; it is due again after the interval. */
  takeTurn(work: string, intervalMs: number): Promise<boolean>;
}
