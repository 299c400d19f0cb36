import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { createRunWorld } from '../../testing/run-world.ts';
import { openRunHistoryStore } from './run-history.ts';

test('the history of a cluster is found by an index, however many runs there are', async () => {
  const world = await createRunWorld();
  const client = await world.database.pool.connect();
  try {
    await client.query('set enable_seqscan = off');
    const plans: string[] = [];
    const query = async (text: string, values: unknown[]) => {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
      plans.push(...rows.map((row) => row['QUERY PLAN']));
      return { rows: [] };
    };
    await openRunHistoryStore({ query } as unknown as Pool).past({
      ...{ clusterId: 'cluster', fromMs: 0, toMs: 1_000, limit: 10 },
    });
    const plan = plans.join('\n');
    expect(plan).toMatch(/Index Scan (Backward )?using run_ended on run\b[\s\S]*Index Cond: \(?\(ended_at >= /);
    expect(plan).toMatch(/Index Scan using run_queue_line on run\b/);
    // Either index holds exactly the runs in hand.
    expect(plan).toMatch(/using (run_in_hand|run_one_per_user) on run\b/);
    expect(plan).not.toContain('Seq Scan on run ');
  } finally {
    await client.query('reset enable_seqscan');
    client.release();
    await world.close();
  }
});
