import type { DatetimeValue, RobinValue } from './values.ts';

/** How values look as text. Culture decides about dates only; zone is carried for callers that print moments. */
export interface PrintOptions {
  readonly culture?: string;
  readonly timeZone?: string;
}

export const SECRET_MASK = '••••••';
const PRINT_DEPTH_MAX = 100;

/** The text of a value as interpolation prints it. */
export function toText(value: RobinValue, options: PrintOptions = {}): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return recordText(value, options, 0);
}

/**
 * Ours, unproven in Power Automate: numbers print without culture and with 15 significant digits, as .NET Framework
 * prints a double, so that `0.1 + 0.2` reads `0.3`.
 */
export function numberText(value: number): string {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '0' : String(value);
  const text = String(Number(value.toPrecision(15)));
  return text.includes('e') ? text.replace(/e([+-])(\d)$/, 'E$10$2').replace('e', 'E') : text;
}

/** Date and time in the culture's short numeric form with seconds, for example `6/15/2026 3:04:05 PM`. */
export function datetimeText(value: DatetimeValue, culture = 'en-US'): string {
  const { date, time } = formatsOf(culture);
  const moment = new Date(value.wallMs);
  // ICU separates the day period with a narrow no-break space, which nobody types or expects in a file.
  return `${date.format(moment)} ${time.format(moment)}`.replaceAll('\u202f', ' ');
}

/**
 * Ours, unproven in Power Automate: lists print one item a line, tables one row a line with `, ` between cells, custom
 * objects as JSON.
 */
function recordText(
  value: Exclude<RobinValue, string | number | boolean>,
  options: PrintOptions,
  depth: number,
): string {
  if (depth > PRINT_DEPTH_MAX) return '…';
  const inner = (item: RobinValue): string =>
    typeof item === 'object' ? recordText(item, options, depth + 1) : toText(item, options);
  switch (value.kind) {
    case 'datetime':
      return datetimeText(value, options.culture);
    case 'list':
      return value.items.map(inner).join('\n');
    case 'datatable':
      return value.rows.map((row) => row.map(inner).join(', ')).join('\n');
    case 'datarow':
      return value.cells.map(inner).join(', ');
    case 'object':
      return JSON.stringify(toPlainJson(value, options));
    case 'file':
    case 'folder':
      return value.path;
    case 'error':
      return value.message;
    case 'binary':
      return `Binary (${value.bytes.length} bytes)`;
    case 'secret':
      return SECRET_MASK;
    case 'instance':
      return `${value.type} ${value.handle}`;
    case 'blank':
      return '';
  }
}

export type PlainJson = string | number | boolean | null | PlainJson[] | { [key: string]: PlainJson };

/** The JSON data that a value stands for; tables become lists of objects when they have headers. */
export function toPlainJson(value: RobinValue, options: PrintOptions = {}, depth = 0): PlainJson {
  if (typeof value !== 'object') return value;
  if (depth > PRINT_DEPTH_MAX) return '…';
  const inner = (item: RobinValue): PlainJson => toPlainJson(item, options, depth + 1);
  switch (value.kind) {
    case 'list':
      return value.items.map(inner);
    case 'object':
      return Object.fromEntries([...value.entries].map(([key, item]) => [key, inner(item)]));
    case 'datatable':
      return value.rows.map((row) =>
        Object.fromEntries(value.columns.map((column, i) => [column, inner(row[i] ?? '')])),
      );
    case 'datarow':
      return Object.fromEntries(value.columns.map((column, i) => [column, inner(value.cells[i] ?? '')]));
    case 'datetime':
      return new Date(value.wallMs).toISOString().replace('Z', '');
    case 'blank':
      return null;
    default:
      return toText(value, options);
  }
}

interface CultureFormats {
  readonly date: Intl.DateTimeFormat;
  readonly time: Intl.DateTimeFormat;
}
const CULTURES_KEPT_MAX = 32;
const cultures = new Map<string, CultureFormats>();
function formatsOf(culture: string): CultureFormats {
  const known = cultures.get(culture);
  if (known !== undefined) return known;
  const timeZone = 'UTC';
  const formats = {
    date: new Intl.DateTimeFormat(culture, { timeZone, year: 'numeric', month: 'numeric', day: 'numeric' }),
    time: new Intl.DateTimeFormat(culture, { timeZone, hour: 'numeric', minute: '2-digit', second: '2-digit' }),
  };
  if (cultures.size >= CULTURES_KEPT_MAX) cultures.clear();
  cultures.set(culture, formats);
  return formats;
}
