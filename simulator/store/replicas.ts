import type { DeadReplica, DeathLimits, ReplicaStore, TurnStore } from '@deskhand/control-plane/ports/replicas.ts';
import type { SimulatedDatabase } from './database.ts';
import type { StoreSession } from './server.ts';

/** A server's life is a row that it renews, and its connection to the database. */
export function openSimulatedReplicaStore(session: StoreSession): ReplicaStore {
  const { database } = session.server;
  const isConnected = (): boolean => !session.isDead;
  const write = (replica: string): void =>
    void database.replicas.set(replica, { replica, seenAtMs: database.nowMs(), isConnected });
  return {
    join: (replica) => session.run('join', () => write(replica)),
    beat: (replica) =>
      session.run('beat', () => {
        const isKnown = database.replicas.has(replica);
        if (isKnown) write(replica);
        return isKnown;
      }),
    forgetDead: (replica, limits) => session.run('forget-dead', () => forgetDead(database, replica, limits)),
    leave: (replica) =>
      session.run('leave', () => {
        database.replicas.delete(replica);
      }),
  };
}

function forgetDead(
  database: SimulatedDatabase,
  self: string,
  { goneAfterMs, silentAfterMs }: DeathLimits,
): readonly DeadReplica[] {
  const nowMs = database.nowMs();
  const dead = [...database.replicas.values()].filter(({ replica, seenAtMs, isConnected }) => {
    const silentMs = nowMs - seenAtMs;
    return replica !== self && (silentMs > silentAfterMs || (silentMs > goneAfterMs && !isConnected()));
  });
  return dead.map(({ replica }) => {
    database.replicas.delete(replica);
    return { replica, links: closeLinksOf(database, replica) };
  });
}

function closeLinksOf(database: SimulatedDatabase, replica: string): DeadReplica['links'] {
  const held = [...database.gateways.values()].filter((gateway) => gateway.linkedTo === replica);
  for (const gateway of held) {
    const unreachableSinceMs = gateway.unreachableSinceMs ?? database.nowMs();
    database.gateways.set(gateway.id, { ...gateway, linkedTo: null, unreachableSinceMs });
  }
  for (const clusterId of new Set(held.map((gateway) => gateway.clusterId))) database.bump(clusterId);
  return held.map(({ id, clusterId }) => ({ gatewayId: id, clusterId }));
}

/** Whose turn it is, by the database's clock. */
export function openSimulatedTurnStore(session: StoreSession): TurnStore {
  const { database } = session.server;
  return {
    takeTurn: (work, intervalMs) =>
      session.run('take-turn', () => {
        const nowMs = database.nowMs();
        const nextAtMs = database.turns.get(work);
        // A moment further away than the interval was written before somebody set the clock back.
        if (nextAtMs !== undefined && nextAtMs > nowMs && nextAtMs <= nowMs + intervalMs) return false;
        database.turns.set(work, nowMs + intervalMs);
        return true;
      }),
  };
}
