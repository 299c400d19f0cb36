import { assertNever } from '@deskhand/domain/brand.ts';
import type { AttemptRecord, JournalEntry } from '../ports/journal.ts';

/** Settled attempts are remembered so long, so that a restored server can be told of them (DESIGN §7.6). */
export const JOURNAL_KEEP_MS = 35 * 86_400_000;

export type AttemptKey = `${string}/${number}`;
export const keyOf = (of: { readonly runId: string; readonly attempt: number }): AttemptKey =>
  `${of.runId}/${of.attempt}`;

export interface AttemptName {
  readonly runId: string;
  readonly attempt: number;
}
/** The two parts of an attempt's name, for messages and entries about it. */
export const nameOf = (of: AttemptName): AttemptName => ({
  runId: of.runId,
  attempt: of.attempt,
});

/** What the session host knows the session of an attempt by, signed in or attached. */
export const sessionIdOf = (of: { readonly runId: string; readonly attempt: number }): string =>
  `${of.runId}-${of.attempt}`;

/** What a journal says of every attempt, oldest first. */
export function recordsOf(entries: readonly JournalEntry[]): ReadonlyMap<AttemptKey, AttemptRecord> {
  const records = new Map<AttemptKey, AttemptRecord>();
  for (const entry of entries) {
    const key = keyOfEntry(entry);
    const after = applyEntry(records.get(key), entry);
    if (after) records.set(key, after);
  }
  return records;
}

/** What the server was asked for and what has neither begun nor been settled, oldest first. */
export function askedOf(entries: readonly JournalEntry[]): Map<AttemptKey, AttemptName> {
  const asked = new Map<AttemptKey, AttemptName>();
  for (const entry of entries) applyAsked(asked, entry);
  return asked;
}

export function applyAsked(asked: Map<AttemptKey, AttemptName>, entry: JournalEntry): void {
  if (entry.type === 'acquiring') asked.set(keyOfEntry(entry), nameOf(entry));
  else if (entry.type === 'started' || entry.type === 'settled') asked.delete(keyOfEntry(entry));
}

/** One line for each attempt that is asked for, unsettled or young enough; the order stays. */
export function compactEntries(entries: readonly JournalEntry[], nowMs: number): readonly JournalEntry[] {
  const kept = [...recordsOf(entries).values()]
    .filter((record) => record.settled === null || nowMs - record.startedAtMs < JOURNAL_KEEP_MS)
    .map((record) => ({ type: 'attempt', record }) as const);
  const asked = [...askedOf(entries).values()].map((of) => ({ type: 'acquiring', ...of }) as const);
  return [...kept, ...asked];
}

export function keyOfEntry(entry: JournalEntry): AttemptKey {
  if (entry.type === 'started') return keyOf(entry.facts);
  return entry.type === 'attempt' ? keyOf(entry.record.facts) : keyOf(entry);
}

/** The record after an entry; undefined for an entry about an attempt of which nothing is known. */
export function applyEntry(before: AttemptRecord | undefined, entry: JournalEntry): AttemptRecord | undefined {
  if (entry.type === 'attempt') return entry.record;
  if (entry.type === 'started') return before ?? newRecord(entry);
  if (before === undefined) return undefined;
  switch (entry.type) {
    case 'acquiring':
      return before;
    case 'phase':
      return {
        ...before,
        phase: entry.phase,
        phasesMs: { ...before.phasesMs, [entry.phase]: entry.sinceAcquireMs },
      };
    case 'session':
      return { ...before, session: entry.session };
    case 'launching':
      return { ...before, launch: entry.launch };
    case 'runner':
      return { ...before, runner: entry.runner };
    case 'endWanted':
      return { ...before, endWanted: before.endWanted ?? entry.because };
    case 'result':
      return { ...before, result: entry.result };
    case 'settled':
      return { ...before, settled: entry.because, result: before.result && { ...before.result, outputs: {} } };
    default:
      return assertNever(entry);
  }
}

function newRecord({ facts, atMs }: Extract<JournalEntry, { type: 'started' }>): AttemptRecord {
  return {
    facts,
    startedAtMs: atMs,
    phase: 'accepted',
    phasesMs: {},
    session: null,
    launch: null,
    runner: null,
    endWanted: null,
    result: null,
    settled: null,
  };
}
