import type { DatatableValue, RobinValue } from '@deskhand/robin';
import { failure } from '../declare/errors.ts';
import { variableErrors } from './errors.ts';

/** A column by its name in any case, or by its index from 0. A name that reads as a number is looked for first. */
export function columnIndexOf(table: DatatableValue, nameOrIndex: string): number {
  const wanted = nameOrIndex.trim().toLowerCase();
  const byName = table.columns.findIndex((column) => column.toLowerCase() === wanted);
  if (byName >= 0) return byName;
  if (/^-?\d+$/.test(wanted)) return checkedColumn(table, Number(wanted));
  throw failure(
    variableErrors.ColumnNameDoesNotExistError,
    `The table has no column '${nameOrIndex}'; it has ${table.columns.map((name) => `'${name}'`).join(', ') || 'none'}.`,
  );
}

export function checkedColumn(table: DatatableValue, index: number): number {
  if (index >= 0 && index < table.columns.length) return index;
  throw failure(
    variableErrors.ColumnIndexIsOutOfRangeError,
    `The table has ${table.columns.length} columns, counted from 0; column ${index} is none of them.`,
  );
}

export function checkedRow(table: DatatableValue, index: number): RobinValue[] {
  const row = table.rows[index];
  if (row !== undefined) return row;
  throw failure(
    variableErrors.ItemIndexIsOutOfRangeError,
    `The table has ${table.rows.length} rows, counted from 0; row ${index} is none of them.`,
  );
}

export const isEmptyCell = (cell: RobinValue | undefined): boolean =>
  cell === undefined || cell === '' || (typeof cell === 'object' && cell.kind === 'blank');
