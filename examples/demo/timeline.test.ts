import type { Run } from '@deskhand/protocol/http/runs.ts';
import { expect, test } from 'vitest';
import { timeline } from './timeline.ts';

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 5, 9) + seconds * 1_000).toISOString();

const run = {
  mode: 'unattended',
  display: 'Succeeded',
  gateway: { id: 'g1', name: 'machine-1' },
  requestedAt: at(0),
  offeredAt: at(1),
  signingInAt: at(1.5),
  downloadingAt: at(2),
  startedAt: at(2.25),
  endedAt: at(4),
  signedOutAt: at(4.5),
  outputs: { Total: 250 },
  error: null,
} as unknown as Run;

const linesOf = (shown: Run): readonly string[] =>
  timeline('Invoices', shown)
    .split('\n')
    .map((line) => line.replaceAll('█', '').trim().replace(/\s+/g, ' '));

test('each moment has its distance from the request and how long it lasted', () =>
  expect(linesOf(run)).toEqual([
    'Invoices, unattended, on machine-1',
    'requested +0.00 s 1.00 s',
    'offered +1.00 s 0.50 s',
    'signing in +1.50 s 0.50 s',
    'downloading +2.00 s 0.25 s',
    'running +2.25 s 1.75 s',
    'succeeded +4.00 s 0.50 s',
    'signed out +4.50 s',
    'gave back Total 250',
  ]));

test('what never happened is left out, and an attended run is never signed out', () =>
  expect(linesOf({ ...run, mode: 'attended', downloadingAt: null, outputs: {} })).toEqual([
    'Invoices, attended, on machine-1',
    'requested +0.00 s 1.00 s',
    'offered +1.00 s 0.50 s',
    'signing in +1.50 s 0.75 s',
    'running +2.25 s 1.75 s',
    'succeeded +4.00 s',
  ]));

test('bars are drawn on one scale: the longest phase has the longest bar', () => {
  const bars = timeline('Invoices', run)
    .split('\n')
    .map((line) => line.split('█').length - 1);
  expect(Math.max(...bars)).toBe(bars[5]);
});
