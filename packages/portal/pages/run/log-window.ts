import type { LogLine } from '@deskhand/protocol/http/runs.ts';

/** The part of an action log that the page holds: neighbouring lines, and whether there is more at either side. */
export interface LogWindow {
  readonly lines: readonly LogLine[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
}

export const LINES_PER_FETCH = 500;
/** Beyond it the far end is let go and fetched again when somebody scrolls there. */
export const LINES_HELD_MAX = 10_000;
const LINES_BEFORE_FIRST_ERROR = 60;

export const emptyWindow: LogWindow = { lines: [], hasOlder: false, hasNewer: false };

/** The last lines of a log. */
export function windowAtEnd(lines: readonly LogLine[]): LogWindow {
  return { lines, hasOlder: lines.length >= LINES_PER_FETCH, hasNewer: false };
}

/** Where to begin so that the first error stands in sight with what led to it. */
export const startBeforeError = (firstErrorSeq: number): number =>
  Math.max(0, firstErrorSeq - 1 - LINES_BEFORE_FIRST_ERROR);

/** Lines that start after `after`. */
export function windowFrom(lines: readonly LogLine[], after: number): LogWindow {
  return { lines, hasOlder: after > 0, hasNewer: lines.length >= LINES_PER_FETCH };
}

export function withNewer(window: LogWindow, newer: readonly LogLine[]): LogWindow {
  const lastSeq = window.lines.at(-1)?.seq ?? 0;
  const lines = [...window.lines, ...newer.filter((line) => line.seq > lastSeq)];
  const dropped = Math.max(0, lines.length - LINES_HELD_MAX);
  return {
    lines: lines.slice(dropped),
    hasOlder: window.hasOlder || dropped > 0,
    hasNewer: newer.length >= LINES_PER_FETCH,
  };
}

export function withOlder(window: LogWindow, older: readonly LogLine[]): LogWindow {
  const firstSeq = window.lines[0]?.seq ?? Number.POSITIVE_INFINITY;
  const lines = [...older.filter((line) => line.seq < firstSeq), ...window.lines];
  return {
    lines: lines.slice(0, LINES_HELD_MAX),
    hasOlder: older.length >= LINES_PER_FETCH,
    hasNewer: window.hasNewer || lines.length > LINES_HELD_MAX,
  };
}
