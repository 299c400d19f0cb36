import type { AccountId } from '@deskhand/domain/brand.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Change } from '../../ports/changes.ts';
import { createChangeHub } from '../postgres/change-hub.ts';
import { createLiveEvents, type Viewer } from './live-events.ts';
import { type LiveFeedPorts, startLiveFeed } from './live-feed.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A feed with one listener; what it told of runs, in order. */
function openFeed(readRuns: LiveFeedPorts['readRuns']) {
  const told: string[] = [];
  const events = createLiveEvents('s1');
  const alice = { id: 'alice' as AccountId, roles: [] };
  const ignore = (): void => undefined;
  events.stream(
    {
      ...{ begin: ignore, end: ignore, cut: ignore, onClose: ignore, bytesWaiting: () => 0 },
      write: (text) => void told.push(...(/"state":"(\w+)"/.exec(text)?.slice(1) ?? [])),
    },
    { viewer: alice, lastEventId: undefined, viewerNow: async () => alice },
  );
  let publish: (change: Change) => void = ignore;
  const subscribe: LiveFeedPorts['changes']['subscribe'] = (listener) => {
    publish = (change) => listener(change, 'here');
    return ignore;
  };
  const changes = { subscribe, publish: ignore, nudge: ignore, onNudge: () => ignore };
  const ports = { timers: systemTimers, changes, events, readRuns, readGateway: async () => undefined };
  startLiveFeed({ ...ports, onFault: ignore });
  return { told, changed: () => publish({ kind: 'run', runId: 'a' }) };
}
const shown = (state: string) => [{ run: { id: 'a', state } as Run, isVisibleTo: () => true }];

test('an older answer that comes late is not told after a newer one', async () => {
  const { promise: late, resolve } = Promise.withResolvers<ReturnType<typeof shown>>();
  const answers = [late, Promise.resolve(shown('running'))];
  const { told, changed } = openFeed(async () => (await answers.shift()) ?? []);
  changed();
  await vi.advanceTimersByTimeAsync(200);
  changed();
  await vi.advanceTimersByTimeAsync(200);
  resolve(shown('starting'));
  await vi.advanceTimersByTimeAsync(200);
  expect(told).toEqual(['starting', 'running']);
});

test('what could not be read is told once it can be', async () => {
  let isAway = true;
  const { told, changed } = openFeed(async () => {
    if (isAway) throw new Error('The database is away.');
    return shown('running');
  });
  changed();
  await vi.advanceTimersByTimeAsync(3_000);
  isAway = false;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(told).toEqual(['running']);
});

test('what belongs to somebody is told to whom it was shared with at any moment of a burst, and to who sees all', async () => {
  const events = createLiveEvents('s1');
  const told = new Map<string, string[]>();
  const ignore = (): void => undefined;
  const listen = (name: string, roles: Viewer['roles']): void => {
    const texts: string[] = [];
    told.set(name, texts);
    const viewer = { id: name as AccountId, roles };
    const outlet = { begin: ignore, end: ignore, cut: ignore, onClose: ignore, bytesWaiting: () => 0 };
    const write = (text: string): void =>
      void texts.push(...(/"what":"([\w-]+)","id":"(\w+)"/.exec(text)?.slice(1) ?? []));
    events.stream({ ...outlet, write }, { viewer, lastEventId: undefined, viewerNow: async () => viewer });
  };
  listen('owner', ['maker']);
  listen('lost', ['maker']);
  listen('stranger', ['maker', 'viewer']);
  listen('operator', ['operator']);
  listen('admin', ['admin']);
  const { feed } = createChangeHub({ from: 'here', timers: systemTimers, notify: async () => true });
  const readers = { readRuns: async () => [], readGateway: async () => undefined };
  startLiveFeed({ timers: systemTimers, changes: feed, events, ...readers, onFault: ignore });
  feed.publish({ kind: 'own-changed', what: 'desktop-flow', id: 'f', people: ['owner', 'lost'] });
  feed.publish({ kind: 'own-changed', what: 'desktop-flow', id: 'f', people: ['owner'] });
  feed.publish({ kind: 'own-changed', what: 'connection', id: 'c', people: ['owner'] });
  await vi.advanceTimersByTimeAsync(200);
  const [flow, connection] = [
    ['desktop-flow', 'f'],
    ['connection', 'c'],
  ];
  expect(Object.fromEntries(told)).toEqual({
    owner: [...flow, ...connection],
    lost: flow,
    stranger: [],
    operator: flow,
    admin: [...flow, ...connection],
  });
});
