import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openMetrics } from './metrics.ts';

const folder = join(import.meta.dirname, '../../../../docs/operations');
const state = {
  waiting: 3,
  oldestWaitSeconds: 7,
  inHand: 1,
  gatewaysOnline: 2,
  gatewaysOffline: 0,
  journalsAwaited: 0,
};

test('every metric that the documents and alert rules name exists, and each of ours is documented', () => {
  const names = openMetrics({ readQueues: () => Promise.resolve([]) }).names();
  const known = new Set(names.flatMap((name) => [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]));
  const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  const named = new Set(texts.flatMap((text) => text.match(/\bdeskhand_[a-z_]+\b/g) ?? []));
  expect([...named].filter((name) => !known.has(name))).toEqual([]);
  const page = readFileSync(join(folder, 'metrics.md'), 'utf8');
  expect(names.filter((name) => name.startsWith('deskhand_') && !page.includes(`\`${name}\``))).toEqual([]);
});

test('a reason or state that is none of ours makes no new series', async () => {
  const metrics = openMetrics({ readQueues: () => Promise.resolve([]) });
  metrics.declined('gateway-offline');
  for (let i = 0; i < 5; i += 1) metrics.declined(`invented-${String(i)}`);
  const text = await metrics.text();
  expect(text).toContain('deskhand_declines_total{reason="gateway-offline"} 1');
  expect(text).toContain('deskhand_declines_total{reason="other"} 5');
  expect(text).not.toContain('invented');
});

test('a cluster that is gone is not shown any more, and without the database there are no queues at all', async () => {
  let answer: () => Promise<readonly ({ cluster: string } & typeof state)[]> = () =>
    Promise.resolve([{ cluster: 'Kiosks', ...state }]);
  const metrics = openMetrics({ readQueues: () => answer() });
  expect(await metrics.text()).toContain('deskhand_queue_oldest_wait_seconds{cluster="Kiosks"} 7');
  answer = () => Promise.resolve([{ cluster: 'Others', ...state }]);
  expect(await metrics.text()).not.toContain('Kiosks');
  answer = () => Promise.reject(new Error('The database is away.'));
  expect(await metrics.text()).not.toContain('cluster=');
});
