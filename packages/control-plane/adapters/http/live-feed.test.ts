import type { AccountId } from '@deskhand/domain/brand.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Change } from '../../ports/changes.ts';
import { createLiveEvents } from './live-events.ts';
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
