import type { AttemptRecord, Journal, JournalEntry } from '../ports/journal.ts';
import { type AttemptKey, applyEntry, keyOf, recordsOf } from './attempt-record.ts';

type Named = { readonly runId: string; readonly attempt: number };

/** Every attempt of which the journal knows, as it stands now. Memory follows the disk, never the other way round. */
export interface AttemptBook {
  readonly get: (of: Named) => AttemptRecord | undefined;
  readonly all: () => readonly AttemptRecord[];
  readonly unsettled: () => readonly AttemptRecord[];
  /** Throws `JournalFault` when it is not on disk; then it did not happen. */
  readonly record: (entry: JournalEntry) => void;
  /** For what has happened already, whether the disk takes it or not. */
  readonly note: (entry: JournalEntry) => void;
}

export function openAttemptBook(journal: Journal): AttemptBook {
  const records = new Map<AttemptKey, AttemptRecord>(recordsOf(journal.entries));
  const unsettled = new Map([...records].filter(([, record]) => record.settled === null));
  const apply = (entry: JournalEntry): void => {
    const key = entry.type === 'started' ? keyOf(entry.facts) : keyOf(entry as Named);
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
