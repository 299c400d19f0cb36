import { expect, test, vi } from 'vitest';
import { createRunWorld, succeeded, type RunWorld } from '../../testing/run-world.ts';
import { isUnreachable } from './fault.ts';
import { withOwnPostgres } from '../../testing/test-database.ts';

/** Says it again until the database is back, as a gateway does on its next link. */
async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  return await vi.waitFor(
    async () => {
      try {
        return await work();
      } catch (error) {
        if (!isUnreachable(error))
          throw Object.assign(error as Error, { message: `Not a passing fault: ${(error as Error).message}` });
        throw error;
      }
    },
    { timeout: 25_000, interval: 20 },
  );
}

async function submitAll(world: RunWorld, acknowledged: string[]): Promise<void> {
  for (let n = 0; n < 60; n += 1) {
    const run = await untilDone(() => world.submit({ user: `user${String((n % 3) + 1)}`, key: `key-${String(n)}` }));
    acknowledged.push(run.id);
  }
}

test('the postmaster is killed during work: every acknowledged run is there once, and work goes on', async () => {
  const database = await withOwnPostgres();
  const world = await createRunWorld({
    database,
    ports: { onPlanningFault: () => undefined, onRecordFault: () => undefined },
  });
  const link = await world.linkUp('g1');
  const acknowledged: string[] = [];
  const submitting = submitAll(world, acknowledged);
  await expect.poll(() => acknowledged.length).toBeGreaterThan(20);
  process.kill(Number(database.postmasterPid()), 'SIGKILL');
  await submitting;
  expect(new Set(acknowledged).size).toBe(60);
  const { rows } = await untilDone(() =>
    database.pool.query<{ id: string }>('select id from run order by request_number'),
  );
  expect(rows.map((row) => row.id)).toEqual(acknowledged);
  world.runs.wakeups.wake('cluster');
  await world.settled();
  const first = acknowledged[0] ?? '';
  const attempt = await world.start(link, { id: first });
  await world.say(link, succeeded(first, attempt));
  expect(await world.state(first)).toBe('succeeded');
  await world.close();
}, 60_000);
