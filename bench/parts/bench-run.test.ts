import { expect, test } from 'vitest';
import { reportIn } from './bench-run.ts';

test('a report is the line of JSON among what a benchmark said', () => {
  const report = { bench: 'dispatch', ours: { p50Ms: 4 }, goal: 'p50 <= 1.5', met: true };
  expect(reportIn(`building the portal\n${JSON.stringify(report)}\n`, 'dispatch')).toEqual(report);
});

test('a benchmark that told nothing has failed, and so has one that told of another', () => {
  expect(() => reportIn('', 'dispatch')).toThrow('dispatch told no figures.');
  expect(() => reportIn('{"bench":"fleet"}', 'dispatch')).toThrow('dispatch told no figures.');
});
