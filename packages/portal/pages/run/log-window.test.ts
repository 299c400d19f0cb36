import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import { expect, test } from 'vitest';
import { LINES_HELD_MAX, LINES_PER_FETCH, windowAtEnd, windowFrom, withNewer, withOlder } from './log-window.ts';

const lines = (first: number, last: number): LogLine[] =>
  Array.from({ length: last - first + 1 }, (_line, index) => ({ seq: first + index }) as LogLine);
const span = (window: { lines: readonly LogLine[] }) => [window.lines[0]?.seq, window.lines.at(-1)?.seq];

test('the end of a long log knows that there is more before it', () => {
  expect(windowAtEnd(lines(501, 1000))).toMatchObject({ hasOlder: true, hasNewer: false });
  expect(windowAtEnd(lines(1, 20))).toMatchObject({ hasOlder: false });
});

test('newer lines are added once, even when an answer overlaps', () => {
  const grown = withNewer(windowAtEnd(lines(1, 20)), lines(15, 30));
  expect(grown.lines.map((line) => line.seq)).toEqual(lines(1, 30).map((line) => line.seq));
});

test('older lines are put before, and the beginning is known when it is reached', () => {
  const grown = withOlder(windowFrom(lines(101, 200), 100), lines(1, 100));
  expect(span(grown)).toEqual([1, 200]);
  expect(grown.hasOlder).toBe(false);
});

test('a window never grows beyond its limit: the far end is let go and marked as more', () => {
  const full = windowFrom(lines(1, LINES_HELD_MAX), 0);
  const grown = withNewer(full, lines(LINES_HELD_MAX + 1, LINES_HELD_MAX + LINES_PER_FETCH));
  expect(grown.lines.length).toBe(LINES_HELD_MAX);
  expect(grown.hasOlder).toBe(true);
  const back = withOlder({ ...grown, hasNewer: false }, lines(1, LINES_PER_FETCH));
  expect(span(back)[0]).toBe(1);
  expect(back.hasNewer).toBe(true);
});
