import { type Dirent, readdirSync, type Stats, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { failure, systemCodeOf } from '../declare/errors.ts';
import { wildcardMatcher } from '../file/wildcard.ts';
import { folderErrors } from './errors.ts';

export interface Listing {
  readonly folder: string;
  readonly filter: string;
  readonly includeSubfolders: boolean;
  readonly failOnAccessDenied: boolean;
  readonly wanted: 'files' | 'folders';
  readonly signal: AbortSignal;
}

export const ENTRIES_LISTED_MAX = 1_000_000;

/** Paths in the order of their names, as Windows lists them. One folder is read at once, a whole tree step by step. */
export function listFolder(listing: Listing): readonly string[] | Promise<readonly string[]> {
  const matches = wildcardMatcher(listing.filter);
  if (!listing.includeSubfolders) return chosen(listing.folder, readNow(listing), listing, matches);
  return listTree(listing, matches);
}

function readNow({ folder, failOnAccessDenied }: Listing): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    return denied(folder, failOnAccessDenied, cause);
  }
}

async function listTree(listing: Listing, matches: (name: string) => boolean): Promise<readonly string[]> {
  const found: string[] = [];
  const waiting = [listing.folder];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    listing.signal.throwIfAborted();
    const current = folder;
    const entries = await readdir(current, { withFileTypes: true }).catch((cause: unknown) =>
      denied(current, listing.failOnAccessDenied, cause),
    );
    found.push(...chosen(current, entries, listing, matches));
    if (found.length > ENTRIES_LISTED_MAX) {
      throw failure(listError(listing.wanted), `${listing.folder} holds more than ${ENTRIES_LISTED_MAX} entries.`);
    }
    // A link to a folder is listed but not entered: it may lead back to where it stands.
    const inner = entries.filter((entry) => entry.isDirectory()).map((entry) => join(current, entry.name));
    waiting.push(...inner.sort(byName).reverse());
  }
  return found;
}

function chosen(
  folder: string,
  entries: readonly Dirent[],
  { wanted }: Listing,
  matches: (name: string) => boolean,
): readonly string[] {
  return entries
    .filter((entry) => isWanted(folder, entry, wanted) && matches(entry.name))
    .map((entry) => join(folder, entry.name))
    .sort(byName);
}

function isWanted(folder: string, entry: Dirent, wanted: Listing['wanted']): boolean {
  const kind: Dirent | Stats | undefined = entry.isSymbolicLink()
    ? statSync(join(folder, entry.name), { throwIfNoEntry: false })
    : entry;
  return kind?.isDirectory() === true ? wanted === 'folders' : wanted === 'files' && kind !== undefined;
}

const { compare: byName } = new Intl.Collator('en-US');

function denied(folder: string, fails: boolean, cause: unknown): never[] {
  const isDenied = ['EACCES', 'EPERM'].includes(systemCodeOf(cause) ?? '');
  if (isDenied && !fails) return [];
  throw failure(folderErrors.CannotRetrieveListOfFilesError, `${folder} could not be listed.`, cause);
}

const listError = (wanted: Listing['wanted']) =>
  wanted === 'files' ? folderErrors.CannotRetrieveListOfFilesError : folderErrors.CannotRetrieveListOfSubfoldersError;

export const sortKeys = [
  'NoSort',
  'FullName',
  'RootPath',
  'Directory',
  'Name',
  'NameWithoutExtension',
  'Extension',
  'Size',
  'CreationTime',
  'LastAccessed',
  'LastModified',
  'IsHidden',
  'IsSystem',
  'IsReadOnly',
  'IsArchive',
  'Exists',
];

export interface SortRule {
  readonly by: string;
  readonly descending: boolean;
}

export function sortPaths(paths: readonly string[], rules: readonly SortRule[]): readonly string[] {
  const used = rules.filter(({ by }) => by !== 'NoSort');
  if (used.length === 0) return paths;
  const keyed = paths.map((path) => ({ path, keys: used.map(({ by }) => keyOf(path, by)) }));
  keyed.sort((left, right) => {
    for (const [index, { descending }] of used.entries()) {
      const difference = compareKeys(left.keys[index] ?? '', right.keys[index] ?? '');
      if (difference !== 0) return descending ? -difference : difference;
    }
    return 0;
  });
  return keyed.map(({ path }) => path);
}

const compareKeys = (left: string | number, right: string | number): number =>
  typeof left === 'number' && typeof right === 'number' ? left - right : byName(String(left), String(right));

function keyOf(path: string, by: string): string | number {
  const facts = (): Stats | undefined => statSync(path, { throwIfNoEntry: false });
  switch (by) {
    case 'FullName':
      return path;
    case 'Directory':
      return dirname(path);
    case 'Name':
      return basename(path);
    case 'NameWithoutExtension':
      return basename(path, extname(path));
    case 'Extension':
      return extname(path);
    case 'Size':
      return facts()?.size ?? 0;
    case 'CreationTime':
      return facts()?.birthtimeMs ?? 0;
    case 'LastAccessed':
      return facts()?.atimeMs ?? 0;
    case 'LastModified':
      return facts()?.mtimeMs ?? 0;
    case 'IsHidden':
      return basename(path).startsWith('.') ? 1 : 0;
    case 'IsReadOnly':
      return ((facts()?.mode ?? 0) & 0o222) === 0 ? 1 : 0;
    // The root, the system and archive flags and existence are the same for every entry of a folder here.
    default:
      return 0;
  }
}
