import type { FileFacts } from './action.ts';
import { datetimeOf, folderOf, textList } from './constructors.ts';
import { LogicError } from './logic-error.ts';
import { typeNameOf } from './type-name.ts';
import { blank, type FileValue, type FolderValue, type RobinValue } from './values.ts';

export type FileFactsOf = (path: string) => FileFacts | undefined;

/** `Value.Name`, case-insensitively. Raises `LogicError` when the type has no such property (robin.md §5). */
export function propertyOf(value: RobinValue, name: string, fileFacts?: FileFactsOf): RobinValue {
  const found = read(value, name.toLowerCase(), name, fileFacts);
  if (found !== undefined) return found;
  throw new LogicError('PropertyNotFoundError', `A value of type ${typeNameOf(value)} has no property '${name}'.`);
}

function read(value: RobinValue, key: string, name: string, facts: FileFactsOf | undefined): RobinValue | undefined {
  if (typeof value === 'string') return textProperties[key]?.(value);
  if (typeof value !== 'object') return undefined;
  switch (value.kind) {
    case 'datetime':
      return datetimeProperties[key]?.(new Date(value.wallMs));
    case 'list':
      return key === 'count' ? value.items.length : undefined;
    case 'datatable':
      return tableProperty(value, key);
    case 'datarow':
      return rowProperty(value, key, name);
    case 'object':
      return value.entries.get(name) ?? entryAnyCase(value.entries, key);
    case 'file':
      return pathProperty(value, key, facts) ?? fileProperty(value, key, facts);
    case 'folder':
      return pathProperty(value, key, facts) ?? folderProperty(value, key, facts);
    case 'error':
      return errorProperties[key]?.(value);
    case 'instance':
      return instanceProperty(value.properties, key);
    case 'binary':
      return key === 'length' ? value.bytes.length : undefined;
    case 'secret':
      return undefined;
    case 'blank':
      return key === 'isempty' ? true : undefined;
  }
}

const textProperties: Readonly<Record<string, (text: string) => RobinValue>> = {
  length: (text) => text.length,
  isempty: (text) => text === '',
  toupper: (text) => text.toUpperCase(),
  tolower: (text) => text.toLowerCase(),
  trimmed: (text) => text.trim(),
};

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MS_PER_DAY = 86_400_000;
const datetimeProperties: Readonly<Record<string, (date: Date) => RobinValue>> = {
  year: (date) => date.getUTCFullYear(),
  month: (date) => date.getUTCMonth() + 1,
  day: (date) => date.getUTCDate(),
  dayofweek: (date) => weekdays[date.getUTCDay()] ?? '',
  dayofyear: (date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / MS_PER_DAY) + 1,
  hour: (date) => date.getUTCHours(),
  minute: (date) => date.getUTCMinutes(),
  second: (date) => date.getUTCSeconds(),
};

type Table = Extract<RobinValue, { kind: 'datatable' }>;
function tableProperty(table: Table, key: string): RobinValue | undefined {
  if (key === 'rowscount') return table.rows.length;
  if (key === 'isempty') return table.rows.length === 0;
  if (key === 'columns' || key === 'columnheadersrow') return textList(table.columns);
  return undefined;
}

type Row = Extract<RobinValue, { kind: 'datarow' }>;
function rowProperty(row: Row, key: string, name: string): RobinValue | undefined {
  if (key === 'columnscount') return row.cells.length;
  if (key === 'columnsnames') return textList(row.columns);
  const index = row.columns.findIndex((column) => column.toLowerCase() === name.toLowerCase());
  return index < 0 ? undefined : (row.cells[index] ?? '');
}

type ErrorRecord = Extract<RobinValue, { kind: 'error' }>;
const errorProperties: Readonly<Record<string, (error: ErrorRecord) => RobinValue>> = {
  actionindex: (error) => error.actionIndex,
  actionname: (error) => error.actionName,
  errordetails: (error) => error.details,
  location: (error) => error.location,
  message: (error) => error.message,
  subflowname: (error) => error.subflowName,
  // Power Automate shows no code; flows of ours may branch on it.
  code: (error) => error.code,
};

function entryAnyCase(entries: ReadonlyMap<string, RobinValue>, key: string): RobinValue | undefined {
  for (const [name, item] of entries) if (name.toLowerCase() === key) return item;
  return undefined;
}

function instanceProperty(properties: Readonly<Record<string, () => RobinValue>>, key: string): RobinValue | undefined {
  for (const [name, get] of Object.entries(properties)) if (name.toLowerCase() === key) return get();
  return undefined;
}

/** What File and Folder share. Facts of the disk are asked for only when a property needs them. */
function pathProperty(
  value: FileValue | FolderValue,
  key: string,
  facts: FileFactsOf | undefined,
): RobinValue | undefined {
  if (key === 'fullname') return value.path;
  if (key === 'rootpath') return value.path.startsWith('/') ? '/' : '';
  if (key === 'name') return nameOf(value.path);
  if (key === 'isempty') return value.path === '';
  if (key === 'exists') return facts?.(value.path)?.exists ?? false;
  if (key === 'creationtime') return momentOf(facts?.(value.path)?.createdWallMs);
  if (key === 'lastmodified') return momentOf(facts?.(value.path)?.modifiedWallMs);
  if (key === 'ishidden') return facts?.(value.path)?.isHidden ?? nameOf(value.path).startsWith('.');
  return undefined;
}

function fileProperty(file: FileValue, key: string, facts: FileFactsOf | undefined): RobinValue | undefined {
  const name = nameOf(file.path);
  const dot = name.lastIndexOf('.');
  if (key === 'directory') return folderOf(parentOf(file.path));
  if (key === 'namewithoutextension') return dot > 0 ? name.slice(0, dot) : name;
  if (key === 'extension') return dot > 0 ? name.slice(dot) : '';
  if (key === 'size') return facts?.(file.path)?.sizeBytes ?? 0;
  if (key === 'lastaccessed') return momentOf(facts?.(file.path)?.accessedWallMs);
  if (key === 'issystem') return false;
  if (key === 'isreadonly') return facts?.(file.path)?.isReadOnly ?? false;
  if (key === 'isarchive') return false;
  return undefined;
}

function folderProperty(folder: FolderValue, key: string, facts: FileFactsOf | undefined): RobinValue | undefined {
  if (key === 'parent') return folderOf(parentOf(folder.path));
  if (key === 'filescount') return facts?.(folder.path)?.filesCount ?? 0;
  if (key === 'folderscount') return facts?.(folder.path)?.foldersCount ?? 0;
  return undefined;
}

const momentOf = (wallMs: number | undefined): RobinValue => (wallMs === undefined ? blank : datetimeOf(wallMs));
const nameOf = (path: string): string => path.replace(/\/+$/, '').split('/').at(-1) ?? '';
const parentOf = (path: string): string => path.replace(/\/+$/, '').replace(/\/?[^/]*$/, '') || '/';
