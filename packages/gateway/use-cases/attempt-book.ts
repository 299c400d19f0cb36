import type { AttemptRecord, Journal, JournalEntry } from '../ports/journal.ts';
import {
  type AttemptKey,
  type AttemptName,
  applyAsked,
  applyEntry,
  askedOf,
  keyOf,
  keyOfEntry,
  recordsOf,
} from './attempt-record.ts';

/** Every attempt of which the journal knows, as it stands now. Memory follows the disk, never the other way round. */
export interface AttemptBook {
  readonly get: (of: AttemptName) => AttemptRecord | undefined;
  readonly all: () => readonly AttemptRecord[];
  readonly unsettled: () => readonly AttemptRecord[];
  /** What the server was asked for and what has not begun. */
  readonly asked: () => readonly AttemptName[];
  /** Throws `JournalFault` when it is not on disk; then it did not happen. */
  readonly record: (entry: JournalEntry) => void;
  /** For what has happened already, whether the disk takes it or not. */
  readonly note: (entry: JournalEntry) => void;
}

export function openAttemptBook(journal: Journal): AttemptBook {
  const records = new Map<AttemptKey, AttemptRecord>(recordsOf(journal.entries));
  const unsettled = new Map([...records].filter(([, record]) => record.settled === null));
  const asked = askedOf(journal.entries);
  const apply = (entry: JournalEntry): void => {
    applyAsked(asked, entry);
    const key = keyOfEntry(entry);
    const after = applyEntry(records.get(key), entry);
    if (after === undefined) return;
    records.set(key, after);
    if (after.settled === null) unsettled.set(key, after);
    else unsettled.delete(key);
  };
  return {
    get: (of) => records.get(keyOf(of)),
    all: () => [...records.values()],
    unsettled: () => [...unsettled.values()],
    asked: () => [...asked.values()],
    record: (entry) => {
      journal.record(entry);
      apply(entry);
    },
    note: (entry) => {
      journal.note(entry);
      apply(entry);
    },
  };
}
