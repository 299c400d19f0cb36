import { expect, test, vi } from 'vitest';
import type { Change, Nudge } from '../../ports/changes.ts';
import { openChangeFeed } from './change-feed.ts';
import { withTestDatabase } from '../../testing/test-database.ts';

test('changes reach this replica at once and others soon, each once; nudges reach only others', async () => {
  const database = await withTestDatabase();
  const [here, there] = [await openChangeFeed(database), await openChangeFeed(database)];
  const heard: { here: (Change | Nudge)[]; there: (Change | Nudge)[] } = { here: [], there: [] };
  here.subscribe((change) => heard.here.push(change));
  there.subscribe((change) => heard.there.push(change));
  here.onNudge((nudge) => heard.here.push(nudge));
  there.onNudge((nudge) => heard.there.push(nudge));
  for (let n = 0; n < 50; n += 1) here.publish({ kind: 'run', runId: 'r1' });
  here.nudge({ kind: 'send', gatewayId: 'g1' });
  expect(heard.here).toHaveLength(50);
  await vi.waitFor(() => expect(heard.there).toHaveLength(2), 10_000);
  expect(heard.there).toEqual([
    { kind: 'run', runId: 'r1' },
    { kind: 'send', gatewayId: 'g1' },
  ]);
  expect(heard.here).toHaveLength(50);
  await Promise.all([here.close(), there.close()]);
  await database.close();
});
