import { datatableOf, type DatatableValue, type RobinValue } from '@deskhand/robin';

export interface CsvOptions {
  /** The text between two columns; or the widths of the columns in characters. */
  readonly columns: { readonly separator: string } | { readonly widths: readonly number[] };
  readonly trim: boolean;
  readonly firstLineIsHeader: boolean;
  /** Turns a field into a value; texts stay texts without it. */
  readonly convert?: (field: string) => RobinValue;
}

/** Raised for a text that is no CSV; the message completes "because …". */
export class CsvError extends Error {}

export const CSV_FIELDS_MAX = 20_000_000;

/** A table from a text. Short rows are filled with empty text, as the table needs. */
export function parseCsv(text: string, options: CsvOptions): DatatableValue {
  const { columns } = options;
  const records = 'separator' in columns ? quotedRecords(text, columns.separator) : fixedRecords(text, columns.widths);
  const fields = records.map((record) => record.map((field) => (options.trim ? field.trim() : field)));
  const header = options.firstLineIsHeader ? uniqueNames(fields.shift() ?? []) : undefined;
  const convert = options.convert ?? ((field: string): RobinValue => field);
  return datatableOf(
    header,
    fields.map((record) => record.map(convert)),
  );
}

/** RFC 4180: quotes around a field, doubled inside; line ends of any kind; a quoted field may hold them. */
function quotedRecords(text: string, separator: string): string[][] {
  if (separator === '') throw new CsvError('the separator is empty');
  const records: string[][] = [];
  let record: string[] = [];
  let fields = 0;
  let at = 0;
  while (at <= text.length) {
    const field = fieldAt(text, at, separator);
    record.push(field.value);
    fields += 1;
    if (fields > CSV_FIELDS_MAX) throw new CsvError(`it has more than ${CSV_FIELDS_MAX} fields`);
    at = field.end;
    if (text.startsWith(separator, at)) {
      at += separator.length;
      continue;
    }
    records.push(record);
    record = [];
    if (at >= text.length) break;
    at += text.startsWith('\r\n', at) ? 2 : 1;
    if (at >= text.length) break;
  }
  return records.filter((candidate) => candidate.length > 1 || candidate[0] !== '');
}

function fieldAt(text: string, start: number, separator: string): { value: string; end: number } {
  const quote = quoteStart(text, start);
  if (quote === undefined) {
    const end = plainEnd(text, start, separator);
    return { value: text.slice(start, end), end };
  }
  let value = '';
  let at = quote + 1;
  for (;;) {
    const next = text.indexOf('"', at);
    if (next < 0) throw new CsvError('a quoted field is never closed');
    value += text.slice(at, next);
    if (text.charAt(next + 1) !== '"') {
      const end = plainEnd(text, next + 1, separator);
      return { value: value + text.slice(next + 1, end).trimEnd(), end };
    }
    value += '"';
    at = next + 2;
  }
}

/** A quote may follow blanks: `a, "b c"`. */
function quoteStart(text: string, start: number): number | undefined {
  let at = start;
  while (text.charAt(at) === ' ') at += 1;
  return text.charAt(at) === '"' ? at : undefined;
}

function plainEnd(text: string, start: number, separator: string): number {
  let end = start;
  while (end < text.length) {
    const char = text.charAt(end);
    if (char === '\n' || char === '\r') break;
    if (char === separator.charAt(0) && text.startsWith(separator, end)) break;
    end += 1;
  }
  return end;
}

function fixedRecords(text: string, widths: readonly number[]): string[][] {
  return text
    .split(/\r\n|\n|\r/)
    .filter((line) => line !== '')
    .map((line) => {
      let at = 0;
      return widths.map((width) => {
        at += width;
        return line.slice(at - width, at);
      });
    });
}

/** `5,10,3` → widths in characters. */
export function parseWidths(text: string): readonly number[] {
  const widths = text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map(Number);
  if (widths.length === 0 || widths.some((width) => !Number.isInteger(width) || width < 1)) {
    throw new CsvError(`'${text}' is no list of column widths, such as 5,10,3`);
  }
  return widths;
}

function uniqueNames(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return names.map((name, index) => {
    const base = name === '' ? `Column${index + 1}` : name;
    const count = (seen.get(base.toLowerCase()) ?? 0) + 1;
    seen.set(base.toLowerCase(), count);
    return count === 1 ? base : `${base}${count}`;
  });
}
