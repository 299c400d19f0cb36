import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { describe, expect, inject, test } from 'vitest';
import {
  drawHistory,
  openComparison,
  shrink,
  storyOf,
  type StoreUnderTest,
} from '@deskhand/control-plane/ports/store.contract.ts';
import { type ClockedStore, openClockedStore } from '@deskhand/control-plane/testing/clocked-store.ts';
import { externalPostgres } from '@deskhand/control-plane/testing/external-postgres.ts';
import { SimulatedDatabase } from './database.ts';
import { openSimulatedStores } from './open-stores.ts';
import { SimulatedServer, StoreSession } from './server.ts';

/** For a long run: `STORE_HISTORIES=5000 STORE_SEED=1`. */
const HISTORIES = Number(process.env['STORE_HISTORIES'] ?? 100);
const FIRST_SEED = Number(process.env['STORE_SEED'] ?? 1);
/** Another PostgreSQL is asked other histories, and fewer. */
const EXTERNAL_HISTORIES = Math.ceil(HISTORIES / 4);
const STEPS = 60;
const SHRINK_TRIES_MAX = 400;
const PATIENCE_MS = 120_000 + HISTORIES * 3_000;

/** A simulated store in which nothing takes time and nothing goes wrong. */
function simulatedStore(): StoreUnderTest {
  let nowMs = 0;
  const database = new SimulatedDatabase(() => nowMs);
  const save = () => {
    const [saved, replicas, turns] = [database.snapshot(), [...database.replicas], [...database.turns]];
    return async () => {
      database.restore(saved);
      database.replicas.clear();
      database.turns.clear();
      for (const [name, row] of replicas) database.replicas.set(name, row);
      for (const [work, nextAtMs] of turns) database.turns.set(work, nextAtMs);
    };
  };
  const empty = save();
  const fate = { toServerMs: 0, workMs: 0, backMs: 0, fault: 'none', outlivesProgram: false } as const;
  const server = new SimulatedServer(database, {
    nowMs: () => 0,
    schedule: (_delayMs, work) => work(),
    fateOf: () => fate,
  });
  const setClock = async (toMs: number): Promise<void> => void (nowMs = toMs);
  return {
    stores: openSimulatedStores(new StoreSession(server)),
    setClock,
    begin: async (toMs) => {
      await empty();
      await setClock(toMs);
    },
    save: async () => save(),
  };
}

async function compareSeeds(real: ClockedStore, seeds: readonly number[]): Promise<void> {
  const { compare } = await openComparison(real, simulatedStore());
  for (const seed of seeds) {
    const history = drawHistory(seed, STEPS);
    const found = await compare(history);
    if (found === undefined) continue;
    const shrunk = await shrink(history, compare, SHRINK_TRIES_MAX);
    expect.fail(storyOf(seed, shrunk.difference ?? found));
  }
}

const seedsFrom = (first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => first + index);

/** A database of its own in the PostgreSQL of this address. */
async function withDatabase(url: string, work: (real: ClockedStore) => Promise<void>): Promise<void> {
  const name = `contract_${randomBytes(6).toString('hex')}`;
  await administer(url, `create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  const real = await openClockedStore(own.href);
  try {
    await work(real);
  } finally {
    await real.close();
    await administer(url, `drop database ${name} with (force)`);
  }
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

describe('the store contract: PostgreSQL and the simulated store answer the same, over random histories of two writers', () => {
  const { host, user } = inject('testServer');

  test(
    'with the embedded PostgreSQL',
    async () => {
      const url = `postgres://${user}@localhost/postgres?host=${encodeURIComponent(host)}`;
      await withDatabase(url, (real) => compareSeeds(real, seedsFrom(FIRST_SEED, HISTORIES)));
    },
    PATIENCE_MS,
  );

  test(
    'with a PostgreSQL that the operator brings',
    async () => {
      const external = await externalPostgres();
      try {
        const seeds = seedsFrom(FIRST_SEED + HISTORIES, EXTERNAL_HISTORIES);
        await withDatabase(external.url, (real) => compareSeeds(real, seeds));
      } finally {
        await external.stop();
      }
    },
    PATIENCE_MS,
  );
});
