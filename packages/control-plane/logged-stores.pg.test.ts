import { expect, test } from 'vitest';
import { loggedStores } from './logged-stores.ts';
import { openMetrics } from './adapters/metrics/metrics.ts';
import { measuredStores } from './measured-stores.ts';
import { createRunWorld, succeeded } from './testing/run-world.ts';

test('each step of a run is one line with run and attempt, and is counted', async () => {
  const lines: object[] = [];
  const say = (facts: object, message: string): void => void lines.push({ ...facts, message });
  const metrics = openMetrics({ readQueues: () => Promise.resolve([]) });
  const world = await createRunWorld();
  try {
    const { store: links, queue, runs, deadlines } = world.stores;
    const stores = loggedStores(measuredStores({ links, queue, runs, deadlines }, metrics), { info: say, warn: say });
    const link = await world.linkUp('g1');
    const run = await world.submit();
    await world.settled();
    const of = { runId: run.id as never, attempt: 1, gatewayId: 'g1' as never, linkNumber: link.linkNumber };
    await stores.links.acquire(of, { journalId: link.journalId, position: null });
    await stores.links.end(of, succeeded(run.id, 1).result, []);
    await stores.links.end(of, succeeded(run.id, 1).result, []);
    const name = { runId: run.id, attempt: 1, gatewayId: 'g1' };
    expect(lines).toEqual([
      { ...name, message: 'A run was acquired' },
      { ...name, state: 'succeeded', code: undefined, message: 'A run ended' },
    ]);
    const text = await metrics.text();
    expect(text).toContain('deskhand_acquires_total 1');
    expect(text).toContain('deskhand_runs_ended_total{state="succeeded"} 1');
  } finally {
    await world.close();
  }
});
