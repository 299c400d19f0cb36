import { randomBytes } from 'node:crypto';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import pg from 'pg';
import type { ChangeFeed } from '../../ports/changes.ts';
import { createChangeHub } from './change-hub.ts';
import type { Database } from './database.ts';
import { ended } from './ending.ts';
import { named } from './named.ts';

const CHANNEL = 'deskhand_changes';
const RECONNECT_MS = 500;
/** Nobody speaks on the connection that listens, so it is asked whether it is still there. */
const LISTENING_CHECK_MS = 15_000;

export interface PostgresChangeFeed extends ChangeFeed {
  close(): Promise<void>;
}

/** Carries changes between replicas by PostgreSQL's notifications. */
export async function openChangeFeed(
  database: Pick<Database, 'pool' | 'connectionConfig'>,
  listeningCheckMs = LISTENING_CHECK_MS,
): Promise<PostgresChangeFeed> {
  const hub = createChangeHub({
    from: randomBytes(6).toString('base64url'),
    notify: (payloads) => notify(database.pool, payloads),
    timers: systemTimers,
  });
  const stop = await listen(database.connectionConfig, listeningCheckMs, hub);
  return {
    ...hub.feed,
    close: async () => {
      await hub.close();
      await stop();
    },
  };
}

const notifyText = `
  select set_config('synchronous_commit', 'off', true), pg_notify($1, payload) from unnest($2::text[]) as payload`;

/** Not worth a write to disk: whoever is not told reads the database all the same. */
async function notify(pool: Database['pool'], payloads: readonly string[]): Promise<boolean> {
  try {
    await named(pool, 'notify', notifyText, [CHANNEL, payloads]);
    return true;
  } catch {
    return false;
  }
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
