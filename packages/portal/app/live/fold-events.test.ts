import type { Run } from '@deskhand/protocol/http/runs.ts';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { foldEvents, patchById } from './fold-events.ts';
import { patchCache } from './patch-cache.ts';

const run = (id: string, state: Run['state']): Run => ({ id, state }) as Run;
const runEvent = (id: string, state: Run['state']) => ({ type: 'run', data: run(id, state) }) as const;

test('of a burst only the newest value of each run is kept', () => {
  const fold = foldEvents([runEvent('a', 'queued'), runEvent('b', 'queued'), runEvent('a', 'running')]);
  expect([...fold.runs.values()].map((item) => `${item.id} ${item.state}`)).toEqual(['a running', 'b queued']);
});

test('log events of a run come to its newest line, in whatever order they arrive', () => {
  const log = (lastSeq: number) => ({ type: 'run-log', data: { runId: 'a', attempt: 1, lastSeq } }) as const;
  expect(foldEvents([log(40), log(80), log(60)]).logs.get('a')).toBe(80);
});

test('queues and changed things are named once', () => {
  const queue = { type: 'run-queue', data: { clusterId: 'c', version: 1 } } as const;
  const changed = { type: 'changed', data: { what: 'connection', id: 'k' } } as const;
  const fold = foldEvents([queue, queue, changed, changed]);
  expect([...fold.queues]).toEqual(['c']);
  expect([...(fold.changed.get('connection') ?? [])]).toEqual(['k']);
});

test('rows that did not change keep the very same list, so that nothing paints', () => {
  const rows = [run('a', 'queued')];
  expect(patchById(rows, new Map([['z', run('z', 'failed')]]))).toBe(rows);
});

test('a fold patches rows in place and leaves their order and the other rows alone', () => {
  const cache = new QueryClient();
  const other = run('b', 'succeeded');
  cache.setQueryData(['runs', {}], { items: [run('a', 'queued'), other], nextCursor: null });
  patchCache(cache, foldEvents([runEvent('a', 'running'), runEvent('new', 'queued')]));
  const page = cache.getQueryData<{ items: Run[] }>(['runs', {}]);
  expect(page?.items.map((item) => `${item.id} ${item.state}`)).toEqual(['a running', 'b succeeded']);
  expect(page?.items[1]).toBe(other);
});

test('a run that begins is shown so on the page of its run queue', () => {
  const cache = new QueryClient();
  cache.setQueryData(['run-queue', 'c'], { running: [run('a', 'starting')], queued: [] });
  patchCache(cache, foldEvents([runEvent('a', 'running')]));
  expect(cache.getQueryData<{ running: Run[] }>(['run-queue', 'c'])?.running[0]?.state).toBe('running');
});

test('an answer that was on its way before an event does not take its place', async () => {
  const cache = new QueryClient();
  let asked = 0;
  const { promise: late, resolve } = Promise.withResolvers<string>();
  const queryFn = async () => {
    asked += 1;
    return { items: [run('a', asked === 1 ? ((await late) as Run['state']) : 'running')], nextCursor: null };
  };
  const stop = new QueryObserver(cache, { queryKey: ['runs', {}], queryFn }).subscribe(() => undefined);
  patchCache(cache, foldEvents([runEvent('a', 'running')]));
  resolve('starting');
  const shown = () => cache.getQueryData<{ items: Run[] }>(['runs', {}])?.items[0]?.state;
  await expect.poll(() => [asked, shown()]).toEqual([2, 'running']);
  stop();
});
