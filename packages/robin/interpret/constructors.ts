import type {
  BinaryValue,
  DatarowValue,
  DatatableValue,
  DatetimeValue,
  ErrorValue,
  FileValue,
  FolderValue,
  InstanceValue,
  ListValue,
  ObjectValue,
  RobinValue,
  SecretValue,
} from './values.ts';

export const listOf = (items: Iterable<RobinValue> = []): ListValue => ({ kind: 'list', items: [...items] });

export const textList = (texts: Iterable<string>): ListValue => listOf(texts);

export const objectOf = (
  entries: Readonly<Record<string, RobinValue>> | Iterable<readonly [string, RobinValue]> = {},
): ObjectValue => ({
  kind: 'object',
  entries: new Map(isIterable(entries) ? entries : Object.entries(entries)),
});

/** Rows shorter than the header are filled with empty text, longer ones widen the table. */
export function datatableOf(
  columns: readonly string[] | undefined,
  rows: Iterable<Iterable<RobinValue>> = [],
): DatatableValue {
  const cells = [...rows].map((row) => [...row]);
  const width = cells.reduce((widest, row) => Math.max(widest, row.length), columns?.length ?? 0);
  const names = Array.from({ length: width }, (_, index) => columns?.[index] ?? `Column${index + 1}`);
  for (const row of cells) while (row.length < width) row.push('');
  return { kind: 'datatable', columns: names, hasHeaders: columns !== undefined, rows: cells };
}

export const datarowOf = (columns: readonly string[], cells: Iterable<RobinValue>): DatarowValue => ({
  kind: 'datarow',
  columns: [...columns],
  cells: [...cells],
});

export const datetimeOf = (wallMs: number): DatetimeValue => ({ kind: 'datetime', wallMs });

/** `month` counts from 1, as people do. */
export const datetimeFromParts = (
  year: number,
  month: number,
  day: number,
  hour = 0,
  minute = 0,
  second = 0,
  millisecond = 0,
): DatetimeValue => {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, millisecond);
  return datetimeOf(date.getTime());
};

/** The wall-clock reading of a moment in a zone. */
export function datetimeFromDate(moment: Date, timeZone: string): DatetimeValue {
  const parts = new Map(
    zoneFormat(timeZone)
      .formatToParts(moment)
      .map((part) => [part.type, Number(part.value)]),
  );
  const at = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const milliseconds = ((moment.getTime() % 1000) + 1000) % 1000;
  return datetimeFromParts(
    at('year'),
    at('month'),
    at('day'),
    at('hour'),
    at('minute'),
    at('second'),
    Math.trunc(milliseconds),
  );
}

export const fileOf = (path: string): FileValue => ({ kind: 'file', path });
export const folderOf = (path: string): FolderValue => ({ kind: 'folder', path });
export const binaryOf = (bytes: Uint8Array): BinaryValue => ({ kind: 'binary', bytes });
export const secretOf = (text: string): SecretValue => ({ kind: 'secret', reveal: () => text });
export const instanceOf = (
  type: string,
  handle: number,
  properties: InstanceValue['properties'] = {},
): InstanceValue => ({ kind: 'instance', type, handle, properties });

export const errorOf = (error: Omit<ErrorValue, 'kind'>): ErrorValue => ({ kind: 'error', ...error });

const isIterable = (value: object): value is Iterable<readonly [string, RobinValue]> => Symbol.iterator in value;

const ZONES_KEPT_MAX = 32;
const zoneFormats = new Map<string, Intl.DateTimeFormat>();
function zoneFormat(timeZone: string): Intl.DateTimeFormat {
  const known = zoneFormats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (zoneFormats.size >= ZONES_KEPT_MAX) zoneFormats.clear();
  zoneFormats.set(timeZone, format);
  return format;
}
