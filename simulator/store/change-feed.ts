import type { Change, ChangeFeed, Nudge } from '@deskhand/control-plane/ports/changes.ts';
import type { SimulatedServer, StoreSession } from './server.ts';

/** As the PostgreSQL adapter has them. */
const COALESCE_MS = 20;
const RECONNECT_MS = 500;
const WAITING_MAX = 2_000;

type Told = { readonly change: Change } | { readonly nudge: Nudge };
type Notification = readonly Told[];

/** Carries notifications between the replicas of one server: in order on each connection, and gone where one is broken. */
export class NotificationChannel {
  readonly #server: SimulatedServer;
  readonly #delayMs: () => number;
  readonly #ears = new Map<string, { hear: (notification: Notification) => void; dueMs: number }>();

  constructor(server: SimulatedServer, delayMs: () => number) {
    this.#server = server;
    this.#delayMs = delayMs;
  }

  listen(replica: string, hear: (notification: Notification) => void): void {
    this.#ears.set(replica, { hear, dueMs: 0 });
  }

  /** False when it did not listen. */
  stopListening(replica: string): boolean {
    return this.#ears.delete(replica);
  }

  notify(from: string, notification: Notification): void {
    const nowMs = this.#server.database.nowMs();
    for (const [replica, ear] of this.#ears) {
      if (replica === from) continue;
      // Never before an earlier one of the same connection.
      ear.dueMs = Math.max(ear.dueMs, nowMs + this.#delayMs());
      this.#server.world.schedule(ear.dueMs - nowMs, () => {
        if (this.#ears.get(replica) === ear) ear.hear(notification);
      });
    }
  }
}

export interface SimulatedChangeFeed extends ChangeFeed {
  /** Breaks the connection that listens; what is told until it is back is lost. */
  breakConnection(): void;
  close(): void;
}

/** Changes reach listeners of this replica at once, and those of others through the channel, coalesced. */
export function openSimulatedChangeFeed(
  session: StoreSession,
  channel: NotificationChannel,
  replica: string,
): SimulatedChangeFeed {
  const { server } = session;
  const listeners = new Set<(change: Change) => void>();
  const nudged = new Set<(nudge: Nudge) => void>();
  let waiting = new Map<string, Told>();
  let isFlushing = false;
  let isClosed = false;
  const tell = (change: Change): void => {
    for (const listener of listeners) listener(change);
  };
  const hear = (notification: Notification): void => {
    if (session.isDead) return;
    for (const told of notification) {
      if ('change' in told) tell(told.change);
      else for (const listener of nudged) listener(told.nudge);
    }
  };
  const flush = (): void => {
    isFlushing = false;
    const told = [...waiting.values()];
    waiting = new Map();
    // A notification that is lost costs a page a moment: the sweep wakes every queue that waits.
    session.run('notify', () => channel.notify(replica, told)).catch(() => undefined);
  };
  const send = (key: string, told: Told): void => {
    if (waiting.size >= WAITING_MAX) waiting.clear();
    waiting.set(key, told);
    if (isFlushing) return;
    isFlushing = true;
    server.world.schedule(COALESCE_MS, flush);
  };
  const reconnectLater = (): void =>
    server.world.schedule(RECONNECT_MS, () => {
      if (isClosed || session.isDead) return;
      if (server.isAway) {
        reconnectLater();
        return;
      }
      channel.listen(replica, hear);
      tell({ kind: 'reload' });
    });
  const breakConnection = (): void => {
    // Broken already, it is being opened again.
    if (channel.stopListening(replica)) reconnectLater();
  };
  channel.listen(replica, hear);
  const forget = server.onBroken(breakConnection);
  return {
    publish: (change) => {
      tell(change);
      send(JSON.stringify({ ...change, lastSeq: 0 }), { change });
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    nudge: (nudge) => send(JSON.stringify(nudge), { nudge }),
    onNudge: (listener) => {
      nudged.add(listener);
      return () => nudged.delete(listener);
    },
    breakConnection,
    close: () => {
      isClosed = true;
      forget();
      channel.stopListening(replica);
    },
  };
}
