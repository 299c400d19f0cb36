import type { RobinValue } from './values.ts';

/**
 * An independent copy. Everything that cannot be changed in place is shared. The depth is bounded by the depth of the
 * value, which `LITERAL_DEPTH_MAX` and the interpreter's container limit keep small.
 */
export function cloneValue(value: RobinValue): RobinValue {
  if (typeof value !== 'object') return value;
  switch (value.kind) {
    case 'list':
      return { kind: 'list', items: value.items.map(cloneValue) };
    case 'datatable':
      return { ...value, columns: [...value.columns], rows: value.rows.map((row) => row.map(cloneValue)) };
    case 'datarow':
      return { ...value, cells: value.cells.map(cloneValue) };
    case 'object':
      return { kind: 'object', entries: new Map([...value.entries].map(([key, item]) => [key, cloneValue(item)])) };
    default:
      return value;
  }
}

export const isContainer = (value: RobinValue): boolean =>
  typeof value === 'object' &&
  (value.kind === 'list' || value.kind === 'datatable' || value.kind === 'datarow' || value.kind === 'object');
