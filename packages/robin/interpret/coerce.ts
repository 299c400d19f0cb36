import { ActionError } from './action.ts';
import { datarowOf, datatableOf, datetimeFromParts, listOf } from './constructors.ts';
import { type PrintOptions, toText } from './print-value.ts';
import { typeNameOf } from './type-name.ts';
import type { DatatableValue, DatetimeValue, ListValue, RobinValue } from './values.ts';

/** A value that cannot become the type that is wanted. Inside an action it is that action's failure. */
export class ConversionError extends ActionError {
  constructor(value: RobinValue, wanted: string) {
    super('ConversionError', `${described(value)} cannot be used as ${wanted}.`);
  }
}

export function toNumber(value: RobinValue): number {
  if (typeof value === 'number') return value;
  const parsed = typeof value === 'string' ? parseNumber(value) : undefined;
  if (parsed === undefined) throw new ConversionError(value, 'a number');
  return parsed;
}

/** Digits with an optional sign, fraction and exponent; commas may group thousands, as .NET's invariant culture allows. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(trimmed)) return finite(Number(trimmed));
  if (/^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/.test(trimmed)) return finite(Number(trimmed.replaceAll(',', '')));
  return undefined;
}

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);

export function toBoolean(value: RobinValue): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  const parsed = typeof value === 'string' ? parseBoolean(value) : undefined;
  if (parsed === undefined) throw new ConversionError(value, 'True or False');
  return parsed;
}

export function parseBoolean(text: string): boolean | undefined {
  const lower = text.trim().toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

export function toDatetime(value: RobinValue, options: PrintOptions = {}): DatetimeValue {
  if (typeof value === 'object' && value.kind === 'datetime') return value;
  const parsed = typeof value === 'string' ? parseDatetime(value, options.culture) : undefined;
  if (parsed === undefined) throw new ConversionError(value, 'a date and time');
  return parsed;
}

/** Tables give their rows, rows their cells, anything else a list of one (robin.md §5). */
export function toList(value: RobinValue): ListValue {
  if (typeof value !== 'object') return listOf([value]);
  if (value.kind === 'list') return value;
  if (value.kind === 'datarow') return listOf(value.cells);
  if (value.kind === 'datatable') return listOf(value.rows.map((cells) => datarowOf(value.columns, cells)));
  return listOf([value]);
}

export function toDatatable(value: RobinValue): DatatableValue {
  if (typeof value === 'object') {
    if (value.kind === 'datatable') return value;
    if (value.kind === 'datarow') return datatableOf(value.columns, [value.cells]);
    if (value.kind === 'list') return datatableOf(undefined, value.items.map(cellsOf));
  }
  throw new ConversionError(value, 'a data table');
}

const cellsOf = (item: RobinValue): RobinValue[] => {
  if (typeof item === 'object' && item.kind === 'list') return item.items;
  if (typeof item === 'object' && item.kind === 'datarow') return item.cells;
  return [item];
};

/** ISO 8601, or day, month and year in the culture's order with an optional time. */
export function parseDatetime(text: string, culture = 'en-US'): DatetimeValue | undefined {
  const trimmed = text.trim();
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(.+))?$/.exec(trimmed);
  if (iso !== null) return withTime(Number(iso[1]), Number(iso[2]), Number(iso[3]), iso[4]);
  const local = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:,?\s+(.+))?$/.exec(trimmed);
  if (local === null) return undefined;
  const [first, second] = [Number(local[1]), Number(local[2])];
  return isDayFirst(culture)
    ? withTime(Number(local[3]), second, first, local[4])
    : withTime(Number(local[3]), first, second, local[4]);
}

function withTime(year: number, month: number, day: number, time: string | undefined): DatetimeValue | undefined {
  const clock = time === undefined ? [0, 0, 0, 0] : clockOf(time);
  if (clock === undefined || month < 1 || month > 12 || day < 1) return undefined;
  const [hour = 0, minute = 0, second = 0, millisecond = 0] = clock;
  const value = datetimeFromParts(year, month, day, hour, minute, second, millisecond);
  return new Date(value.wallMs).getUTCDate() === day ? value : undefined;
}

function clockOf(text: string): number[] | undefined {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,7}))?)?\s*([AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?$/.exec(text);
  if (match === null) return undefined;
  const half = match[5]?.toLowerCase();
  const written = Number(match[1]);
  const hour = half === undefined ? written : (written % 12) + (half === 'pm' ? 12 : 0);
  const [minute, second] = [Number(match[2]), Number(match[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return [hour, minute, second, Math.trunc(Number(`0.${match[4] ?? '0'}`) * 1000)];
}

const isDayFirst = (culture: string): boolean => {
  const parts = new Intl.DateTimeFormat(culture).formatToParts(new Date(0)).map((part) => part.type);
  return parts.indexOf('day') < parts.indexOf('month');
};

const DESCRIBED_TEXT_MAX = 80;
const described = (value: RobinValue): string => {
  const text = typeof value === 'object' ? '' : toText(value);
  if (text === '') return `A value of type ${typeNameOf(value)}`;
  return `${typeNameOf(value)} '${text.length > DESCRIBED_TEXT_MAX ? `${text.slice(0, DESCRIBED_TEXT_MAX)}…` : text}'`;
};
