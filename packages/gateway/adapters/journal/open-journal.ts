import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Journal, JournalEntry } from '../../ports/journal.ts';
import { JournalFault } from '../../ports/journal.ts';
import { type Disk, systemDisk } from '../../disk/disk.ts';
import { JournalFile, toLines } from './journal-file.ts';

/** Above this the journal is written anew without what nobody needs any more. */
export const JOURNAL_COMPACT_ABOVE_BYTES = 4_000_000;
/** With less the journal could not be written anew, and a run would have no room for its log and its result. */
export const JOURNAL_ROOM_BYTES_MIN = 2 * JOURNAL_COMPACT_ABOVE_BYTES;
/** Entries that wait for the disk; far more than the runs a machine can hold at once can produce. */
export const JOURNAL_UNWRITTEN_MAX = 10_000;

export interface JournalOptions {
  readonly folder: string;
  readonly nowMs: () => number;
  /** Which entries still matter, in fewer lines. */
  readonly compact: (entries: readonly JournalEntry[], nowMs: number) => readonly JournalEntry[];
  readonly compactAboveBytes?: number;
  readonly disk?: Disk;
  readonly newId?: () => string;
}

interface Header {
  readonly type: 'journal';
  readonly id: string;
  /** Entries that compaction took out of the file; missing in a journal that has never been compacted since it counts. */
  readonly before?: number;
}

export function openJournal(options: JournalOptions): Journal {
  const { disk = systemDisk, newId = randomId } = options;
  const path = join(options.folder, 'journal.jsonl');
  if (!disk.exists(path)) disk.replace(path, toLines([headerOf(newId())]));
  const file = new JournalFile(path, disk);
  const [header, ...rest] = file.lines as readonly (Header | JournalEntry)[];
  const entries = rest.filter(isEntry);
  if (header?.type !== 'journal' || typeof header.id !== 'string') {
    file.close();
    throw new JournalFault(`${path} is not a journal of Deskhand. Move it away; the server will then ask an admin.`);
  }
  return new FileJournal({ ...options, disk }, file, header, entries);
}

const inKilobytes = (bytes: number): number => Math.floor(bytes / 1000);

const randomId = (): string => randomBytes(12).toString('hex');
const headerOf = (id: string, before = 0): Header => ({ type: 'journal', id, ...(before === 0 ? {} : { before }) });
const isEntry = (line: { readonly type: string }): line is JournalEntry => line.type !== 'journal';

class FileJournal implements Journal {
  readonly id: string;
  readonly entries: readonly JournalEntry[];
  #file: JournalFile;
  readonly #options: JournalOptions & { readonly disk: Disk };
  #fault: string | null = null;
  #unwritten: JournalEntry[] = [];
  #compactAboveBytes: number;
  readonly positionAtOpening: number;
  #position: number;

  constructor(
    options: JournalOptions & { readonly disk: Disk },
    file: JournalFile,
    { id, before = 0 }: Header,
    entries: readonly JournalEntry[],
  ) {
    this.#options = options;
    this.#file = file;
    this.#compactAboveBytes = options.compactAboveBytes ?? JOURNAL_COMPACT_ABOVE_BYTES;
    this.id = id;
    this.entries = entries;
    this.positionAtOpening = before + entries.length;
    this.#position = this.positionAtOpening;
    this.#compactWhenLarge();
  }

  position(): number {
    return this.#position;
  }

  fault(): string | null {
    return this.#fault ?? this.#lackOfRoom();
  }

  #lackOfRoom(): string | null {
    const { folder, disk } = this.#options;
    const free = disk.freeBytes(folder);
    if (free >= JOURNAL_ROOM_BYTES_MIN) return null;
    return `${this.#file.path}: only ${inKilobytes(free)} kB are free on its disk, and ${inKilobytes(JOURNAL_ROOM_BYTES_MIN)} are needed.`;
  }

  record(entry: JournalEntry): void {
    this.#write([...this.#unwritten, entry]);
    this.#unwritten = [];
    this.#compactWhenLarge();
  }

  note(entry: JournalEntry): void {
    try {
      this.record(entry);
    } catch (error) {
      if (!(error instanceof JournalFault)) throw error;
      if (this.#unwritten.length < JOURNAL_UNWRITTEN_MAX) this.#unwritten.push(entry);
    }
  }

  retry(): void {
    if (this.#fault === null) return;
    try {
      // An empty write proves nothing on a full disk, so at least the header is written again.
      this.#write(this.#unwritten.length > 0 ? this.#unwritten : [headerOf(this.id)]);
      this.#unwritten = [];
    } catch (error) {
      if (!(error instanceof JournalFault)) throw error;
    }
  }

  close(): void {
    this.#file.close();
  }

  #write(lines: readonly (JournalEntry | Header)[]): void {
    try {
      this.#file.append(lines);
      this.#position += lines.filter(isEntry).length;
      this.#fault = null;
    } catch (error) {
      this.#fault = `${this.#file.path}: ${(error as Error).message}`;
      throw new JournalFault(this.#fault);
    }
  }

  /** The new file takes the place of the old one in one step; a crash leaves one of them whole. */
  #compactWhenLarge(): void {
    if (this.#file.sizeBytes <= this.#compactAboveBytes) return;
    const path = this.#file.path;
    const { disk } = this.#options;
    try {
      const old = new JournalFile(path, disk);
      const entries = (old.lines as readonly (Header | JournalEntry)[]).filter(isEntry);
      old.close();
      const kept = this.#options.compact(entries, this.#options.nowMs());
      disk.replace(path, toLines([headerOf(this.id, this.#position - kept.length), ...kept]));
      this.#file.close();
      this.#file = new JournalFile(path, disk);
      // What must be kept may be more than the limit, and then each further entry would write all of it anew.
      this.#compactAboveBytes = Math.max(this.#compactAboveBytes, 2 * this.#file.sizeBytes);
    } catch (error) {
      // The old file is whole and goes on; the disk being full is told by the next write.
      this.#fault = `${path}: ${(error as Error).message}`;
    }
  }
}
