import { expect, test, vi } from 'vitest';
import type { Change, Nudge } from '../../ports/changes.ts';
import { openChangeFeed } from './change-feed.ts';
import { withTestDatabase } from '../../testing/test-database.ts';

async function twoReplicas() {
  const database = await withTestDatabase();
  const pool = Object.create(database.pool) as typeof database.pool;
  const [here, there] = [
    await openChangeFeed({ pool, connectionConfig: database.connectionConfig }),
    await openChangeFeed(database),
  ];
  const heard: { here: (Change | Nudge)[]; there: (Change | Nudge)[] } = { here: [], there: [] };
  here.subscribe((change) => heard.here.push(change));
  there.subscribe((change) => heard.there.push(change));
  here.onNudge((nudge) => heard.here.push(nudge));
  there.onNudge((nudge) => heard.there.push(nudge));
  const close = async (): Promise<void> => {
    await Promise.all([here.close(), there.close()]);
    await database.close();
  };
  return { here, there, heard, pool, close };
}

test('changes reach this replica at once and others soon, each once; nudges reach only others', async () => {
  const { here, heard, close } = await twoReplicas();
  for (let n = 0; n < 50; n += 1) here.publish({ kind: 'run', runId: 'r1' });
  here.nudge({ kind: 'unlink', gatewayId: 'g1', olderThan: 4 });
  expect(heard.here).toHaveLength(50);
  await expect.poll(() => heard.there).toHaveLength(2);
  expect(heard.there).toEqual([
    { kind: 'run', runId: 'r1' },
    { kind: 'unlink', gatewayId: 'g1', olderThan: 4 },
  ]);
  expect(heard.here).toHaveLength(50);
  await close();
});

test('a burst is told in few notifications, and one that is too large as a reload', async () => {
  const { here, heard, pool, close } = await twoReplicas();
  const query = vi.spyOn(pool, 'query');
  for (let n = 0; n < 1_000; n += 1) here.publish({ kind: 'run', runId: `r${String(n)}` });
  await expect.poll(() => heard.there).toHaveLength(1_000);
  expect(query.mock.calls.length).toBeLessThanOrEqual(2);
  for (let n = 0; n < 5_000; n += 1) here.publish({ kind: 'run', runId: `s${String(n)}` });
  await expect.poll(() => heard.there).toContainEqual({ kind: 'reload' });
  await close();
});

test('others are told to reload when something could not be told', async () => {
  const { here, heard, pool, close } = await twoReplicas();
  vi.spyOn(pool, 'query').mockImplementationOnce(() => Promise.reject(new Error('away')) as never);
  here.publish({ kind: 'run', runId: 'lost' });
  await expect.poll(() => heard.there).toEqual([{ kind: 'reload' }]);
  await close();
});

test('what was done last before a replica stops is told', async () => {
  const { here, heard, close } = await twoReplicas();
  here.publish({ kind: 'run', runId: 'r1' });
  here.publish({ kind: 'run', runId: 'r2' });
  await here.close();
  await expect.poll(() => heard.there).toHaveLength(2);
  await close();
});
