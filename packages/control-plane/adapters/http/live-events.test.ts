import { EventEmitter } from 'node:events';
import type { AccountId } from '@deskhand/domain/brand.ts';
import { expect, test, vi } from 'vitest';
import { createLiveEvents, type StreamOutlet } from './live-events.ts';

/** An outlet that keeps what was written to it. */
function openStream() {
  const written: string[] = [];
  const raw = Object.assign(new EventEmitter(), { waiting: 0, end: () => raw.emit('close') });
  const outlet: StreamOutlet = {
    begin: () => undefined,
    write: (text) => void written.push(text),
    bytesWaiting: () => raw.waiting,
    end: () => void raw.emit('close'),
    cut: () => void raw.emit('close'),
    onClose: (closed) => void raw.on('close', closed),
  };
  return { outlet, raw, text: () => written.join('') };
}
const alice = { id: 'alice' as AccountId, roles: [] };
const listener = (lastEventId?: string) => ({ viewer: alice, lastEventId, viewerNow: async () => alice });
const queueChanged = (version: number) => ({ type: 'run-queue', data: { clusterId: 'c', version } }) as const;

test('a listener gets what is published after it came, with a number to come back with', () => {
  const events = createLiveEvents('s1');
  const stream = openStream();
  events.stream(stream.outlet, listener());
  events.publish(queueChanged(1), () => true);
  expect(stream.text()).toContain('id: s1-1\ndata: {"type":"run-queue"');
  stream.raw.end();
});

test('a listener who comes back gets what it missed', () => {
  const events = createLiveEvents('s1');
  events.publish(queueChanged(1), () => true);
  events.publish(queueChanged(2), () => true);
  const stream = openStream();
  events.stream(stream.outlet, listener('s1-1'));
  expect(stream.text()).not.toContain('"version":1');
  expect(stream.text()).toContain('"version":2');
  stream.raw.end();
});

test('a listener from before a restart is told to reload', () => {
  const events = createLiveEvents('s2');
  const stream = openStream();
  events.stream(stream.outlet, listener('s1-7'));
  expect(stream.text()).toContain('"type":"reload"');
  stream.raw.end();
});

test('an event reaches only the accounts that may see it', () => {
  const events = createLiveEvents('s1');
  const stream = openStream();
  events.stream(stream.outlet, listener());
  events.publish(queueChanged(1), ({ id }) => id === 'bob');
  expect(stream.text()).not.toContain('run-queue');
  stream.raw.end();
});

test('a listener that does not read is closed instead of filling the memory', () => {
  const events = createLiveEvents('s1');
  const stream = openStream();
  events.stream(stream.outlet, listener());
  let isClosed = false;
  stream.raw.on('close', () => {
    isClosed = true;
  });
  stream.raw.waiting = 2_000_000;
  events.publish(queueChanged(1), () => true);
  expect(isClosed).toBe(true);
});

test('a listener who comes back after something was not published is told to reload', () => {
  const events = createLiveEvents('s1');
  events.publish(queueChanged(1), () => true);
  events.skip();
  const stream = openStream();
  events.stream(stream.outlet, listener('s1-1'));
  expect(stream.text()).toContain('"type":"reload"');
  stream.raw.end();
});

test('a listener whose sign-in was revoked loses its stream at the next beat', async () => {
  vi.useFakeTimers();
  const events = createLiveEvents('s1', 1000);
  const stream = openStream();
  let isClosed = false;
  stream.raw.on('close', () => {
    isClosed = true;
  });
  let viewer: typeof alice | undefined = alice;
  events.stream(stream.outlet, { ...listener(), viewerNow: async () => viewer });
  await vi.advanceTimersByTimeAsync(1000);
  expect([stream.text().includes('event: beat'), isClosed]).toEqual([true, false]);
  viewer = undefined;
  await vi.advanceTimersByTimeAsync(1000);
  expect(isClosed).toBe(true);
  vi.useRealTimers();
});

test('a listener who lost a role sees no more of what it showed', async () => {
  vi.useFakeTimers();
  const events = createLiveEvents('s1', 1000);
  const stream = openStream();
  const admin = { ...alice, roles: ['admin' as const] };
  events.stream(stream.outlet, { ...listener(), viewer: admin, viewerNow: async () => alice });
  await vi.advanceTimersByTimeAsync(1000);
  events.publish(queueChanged(1), ({ roles }) => roles.includes('admin'));
  expect(stream.text()).not.toContain('run-queue');
  stream.raw.end();
  vi.useRealTimers();
});

test('a stream survives that nobody can be asked for the moment', async () => {
  vi.useFakeTimers();
  const events = createLiveEvents('s1', 1000);
  const stream = openStream();
  const viewerNow = () => Promise.reject(new Error('The database is away.'));
  events.stream(stream.outlet, { ...listener(), viewerNow });
  await vi.advanceTimersByTimeAsync(1000);
  expect(stream.text()).toContain('event: beat');
  stream.raw.end();
  vi.useRealTimers();
});
