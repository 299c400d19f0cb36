import type { DatatableValue } from '@deskhand/robin';
import { NEW_LINE } from '../declare/new-line.ts';

export interface CsvLayout {
  readonly separator: string;
  readonly includeHeader: boolean;
  readonly print: (value: DatatableValue['rows'][number][number]) => string;
}

/** One line a row, each closed by a line end; quotes only where they are needed. */
export function writeCsv(table: DatatableValue, { separator, includeHeader, print }: CsvLayout): string {
  const line = (fields: readonly string[]): string =>
    fields.map((field) => quoted(field, separator)).join(separator) + NEW_LINE;
  const header = includeHeader ? line(table.columns) : '';
  return header + table.rows.map((row) => line(row.map(print))).join('');
}

const quoted = (field: string, separator: string): string =>
  field.includes(separator) || /["\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
