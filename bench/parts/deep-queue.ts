import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Fairness } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import pg from 'pg';
import { awaitedLater, untilAnswered } from './answered.ts';
import { startBenchServer } from './bench-server.ts';
import { cleanLater } from './leftovers.ts';
import { startProgram } from './programs.ts';
import { type ChangeSample, type QueuedIds, steer } from './queue-changes.ts';

const GATEWAYS = 4;
const SESSIONS_EACH = 8;
/** Accounts of unattended runs, of attended runs whose person is signed in, and of attended runs that wait for theirs. */
const UNATTENDED = 16;
const SIGNED_IN = 4;
const AWAY = 4;
const ACCOUNTS = UNATTENDED + SIGNED_IN + AWAY;
const ENDS_PER_SECOND = 25;
/** One run in so many is of high priority. */
const HIGH_EVERY = 10;
const START_DEADLINE_MS = 30 * 86_400_000;
const EXECUTION_TIMEOUT_MS = 86_400_000;
const SUBMITTED_WITHIN_MS = 60_000;
/** What takes longer is told as a figure; only what never comes is a failure. */
const OFFERED_WITHIN_MS = 120_000;

/** What a queue is filled with, and how its cluster orders it. */
export interface QueueKind {
  /** Null: the one order that every queue has. */
  readonly fairness: Fairness | null;
  /** How many people submitted what is filled in; the runs that come later are the admin's, who is one of them. */
  readonly people: number;
  /** What is filled in was requested over so long, the first the longest ago. */
  readonly requestedOverMs: number;
}
const plainQueue: QueueKind = { fairness: null, people: 1, requestedOverMs: 0 };

export interface BlockSamples {
  /** From the moment a slot is free until its gateway is told of the next offer. */
  readonly offerMs: readonly number[];
  readonly changes: readonly ChangeSample[];
}

export type DeepQueue = Awaited<ReturnType<typeof openDeepQueue>>;

/** One cluster with a queue that can be filled to any depth, and that keeps its depth while runs end and others arrive. */
export async function openDeepQueue({ fairness, people, requestedOverMs }: QueueKind = plainQueue) {
  const size = { gateways: GATEWAYS, accounts: ACCOUNTS, whenSessionBlocked: 'wait' } as const;
  const { databaseUrl, address, client, pid, world } = await startBenchServer(size);
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  cleanLater(() => database.end());
  const submitters = [world.accountId, ...(await addPeople(database, people - 1))];
  if (fairness !== null) {
    const body = { fairness: { ...fairness, lanes: [...fairness.lanes] } };
    await client.updateCluster({ params: { id: world.clusterId }, body });
  }
  const gateways = startProgram(fileURLToPath(new URL('../peers/holding-gateways.ts', import.meta.url)));
  const queued = queuedIds();
  const inUse = GATEWAYS * SESSIONS_EACH;
  let isLinked = false;

  const link = async (): Promise<void> => {
    const machine = { sessionLimit: SESSIONS_EACH, signedIn: accountsFrom(UNATTENDED, SIGNED_IN) };
    gateways.send({ server: address, identities: world.identities, machine });
    for (let offered = 0; offered < inUse; offered++) queued.left((await nextOffer()).offered);
    isLinked = true;
  };
  const nextOffer = (): Promise<OfferLine> => gateways.next<OfferLine>((line) => 'offered' in line, OFFERED_WITHIN_MS);

  /** A run ends, its slot goes to another one, and a new one of the same account takes that one's place in the queue. */
  const endOne = async (): Promise<number> => {
    gateways.send({ end: 1 });
    const { offered, accountName, mode, waitedMs } = await nextOffer();
    queued.left(offered);
    if (waitedMs === null) throw new Error(`The offer of ${offered} came without a free slot.`);
    const connectionId = world.connections[Number(accountName.replace('bench', ''))] as string;
    const priority = Math.random() < 1 / HIGH_EVERY ? 'high' : 'normal';
    const body = { flowId: world.flowId, connectionId, mode, priority, startDeadlineMs: START_DEADLINE_MS } as const;
    const idempotencyKey = randomUUID();
    const run = await untilAnswered(() => client.submitRun({ body, idempotencyKey }), SUBMITTED_WITHIN_MS);
    queued.came(run.id);
    return waitedMs;
  };

  return {
    depth: async (): Promise<number> => {
      const { rows } = await database.query<{ count: string }>(`select count(*) from run where state = 'queued'`);
      return Number(rows[0]?.count);
    },
    fillTo: async (depth: number): Promise<void> => {
      const first = queued.filled();
      const more = depth - queued.size() + (isLinked ? 0 : inUse);
      // What is filled in refers to what is there; a million look-ups of the same four rows would take a minute.
      await database.query('set session_replication_role = replica');
      const values = [
        world.clusterId,
        world.flowId,
        submitters,
        first,
        more,
        START_DEADLINE_MS,
        EXECUTION_TIMEOUT_MS,
        requestedOverMs,
      ];
      await withoutIndexes(database, more >= INDEXED_AFTERWARDS_MIN, () => database.query(fillText, values));
      queued.fill(more);
      // What autovacuum does a while after so many new rows; without it the block would measure when it comes.
      await database.query('vacuum analyze run');
      await database.query('checkpoint');
      if (!isLinked) await link();
    },
    block: async (seconds: number, changesPerSecond: number): Promise<BlockSamples> => {
      const load = { client, clusterId: world.clusterId, queued, perSecond: changesPerSecond, seconds };
      const steering = awaitedLater(steer(load));
      const ends: Promise<number>[] = [];
      for (let i = 0; i < seconds * ENDS_PER_SECOND; i++) {
        ends.push(awaitedLater(endOne()));
        await wait(1000 / ENDS_PER_SECOND);
      }
      return { offerMs: await Promise.all(ends), changes: await steering };
    },
    /** Memory of the server's process. */
    residentBytes: (): number =>
      Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024,
  };
}

