import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Change, ChangeFeed, Nudge } from '../../ports/changes.ts';
import type { Database } from './database.ts';

const CHANNEL = 'deskhand_changes';
/** Changes of so long become one notification: one in every commit would make commits wait for one another. */
const COALESCE_MS = 20;
const PAYLOAD_BYTES_MAX = 7_000;
const WAITING_MAX = 2_000;
const RECONNECT_MS = 500;

interface Envelope {
  readonly from: string;
  readonly changes: readonly Change[];
  readonly nudges: readonly Nudge[];
}

export interface PostgresChangeFeed extends ChangeFeed {
  close(): Promise<void>;
}

/** Changes reach listeners of this replica at once, and those of others through PostgreSQL, coalesced. */
export async function openChangeFeed(
  database: Pick<Database, 'pool' | 'connectionConfig'>,
): Promise<PostgresChangeFeed> {
  const from = randomBytes(6).toString('base64url');
  const listeners = new Set<(change: Change) => void>();
  const nudged = new Set<(nudge: Nudge) => void>();
  const waiting = new Map<string, { change: Change } | { nudge: Nudge }>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (change: Change): void => {
    for (const listener of listeners) listener(change);
  };
  const flush = (): void => {
    timer = undefined;
    const entries = [...waiting.values()];
    waiting.clear();
    for (const payload of payloadsOf(from, entries)) {
      // A notification that is lost costs a page a moment: the sweep wakes every queue that waits.
      void database.pool.query('select pg_notify($1, $2)', [CHANNEL, payload]).catch(() => undefined);
    }
  };
  const send = (key: string, entry: { change: Change } | { nudge: Nudge }): void => {
    if (waiting.size >= WAITING_MAX) waiting.clear();
    waiting.set(key, entry);
    timer ??= setTimeout(flush, COALESCE_MS);
  };
  const stop = await listen(database.connectionConfig, {
    onPayload: (payload) => {
      const envelope = JSON.parse(payload) as Envelope;
      if (envelope.from === from) return;
      for (const change of envelope.changes) tell(change);
      for (const nudge of envelope.nudges) for (const listener of nudged) listener(nudge);
    },
    onGap: () => tell({ kind: 'reload' }),
  });
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
    close: async () => {
      clearTimeout(timer);
      await stop();
    },
  };
}

function* payloadsOf(from: string, entries: readonly ({ change: Change } | { nudge: Nudge })[]): Generator<string> {
  let changes: Change[] = [];
  let nudges: Nudge[] = [];
  let bytes = 0;
  for (const entry of entries) {
    bytes += JSON.stringify(entry).length;
    if (bytes > PAYLOAD_BYTES_MAX) {
      yield JSON.stringify({ from, changes, nudges } satisfies Envelope);
      [changes, nudges, bytes] = [[], [], 0];
    }
    if ('change' in entry) changes.push(entry.change);
    else nudges.push(entry.nudge);
  }
  if (changes.length + nudges.length > 0) yield JSON.stringify({ from, changes, nudges } satisfies Envelope);
}

interface Ears {
  readonly onPayload: (payload: string) => void;
  /** The connection was away: something may have been missed. */
  readonly onGap: () => void;
}

/** Keeps one connection of its own that listens, and connects again when PostgreSQL was restarted. */
async function listen(config: pg.ClientConfig, ears: Ears): Promise<() => Promise<void>> {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const connect = async (): Promise<void> => {
    const fresh = new pg.Client(config);
    fresh.on('error', () => undefined);
    fresh.on('notification', ({ payload }) => ears.onPayload(payload ?? ''));
    fresh.on('end', () => {
      if (client === fresh) client = undefined;
      reconnectLater();
    });
    await fresh.connect();
    await fresh.query(`listen ${CHANNEL}`);
    client = fresh;
  };
  const reconnectLater = (): void => {
    if (isClosed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      connect().then(ears.onGap, reconnectLater);
    }, RECONNECT_MS);
    timer.unref();
  };
  await connect();
  return async () => {
    isClosed = true;
    clearTimeout(timer);
    await client?.end();
  };
}
