import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import type { SpoolReader, SpoolTail } from '../../ports/runner-channels.ts';
import { parseSpoolLine } from './runner-event.ts';

const LINE_FEED = 10;
const READ_BYTES = 256 * 1024;
/** A result and a few lines of log fit into this; it is what is read to tell how a lost runner ended. */
const TAIL_BYTES = limits.RUNNER_MESSAGE_BYTES_MAX + READ_BYTES;

/**
 * Reads log lines from a file that a user's process writes: nothing in it is trusted, lines that are not log lines are
 * passed over, and a line longer than the limit is skipped without being held.
 */
export function openSpoolReader(path: string): SpoolReader {
  const descriptor = openSync(path, 'r');
  const buffer = Buffer.alloc(READ_BYTES);
  return {
    read: (from, maxLines) => {
      const { text, end } = readWholeLines(descriptor, buffer, from);
      const lines: LogLine[] = [];
      let next = from;
      for (const row of text) {
        const event = parseSpoolLine(row);
        if (event?.type === 'log') {
          if (lines.length > 0 && lines.length + event.lines.length > maxLines) return { lines, next };
          lines.push(...event.lines);
        }
        next += Buffer.byteLength(row) + 1;
      }
      return { lines, next: end };
    },
    close: () => closeSync(descriptor),
  };
}

/** The complete lines within one buffer from a place on. A line that does not fit is left out, and `end` is past it. */
function readWholeLines(descriptor: number, buffer: Buffer, from: number): { text: readonly string[]; end: number } {
  const bytes = readSync(descriptor, buffer, 0, buffer.length, from);
  const last = buffer.subarray(0, bytes).lastIndexOf(LINE_FEED);
  if (last >= 0) return { text: buffer.subarray(0, last).toString('utf8').split('\n'), end: from + last + 1 };
  if (bytes < buffer.length) return { text: [], end: from };
  return { text: [], end: endOfLongLine(descriptor, buffer, from + bytes) ?? from };
}

function endOfLongLine(descriptor: number, buffer: Buffer, from: number): number | undefined {
  for (let at = from; ; ) {
    const bytes = readSync(descriptor, buffer, 0, buffer.length, at);
    if (bytes === 0) return undefined;
    const feed = buffer.subarray(0, bytes).indexOf(LINE_FEED);
    if (feed >= 0) return at + feed + 1;
    at += bytes;
  }
}

/** Looks at the end of the file only, whatever its size. */
export function readSpoolTail(path: string): SpoolTail {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return { result: null, lastLine: null };
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const bytes = readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return tailOf(buffer.subarray(0, bytes).toString('utf8').split('\n'));
  } finally {
    closeSync(descriptor);
  }
}

function tailOf(rows: readonly string[]): SpoolTail {
  let result: SpoolTail['result'] = null;
  for (const row of rows.toReversed()) {
    const event = parseSpoolLine(row);
    if (event?.type === 'result') result ??= event.result;
    if (event?.type === 'log') return { result, lastLine: event.lines.at(-1) ?? null };
  }
  return { result, lastLine: null };
}
