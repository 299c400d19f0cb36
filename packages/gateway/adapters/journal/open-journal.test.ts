import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AttemptFacts, type JournalEntry, JournalFault } from '../../ports/journal.ts';
import { compactEntries, JOURNAL_KEEP_MS, recordsOf } from '../../use-cases/attempt-record.ts';
import { type Disk, systemDisk } from '../../disk/disk.ts';
import { JOURNAL_ROOM_BYTES_MIN, openJournal } from './open-journal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deskhand-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (options: { nowMs?: number; compactAboveBytes?: number; in?: string; freeBytes?: () => number } = {}) =>
  openJournal({
    folder: options.in ?? folder,
    nowMs: () => options.nowMs ?? 0,
    compact: compactEntries,
    disk: { ...systemDisk, freeBytes: options.freeBytes ?? (() => JOURNAL_ROOM_BYTES_MIN) },
    ...(options.compactAboveBytes === undefined ? {} : { compactAboveBytes: options.compactAboveBytes }),
  });
const path = () => join(folder, 'journal.jsonl');

function started(runId: string, atMs = 0): JournalEntry {
  const facts: AttemptFacts = {
    runId,
    attempt: 1,
    flowName: 'Invoices',
    mode: 'unattended',
    accountName: 'alice',
    user: 'alice',
    policy: 'linux',
    executionTimeoutMs: 1000,
    notifications: true,
    requestedBy: 'bob',
    acquiredAtBootMs: 1,
    bootId: 'b',
  };
  return { type: 'started', facts, atMs };
}

test('what was recorded is found again under the same journal id', () => {
  const first = open();
  first.record(started('r1'));
  first.close();
  const second = open();
  expect(second.id).toBe(first.id);
  expect(second.entries).toEqual([started('r1')]);
});

test('a disk with hardly any room left is a fault before a write fails, and is none when there is room again', () => {
  let free = JOURNAL_ROOM_BYTES_MIN - 1;
  const journal = open({ freeBytes: () => free });
  expect(journal.fault()).toContain('are free on its disk');
  journal.record(started('r1'));
  free = JOURNAL_ROOM_BYTES_MIN;
  expect(journal.fault()).toBeNull();
  journal.close();
});

test('the file is readable by its owner only', () => {
  open().close();
  expect(statSync(path()).mode & 0o777).toBe(0o600);
});

test('a torn last line is cut off and the journal goes on', () => {
  const first = open();
  first.record(started('r1'));
  first.close();
  appendFileSync(path(), '{"type":"started","facts":{"runI');
  const second = open();
  expect(second.entries).toEqual([started('r1')]);
  second.record(started('r2'));
  second.close();
  expect(open().entries).toEqual([started('r1'), started('r2')]);
});

test('a damaged line in the middle is refused with its number', () => {
  const journal = open();
  journal.close();
  appendFileSync(path(), 'garbage\n{"type":"x"}\n');
  expect(() => open()).toThrow(/line 2 is damaged/);
});

test('a file that is not a journal is refused', () => {
  writeFileSync(path(), '{"type":"other"}\n');
  expect(() => open()).toThrow(JournalFault);
});

test('compaction keeps what was asked for and has not begun', () => {
  const asked = { type: 'acquiring', runId: 'r1', attempt: 3 } as const;
  const settled = { type: 'acquiring', runId: 'r2', attempt: 1 } as const;
  const over = { type: 'settled', runId: 'r2', attempt: 1, because: 'forgotten' } as const;
  expect(compactEntries([asked, settled, over], 0)).toEqual([asked]);
});

test('compaction keeps what is unsettled and young, forgets the old, and keeps the id', () => {
  const journal = open({ nowMs: JOURNAL_KEEP_MS + 1, compactAboveBytes: 2_000 });
  journal.record(started('old'));
  journal.record({ type: 'settled', runId: 'old', attempt: 1, because: 'acknowledged' });
  journal.record(started('unsettled'));
  for (let i = 0; i < 40; i++) {
    journal.record({ type: 'phase', runId: 'unsettled', attempt: 1, phase: 'running', sinceAcquireMs: i });
  }
  expect(statSync(path()).size).toBeLessThan(3_000);
  journal.close();
  const again = open();
  expect(again.id).toBe(journal.id);
  expect([...recordsOf(again.entries).keys()]).toEqual(['unsettled/1']);
  expect(recordsOf(again.entries).get('unsettled/1')?.phasesMs).toEqual({ running: 39 });
});

describe('the position of a journal', () => {
  test('counts what is on disk, over restarts and compaction', () => {
    const first = open();
    expect(first.position()).toBe(0);
    first.record(started('old'));
    first.note({ type: 'settled', runId: 'old', attempt: 1, because: 'acknowledged' });
    expect(first.position()).toBe(2);
    first.close();
    const second = open({ nowMs: JOURNAL_KEEP_MS + 1, compactAboveBytes: 100 });
    expect(second.position()).toBe(2);
    second.record(started('r1'));
    second.record(started('r2'));
    expect(second.position()).toBe(4);
    second.close();
    expect(open().entries).toHaveLength(2);
    expect(open().position()).toBe(4);
  });

  test('does not count what could not be written, until it is', () => {
    let isFull = true;
    const write: Disk['write'] = (...given) => {
      if (isFull) throw new Error('no space left');
      systemDisk.write(...given);
    };
    open().close();
    const journal = openJournal({ folder, nowMs: () => 0, compact: compactEntries, disk: { ...systemDisk, write } });
    journal.note(started('r1'));
    expect(() => journal.record(started('r2'))).toThrow(JournalFault);
    journal.retry();
    expect(journal.position()).toBe(0);
    isFull = false;
    journal.retry();
    expect(journal.position()).toBe(1);
    journal.close();
    expect(open().position()).toBe(1);
  });

  test('does not count a line that was torn', () => {
    open().close();
    appendFileSync(path(), '{"type":"started"');
    expect(open().position()).toBe(0);
  });

  test('of a journal that never counted is the number of its entries', () => {
    const lines = [{ type: 'journal', id: 'j' }, started('r1'), { type: 'journal', id: 'j' }, started('r2')];
    writeFileSync(path(), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    expect(open().position()).toBe(2);
  });
});

const isRoot = process.getuid?.() === 0;
test.runIf(isRoot)('a full disk is a fault that is told, and ends when there is room again', () => {
  const small = join(folder, 'small');
  mkdirSync(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]);
  try {
    const journal = open({ in: small });
    journal.record(started('r1'));
    writeFileSync(join(small, 'filler'), Buffer.alloc(4096));
    fillDisk(join(small, 'filler'));
    // The journal's last block may still have room, so entries are written until the disk says no.
    expect(() => {
      for (let i = 0; i < 100; i++) journal.record(started(`more${i}`));
    }).toThrow(JournalFault);
    expect(journal.fault()).toMatch(/no space/i);
    journal.note(started('noted meanwhile'));
    journal.retry();
    expect(journal.fault()).not.toBeNull();
    rmSync(join(small, 'filler'));
    journal.retry();
    expect(journal.fault()).toBeNull();
    journal.close();
    const records = recordsOf(open({ in: small }).entries);
    expect([...records.keys()]).toContain('noted meanwhile/1');
    expect(readFileSync(join(small, 'journal.jsonl'), 'utf8').endsWith('\n')).toBe(true);
  } finally {
    execFileSync('umount', ['-l', small]);
  }
});

function fillDisk(file: string): void {
  try {
    for (;;) appendFileSync(file, Buffer.alloc(1024));
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
  }
}
