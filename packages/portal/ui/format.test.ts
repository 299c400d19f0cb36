import { expect, test } from 'vitest';
import { formatBytes, formatDuration, previewInputs } from './format.ts';

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
