import { createChangeHub } from '@deskhand/control-plane/adapters/postgres/change-hub.ts';
import type { ChangeFeed } from '@deskhand/control-plane/ports/changes.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import type { SimulatedServer, StoreSession } from './server.ts';

/** As the PostgreSQL adapter has it. */
const RECONNECT_MS = 500;

/** Carries notifications between the replicas of one server: in order on each connection, and gone where one is broken. */
export class NotificationChannel {
  readonly #server: SimulatedServer;
  readonly #delayMs: () => number;
  readonly #ears = new Map<string, { hear: (payload: string) => void; dueMs: number }>();

  constructor(server: SimulatedServer, delayMs: () => number) {
    this.#server = server;
    this.#delayMs = delayMs;
  }

  listen(replica: string, hear: (payload: string) => void): void {
    this.#ears.set(replica, { hear, dueMs: 0 });
  }

  /** False when it did not listen. */
  stopListening(replica: string): boolean {
    return this.#ears.delete(replica);
  }

  notify(from: string, payloads: readonly string[]): void {
    const nowMs = this.#server.world.nowMs();
    for (const [replica, ear] of this.#ears) {
      if (replica === from) continue;
      // Never before an earlier one of the same connection.
      ear.dueMs = Math.max(ear.dueMs, nowMs + this.#delayMs());
      this.#server.world.schedule(ear.dueMs - nowMs, () => {
        if (this.#ears.get(replica) === ear) for (const payload of payloads) ear.hear(payload);
      });
    }
  }
}

export interface SimulatedChangeFeed extends ChangeFeed {
  /** Breaks the connection that listens; what is told until it is back is lost. */
  breakConnection(): void;
  /** The program is gone. */
  drop(): void;
  close(): Promise<void>;
}

/** The product's own coalescing of changes, over a carrier that the world can break. */
export function openSimulatedChangeFeed(
  session: StoreSession,
  channel: NotificationChannel,
  { name, timers }: { readonly name: string; readonly timers: Timers },
): SimulatedChangeFeed {
  const { server } = session;
  let isClosed = false;
  const hub = createChangeHub({
    from: name,
    timers,
    notify: async (payloads) =>
      await session
        .run('notify', () => channel.notify(name, payloads))
        .then(
          () => true,
          () => false,
        ),
  });
  const hear = (payload: string): void => {
    if (!session.isDead) hub.onPayload(payload);
  };
  const reconnectLater = (): void =>
    server.world.schedule(RECONNECT_MS, () => {
      if (isClosed || session.isDead) return;
      if (server.isAway) {
        reconnectLater();
        return;
      }
      channel.listen(name, hear);
      hub.onGap();
    });
  const breakConnection = (): void => {
    // Broken already, it is being opened again.
    if (channel.stopListening(name)) reconnectLater();
  };
  channel.listen(name, hear);
  const forget = server.onBroken(breakConnection);
  const drop = (): void => {
    isClosed = true;
    forget();
    channel.stopListening(name);
  };
  return {
    ...hub.feed,
    breakConnection,
    drop,
    close: async () => {
      await hub.close();
      drop();
    },
  };
}
