import { expect, test } from 'vitest';
import { formatBytes, formatDuration, formatMinute, previewInputs, withLocalTimes } from './format.ts';

test.each([
  [0.2, '0.2 ms'],
  [400, '400 ms'],
  [2_140, '2.1 s'],
  [32_000, '32 s'],
  [250_000, '4 m 10 s'],
  [7_500_000, '2 h 05 m'],
  [273_600_000, '3 d 4 h'],
  [-5, '0 ms'],
])('%d ms reads %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('inputs are shown by name, and a sealed one never shows anything', () => {
  expect(previewInputs({ Month: '2026-11', Dry: false, Pin: { sealed: 'AAAA' } })).toBe(
    'Month=2026-11 · Dry=false · Pin=•••',
  );
});

test('sizes read in decimal units', () => {
  expect([formatBytes(12), formatBytes(2_480), formatBytes(4_000_000)]).toEqual(['12 B', '2.5 kB', '4.0 MB']);
});

test.each([
  ['2026-11-29T12:00:00Z', '12:05', '2026-11-29T12:05:00Z'],
  ['2026-11-29T23:58:00Z', '00:03', '2026-11-30T00:03:00Z'],
  ['2026-11-30T00:01:00Z', '23:59', '2026-11-29T23:59:00Z'],
])('at %s a sentence with %s UTC means the nearest one, and says it as the page says times', (now, clock, meant) => {
  const nowMs = Date.parse(now);
  expect(withLocalTimes(`The next is at ${clock} UTC; 3 put it back.`, nowMs)).toBe(
    `The next is at ${formatMinute(meant, nowMs)}; 3 put it back.`,
  );
});
