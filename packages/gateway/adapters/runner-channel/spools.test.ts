import { appendFileSync, mkdtempSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Spools } from '../../ports/runner-channels.ts';
import { openScreenshots } from './screenshots.ts';
import { openSpools } from './spools.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deskhand-spool-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function openIn(spools: Spools, path: string) {
  const reader = spools.open(path);
  if (reader === undefined) throw new Error('The spool is gone.');
  return reader;
}

const line = (seq: number) => ({
  seq,
  at: '2026-01-02T03:04:05.678Z',
  level: 'info',
  subflow: 'Main',
  line: seq,
  actionIndex: seq,
  action: 'SET',
  durationMs: 0.1,
  status: 'succeeded',
  message: '',
});
const log = (...seqs: number[]) => `${JSON.stringify({ type: 'log', lines: seqs.map(line) })}\n`;
const result = { state: 'succeeded', outputs: { Sum: 3 }, error: null, lastLogSeq: 3, logLinesLost: 0 };

test('log lines are read in portions, each place leading to the next', () => {
  const spools = openSpools(folder);
  const spool = spools.create();
  writeSync(spool.descriptor, log(1, 2) + log(3));
  spool.release();
  const reader = openIn(spools, spool.path);
  const first = reader.read(0, 2);
  expect(first.lines.map((one) => one.seq)).toEqual([1, 2]);
  const second = reader.read(first.next, 2);
  expect(second.lines.map((one) => one.seq)).toEqual([3]);
  expect(reader.read(second.next, 2)).toEqual({ lines: [], next: second.next });
  reader.close();
});

test('a line still being written is left for later; what is not a log line is passed over', () => {
  const spools = openSpools(folder);
  const spool = spools.create();
  writeSync(spool.descriptor, `garbage\n{"type":"log","lines":[{"seq":"x"}]}\n${log(1)}{"type":"log"`);
  const reader = openIn(spools, spool.path);
  const { lines, next } = reader.read(0, 10);
  expect(lines.map((one) => one.seq)).toEqual([1]);
  expect(next).toBe(statSync(spool.path).size - '{"type":"log"'.length);
  reader.close();
  spool.release();
});

test('a line larger than any message is skipped', () => {
  const spools = openSpools(folder);
  const { path, release } = spools.create();
  release();
  appendFileSync(path, `${'x'.repeat(600_000)}\n${log(1)}`);
  const reader = openIn(spools, path);
  const skipped = reader.read(0, 10);
  expect(reader.read(skipped.next, 10).lines.map((one) => one.seq)).toEqual([1]);
  reader.close();
});

test('the tail tells the result and the last log line of a runner that has gone', () => {
  const spools = openSpools(folder);
  const { path, release } = spools.create();
  release();
  expect(spools.tail(path)).toEqual({ result: null, lastLine: null });
  appendFileSync(path, log(1, 2));
  expect(spools.tail(path)).toEqual({ result: null, lastLine: line(2) });
  appendFileSync(path, `${JSON.stringify({ type: 'result', result })}\n`);
  expect(spools.tail(path).result).toEqual(result);
});

test('a spool is for its owner only, and goes when no attempt needs it', () => {
  const spools = openSpools(folder);
  const kept = spools.create();
  const dropped = spools.create();
  kept.release();
  dropped.release();
  expect(statSync(kept.path).mode & 0o777).toBe(0o600);
  spools.removeAllBut(new Set([kept.path]));
  expect(statSync(dropped.path, { throwIfNoEntry: false })).toBeUndefined();
  expect(spools.sizeBytes(kept.path)).toBe(0);
});

test('screenshots wait until they are removed', () => {
  const screenshots = openScreenshots(folder);
  const run = { runId: 'r1', attempt: 1 };
  screenshots.save(run, { number: 1, caption: 'At the end', png: Uint8Array.of(1, 2) });
  expect(screenshots.list(run)).toEqual([{ number: 1, caption: 'At the end', png: Buffer.from([1, 2]) }]);
  screenshots.removeAllBut([run]);
  expect(screenshots.list(run)).toHaveLength(1);
  screenshots.remove(run);
  expect(screenshots.list(run)).toEqual([]);
});
