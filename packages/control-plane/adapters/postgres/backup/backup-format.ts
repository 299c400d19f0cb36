import { createHash } from 'node:crypto';
import { createGunzip } from 'node:zlib';
import { pipeline } from 'node:stream';
import { DatabaseFault } from '../fault.ts';

/**
 * A backup is one gzip of text that a person can read with `zcat`: a line that names it, a line with what it is of, each
 * table as PostgreSQL's own COPY text, the manifest, and last the SHA-256 of everything before. A file that was cut off or
 * changed anywhere has no right last line.
 */
export const BACKUP_MARK = 'deskhand-backup 1';
/** COPY's own end of a table; no row is ever written like this. */
export const TABLE_END = '\\.';
/** Longest row: a screenshot or a script, written as text. */
const LINE_BYTES_MAX = 64_000_000;
const LINE_FEED = 10;

export interface SchemaVersion {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}
/** What has to be known before the first row. */
export interface BackupHeader {
  /** Of the Deskhand that made it. */
  readonly deskhand: string;
  readonly postgres: string;
  readonly takenAt: string;
  readonly epoch: string;
  readonly schema: readonly SchemaVersion[];
}
/** What is known at the end. */
export interface BackupManifest extends Omit<BackupHeader, 'schema'> {
  readonly commit: number;
  readonly tables: Readonly<Record<string, number>>;
  readonly sequences: Readonly<Record<string, number>>;
}

export type BackupPart =
  | { readonly kind: 'header'; readonly header: BackupHeader }
  | { readonly kind: 'table'; readonly name: string; readonly columns: readonly string[] }
  | { readonly kind: 'row'; readonly line: Buffer }
  | { readonly kind: 'table-end'; readonly name: string }
  /** Comes only when the checksum was right. */
  | { readonly kind: 'manifest'; readonly manifest: BackupManifest };

/** The parts in their order; throws `backup-damaged` at the first thing that is not as it was written. */
export async function* readBackup(source: NodeJS.ReadableStream): AsyncGenerator<BackupPart> {
  const hash = createHash('sha256');
  const counts: Record<string, number> = {};
  let table: string | undefined;
  let header: BackupHeader | undefined;
  let manifest: BackupManifest | undefined;
  let isComplete = false;
  let lineNumber = 0;
  for await (const line of linesOf(source)) {
    lineNumber += 1;
    const text = (): string => line.toString('utf8', 0, line.length - 1);
    if (isComplete) throw damaged('there is more after its end');
    if (manifest !== undefined) {
      if (text() !== `sha256 ${hash.digest('hex')}`) throw damaged('its checksum is wrong');
      assertCounts(manifest.tables, counts);
      isComplete = true;
      yield { kind: 'manifest', manifest };
      continue;
    }
    hash.update(line);
    if (lineNumber === 1) {
      if (text() !== BACKUP_MARK) throw damaged('it is not a backup that this version of Deskhand can read');
    } else if (header === undefined) {
      header = parsed<{ header: BackupHeader }>(text()).header;
      yield { kind: 'header', header };
    } else if (table === undefined) {
      const said = parsed<{ table?: string; columns: string[]; manifest?: BackupManifest }>(text());
      manifest = said.manifest;
      if (said.table === undefined) continue;
      table = said.table;
      counts[table] = 0;
      yield { kind: 'table', name: table, columns: said.columns };
    } else if (line.length === 3 && text() === TABLE_END) {
      yield { kind: 'table-end', name: table };
      table = undefined;
    } else {
      counts[table] = (counts[table] ?? 0) + 1;
      yield { kind: 'row', line };
    }
  }
  if (!isComplete) throw damaged('its end is missing');
}

function assertCounts(written: Readonly<Record<string, number>>, found: Readonly<Record<string, number>>): void {
  const names = new Set([...Object.keys(written), ...Object.keys(found)]);
  for (const name of names)
    if (written[name] !== found[name]) throw damaged(`the table ${name} has not the rows that its manifest counts`);
}

function parsed<T>(text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw damaged('a line of its frame cannot be read');
  }
}

/** Whole lines with their line feed; what stands after the last one is no line. */
async function* linesOf(source: NodeJS.ReadableStream): AsyncGenerator<Buffer> {
  const unpacked = createGunzip();
  // The error of either end is thrown by the loop below.
  pipeline(source, unpacked, () => undefined);
  let rest: Buffer[] = [];
  let restBytes = 0;
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
        const end = chunk.subarray(from, at + 1);
        yield rest.length === 0 ? end : Buffer.concat([...rest, end]);
        [rest, restBytes, from] = [[], 0, at + 1];
      }
      if (from < chunk.length) rest.push(chunk.subarray(from));
      restBytes += chunk.length - from;
      if (restBytes > LINE_BYTES_MAX) throw damaged('one of its lines never ends');
    }
  } catch (error) {
    if (error instanceof DatabaseFault || !isOfZlib(error)) throw error;
    throw damaged('it cannot be unpacked');
  }
  if (restBytes > 0) throw damaged('its last line was cut off');
}

const isOfZlib = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');

function damaged(detail: string): DatabaseFault {
  return new DatabaseFault('backup-damaged', { detail });
}
