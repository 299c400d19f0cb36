import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Change, ChangeFeed, Nudge } from '../../ports/changes.ts';
import type { Database } from './database.ts';
import { ended } from './ending.ts';

const CHANNEL = 'deskhand_changes';
/** The pause between two notifications, of what happened meanwhile: one in every commit would make commits wait for one another. */
const COALESCE_MS = 20;
const PAYLOAD_BYTES_MAX = 7_000;
const WAITING_MAX = 2_000;
const RECONNECT_MS = 500;
/** Nobody speaks on the connection that listens, so it is asked whether it is still there. */
const LISTENING_CHECK_MS = 15_000;

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
  listeningCheckMs = LISTENING_CHECK_MS,
): Promise<PostgresChangeFeed> {
  const from = randomBytes(6).toString('base64url');
  const listeners = new Set<(change: Change) => void>();
  const nudged = new Set<(nudge: Nudge) => void>();
  const outbox = createOutbox(from, database.pool);
  const tell = (change: Change): void => {
    for (const listener of listeners) listener(change);
  };
  const stop = await listen(database.connectionConfig, listeningCheckMs, {
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
      outbox.publish(change);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    nudge: outbox.nudge,
    onNudge: (listener) => {
      nudged.add(listener);
      return () => nudged.delete(listener);
    },
    close: async () => {
      await outbox.close();
      await stop();
    },
  };
}

interface Outbox {
  publish(change: Change): void;
  nudge(nudge: Nudge): void;
  close(): Promise<void>;
}

/** What waits to be told to other replicas. The first goes at once; what comes while it is on its way goes together. */
function createOutbox(from: string, pool: Database['pool']): Outbox {
  const changes = new Map<string, Change>();
  const nudges = new Map<string, Nudge>();
  let timer: NodeJS.Timeout | undefined;
  let isSending = false;
  let isClosed = false;
  let current: Promise<void> = Promise.resolve();
  let sentAtMs = -COALESCE_MS;
  const flushIn = (delayMs: number): void => {
    if (isSending || isClosed || changes.size + nudges.size === 0) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      current = flush();
    }, delayMs);
  };
  const flush = async (): Promise<void> => {
    const entries = [
      ...[...nudges.values()].map((nudge) => ({ nudge })),
      ...[...changes.values()].map((change) => ({ change })),
    ];
    changes.clear();
    nudges.clear();
    isSending = true;
    sentAtMs = performance.now();
    const isTold = await notify(pool, [...payloadsOf(from, entries)]);
    // What a lost nudge asked for is found by the sweeps; pages of other replicas are told that they missed something.
    if (!isTold) changes.set('reload', { kind: 'reload' });
    isSending = false;
    flushIn(isTold ? soon() : RECONNECT_MS);
  };
  const soon = (): number => Math.max(0, sentAtMs + COALESCE_MS - performance.now());
  return {
    publish: (change) => {
      if (changes.size >= WAITING_MAX) {
        changes.clear();
        changes.set('reload', { kind: 'reload' });
      }
      changes.set(JSON.stringify({ ...change, lastSeq: 0 }), change);
      flushIn(soon());
    },
    nudge: (nudge) => {
      // Beyond that nobody is nudged for a moment: an offer without an answer is taken back and made again.
      if (nudges.size < WAITING_MAX) nudges.set(JSON.stringify(nudge), nudge);
      flushIn(soon());
    },
    close: async () => {
      clearTimeout(timer);
      await current;
      // What was done last is told too: whoever stops hands over.
      if (changes.size + nudges.size > 0) await flush();
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** Not worth a write to disk: whoever is not told reads the database all the same. */
async function notify(pool: Database['pool'], payloads: readonly string[]): Promise<boolean> {
  try {
    await pool.query(
      `select set_config('synchronous_commit', 'off', true), pg_notify($1, payload) from unnest($2::text[]) as payload`,
      [CHANNEL, payloads],
    );
    return true;
  } catch {
    return false;
  }
}

function* payloadsOf(from: string, entries: readonly ({ change: Change } | { nudge: Nudge })[]): Generator<string> {
  let changes: Change[] = [];
  let nudges: Nudge[] = [];
  let bytes = 0;
  for (const entry of entries) {
    bytes += Buffer.byteLength(JSON.stringify(entry));
    if (bytes > PAYLOAD_BYTES_MAX) {
      yield JSON.stringify({ from, changes, nudges } satisfies Envelope);
      [changes, nudges, bytes] = [[], [], Buffer.byteLength(JSON.stringify(entry))];
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
async function listen(config: pg.ClientConfig, checkMs: number, ears: Ears): Promise<() => Promise<void>> {
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
  let isAsking = false;
  const check = setInterval(() => {
    const asked = client;
    if (asked === undefined || isAsking) return;
    isAsking = true;
    const isThere = asked.query('select 1').then(() => undefined);
    // Ending it tells `end`, from which the next one follows.
    void isThere.catch(() => ended(asked)).finally(() => (isAsking = false));
  }, checkMs);
  check.unref();
  return async () => {
    isClosed = true;
    clearTimeout(timer);
    clearInterval(check);
    await ended(client);
  };
}
