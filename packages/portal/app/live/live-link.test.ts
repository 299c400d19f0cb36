import { liveLinkPace } from '@deskhand/protocol/http/live-pace.ts';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveLink, type StreamEars } from './live-link.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function openLink() {
  const streams: { ears: StreamEars; isClosed: boolean }[] = [];
  let refreshes = 0;
  const link = new LiveLink({
    openStream: (ears) => {
      const stream = { ears, isClosed: false };
      streams.push(stream);
      return () => void (stream.isClosed = true);
    },
    timers: systemTimers,
    wallMs: Date.now,
    pace: liveLinkPace,
    onFold: () => undefined,
    onRefresh: () => void (refreshes += 1),
  });
  link.open();
  return { link, streams, refreshes: () => refreshes };
}

test('pages are asked again when the stream opens, because what changed before it was told to nobody', () => {
  const { link, streams, refreshes } = openLink();
  streams[0]?.ears.opened();
  expect(refreshes()).toBe(1);
  link.close();
});

test('a stream on which nothing comes is given up and opened anew; one with beats is kept', () => {
  const { link, streams } = openLink();
  streams[0]?.ears.opened();
  for (let beats = 0; beats < 10; beats += 1) {
    vi.advanceTimersByTime(liveLinkPace.beatIntervalMs);
    streams[0]?.ears.beat();
  }
  expect(streams.length).toBe(1);
  vi.advanceTimersByTime(liveLinkPace.silenceMaxMs + liveLinkPace.reconnectAfterMs);
  expect([streams.length, streams[0]?.isClosed]).toEqual([2, true]);
  link.close();
});

test('without a stream pages are asked every five seconds, with one every minute', () => {
  const { link, streams, refreshes } = openLink();
  streams[0]?.ears.lost();
  vi.advanceTimersByTime(liveLinkPace.pollIntervalMs);
  expect(refreshes()).toBe(1);
  streams[1]?.ears.opened();
  const before = refreshes();
  for (let beats = 0; beats < 4; beats += 1) {
    vi.advanceTimersByTime(liveLinkPace.refreshIntervalMs / 4);
    streams[1]?.ears.beat();
  }
  expect(refreshes() - before).toBe(1);
  link.close();
});