interface OfferLine {
  readonly offered: string;
  readonly accountName: string;
  readonly mode: 'attended' | 'unattended';
  readonly waitedMs: number | null;
}

const accountsFrom = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `bench${first + i}`);

async function addPeople(database: pg.Client, count: number): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    `insert into account (id, name, email, roles)
      select 'person' || n, 'Person ' || n, 'person' || n || '@corp.example', '{}' from generate_series(1, $1::int) n returning id`,
    [count],
  );
  return rows.map(({ id }) => id);
}

/** Accounts and people come in turns, the accounts shuffled by a multiplication. Attended are the accounts behind the unattended ones. */
const fillText = `
  insert into run (id, flow_id, flow_version, connection_id, cluster_id, submitted_by, mode, priority, state, machine_user,
    when_session_blocked, inputs, requested_at, start_deadline_at, execution_timeout_ms)
  select 'filled' || n, $2, 1, c.id, $1, ($3::text[])[1 + n % cardinality($3::text[])],
    case when (n::bigint * 7919) % ${ACCOUNTS} < ${UNATTENDED} then 'unattended' else 'attended' end,
    case when (n::bigint * 104729) % ${HIGH_EVERY} = 0 then 'high' else 'normal' end, 'queued', c.machine_user, c.when_session_blocked,
    '{}', now() - make_interval(secs => $8::float8 / 1000 * (1 - (n - $4::float8) / $5)),
    now() + make_interval(secs => $6::float8 / 1000), $7
  from generate_series($4::int, $4::int + $5::int - 1) as n
    join connection c on c.cluster_id = $1 and c.account_name = 'bench' || (n::bigint * 7919) % ${ACCOUNTS}
  order by n`;

/** So many rows are sorted into an index made anew sooner than one by one. */
const INDEXED_AFTERWARDS_MIN = 50_000;

async function withoutIndexes(database: pg.Client, isWorthIt: boolean, fill: () => Promise<unknown>): Promise<void> {
  if (!isWorthIt) return void (await fill());
  const { rows } = await database.query<{ indexname: string; indexdef: string }>(
    `select indexname, indexdef from pg_indexes where tablename = 'run'
      and indexname not in (select conname from pg_constraint where conrelid = 'run'::regclass)`,
  );
  for (const { indexname } of rows) await database.query(`drop index ${indexname}`);
  await fill();
  await database.query(`set maintenance_work_mem = '256MB'`);
  for (const { indexdef } of rows) await database.query(indexdef);
}

/** Knows which runs wait without asking the server, so that the load picks any of them, however far back. */
function queuedIds(): QueuedIds & {
  filled(): number;
  size(): number;
  fill(more: number): void;
  came(id: string): void;
  left(id: string): void;
} {
  let filled = 0;
  const submitted: string[] = [];
  const gone = new Set<string>();
  return {
    filled: () => filled,
    size: () => filled + submitted.length - gone.size,
    fill: (more) => {
      filled += more;
    },
    came: (id) => void submitted.push(id),
    left: (id) => void gone.add(id),
    any: () => {
      for (;;) {
        const n = Math.floor(Math.random() * (filled + submitted.length));
        const id = n < filled ? `filled${n}` : (submitted[n - filled] as string);
        if (!gone.has(id)) return id;
      }
    },
  };
}
