import type { Pool } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRunWorld, type RunWorld } from '../../testing/run-world.ts';
import { openDeadlineStore } from './sweeps.ts';

let world: RunWorld;
beforeEach(async () => {
  world = await createRunWorld();
});
afterEach(() => world.close());

/** How PostgreSQL goes about the statements of `work` when a table is too long to be read whole. */
async function plansOf(work: (pool: Pool) => Promise<unknown>): Promise<string> {
  const client = await world.database.pool.connect();
  try {
    const plans: string[] = [];
    const query = async (text: string, values: unknown[]) => {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
      plans.push(...rows.map((row) => row['QUERY PLAN']));
      return { rows: [] };
    };
    await client.query('set enable_seqscan = off');
    await work({ query } as unknown as Pool);
    await client.query('reset enable_seqscan');
    return plans.join('\n');
  } finally {
    client.release();
  }
}

test('the sweep of start deadlines reads the runs that are due, however many wait', async () => {
  const plans = await plansOf((pool) => openDeadlineStore(pool).pastStartDeadline(100));
  expect(plans).toMatch(/Index Scan using run_start_deadline on run\b[\s\S]*Index Cond: \(start_deadline_at <= /);
});
