import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durations, type RunMoments, timeline } from './timeline.ts';

const moments = (changes: Partial<RunMoments> = {}): RunMoments => ({
  requestedAtMs: 100,
  offeredAtMs: 200,
  acquiredAtMs: 210,
  downloadingAtMs: 300,
  runningAtMs: 350,
  endedAtMs: 900,
  signedOutAtMs: 950,
  ...changes,
});
const queued = {
  offeredAtMs: null,
  acquiredAtMs: null,
  downloadingAtMs: null,
  runningAtMs: null,
  endedAtMs: null,
  signedOutAtMs: null,
};

test('waiting, starting and running are counted apart', () =>
  expect(durations(moments(), 2_000)).toEqual({ waitedMs: 110, startingMs: 140, ranMs: 550 }));

test('what lasts is counted up to now', () =>
  expect(durations(moments({ endedAtMs: null }), 1_000)).toMatchObject({ ranMs: 650 }));

test('a run that never started has only waited', () =>
  expect(durations(moments({ ...queued, endedAtMs: 400 }), 9_000)).toEqual({ waitedMs: 300, startingMs: 0, ranMs: 0 }));

test('a clock that was set back makes no negative duration', () =>
  expect(durations(moments({ endedAtMs: 340 }), 2_000).ranMs).toBe(0));

test('the phases follow one another without gaps', () => {
  expect(timeline(moments(), 'succeeded').map(({ phase, fromMs, toMs }) => [phase, fromMs, toMs])).toEqual([
    ['queued', 100, 200],
    ['offered', 200, 210],
    ['signingIn', 210, 300],
    ['downloading', 300, 350],
    ['running', 350, 900],
    ['signingOut', 900, 950],
  ]);
});

test('the phase that lasts has no end', () =>
  expect(timeline(moments(queued), 'queued')).toEqual([{ phase: 'queued', fromMs: 100, toMs: null }]));

test('a run cancelled while it waited ends there', () =>
  expect(timeline(moments({ ...queued, endedAtMs: 400 }), 'cancelled')).toEqual([
    { phase: 'queued', fromMs: 100, toMs: 400 },
  ]));

test('the durations of a run that has ended add up to its whole life', () => {
  const steps = fc.tuple(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6), fc.nat(1e6));
  fc.assert(
    fc.property(steps, fc.nat(), ([waited, signingIn, downloading, ran], later) => {
      const acquiredAtMs = 100 + waited;
      const downloadingAtMs = acquiredAtMs + signingIn;
      const runningAtMs = downloadingAtMs + downloading;
      const endedAtMs = runningAtMs + ran;
      const counted = durations(moments({ acquiredAtMs, downloadingAtMs, runningAtMs, endedAtMs }), endedAtMs + later);
      expect(counted.waitedMs + counted.startingMs + counted.ranMs).toBe(endedAtMs - 100);
    }),
  );
});
