import { toNumber } from './coerce.ts';
import { datarowOf, listOf, objectOf } from './constructors.ts';
import { LogicError } from './logic-error.ts';
import { toText } from './print-value.ts';
import { typeNameOf } from './type-name.ts';
import type { RobinValue } from './values.ts';

/** `value[key]`: lists, tables and rows by number from 0 (negative from the end), rows and objects by name. */
export function itemAt(value: RobinValue, key: RobinValue): RobinValue {
  if (typeof value !== 'object') return textAt(value, key);
  switch (value.kind) {
    case 'list':
      return value.items[indexIn(value.items.length, key)] ?? '';
    case 'datatable':
      return datarowAt(value, key);
    case 'datarow':
      return value.cells[columnIn(value.columns, key)] ?? '';
    case 'object': {
      const found = value.entries.get(toText(key));
      if (found !== undefined) return found;
      throw new LogicError('KeyNotFoundError', `The custom object has no key '${toText(key)}'.`);
    }
    case 'instance': {
      const wanted = toText(key).toLowerCase();
      const property = Object.entries(value.properties).find(([name]) => name.toLowerCase() === wanted);
      if (property !== undefined) return property[1]();
      throw new LogicError('KeyNotFoundError', `A ${value.type} has no property '${toText(key)}'.`);
    }
    default:
      throw cannotIndex(value);
  }
}

type Table = Extract<RobinValue, { kind: 'datatable' }>;
function datarowAt(table: Table, key: RobinValue): RobinValue {
  // The row's cells are shared here; whoever stores the row copies it.
  const cells = table.rows[indexIn(table.rows.length, key)] ?? [];
  return { kind: 'datarow', columns: table.columns, cells };
}

/** Ours, unproven in Power Automate: a text gives its characters. */
function textAt(value: string | number | boolean, key: RobinValue): RobinValue {
  if (typeof value !== 'string') throw cannotIndex(value);
  return value[indexIn(value.length, key)] ?? '';
}

/**
 * Ours, unproven in Power Automate: `L[a:b]` runs from a up to but not including b; bounds outside the list are moved
 * to its ends; texts are cut likewise.
 */
export function sliceOf(value: RobinValue, from: RobinValue | undefined, to: RobinValue | undefined): RobinValue {
  const start = from === undefined ? 0 : toNumber(from);
  const end = to === undefined ? undefined : toNumber(to);
  if (typeof value === 'string') return value.slice(start, end);
  if (typeof value === 'object' && value.kind === 'list') return listOf(value.items.slice(start, end));
  throw cannotIndex(value);
}

/** Writes `container[k1][k2]… = value` and answers the container, which is made when there is none yet. */
export function assignAt(container: RobinValue, keys: readonly RobinValue[], value: RobinValue): RobinValue {
  const root: RobinValue = typeof container === 'object' && container.kind === 'blank' ? objectOf() : container;
  let inner: RobinValue = root;
  for (const key of keys.slice(0, -1)) inner = itemAt(inner, key);
  const last = keys.at(-1);
  if (last !== undefined) assign(inner, last, value);
  return root;
}

function assign(container: RobinValue, key: RobinValue, value: RobinValue): void {
  if (typeof container !== 'object') throw cannotIndex(container);
  switch (container.kind) {
    case 'object':
      container.entries.set(toText(key), value);
      return;
    case 'list':
      container.items[indexIn(container.items.length, key)] = value;
      return;
    case 'datarow':
      container.cells[columnIn(container.columns, key)] = value;
      return;
    case 'datatable':
      container.rows[indexIn(container.rows.length, key)] = [...rowCells(container, value)];
      return;
    default:
      throw cannotIndex(container);
  }
}

function rowCells(table: Table, value: RobinValue): readonly RobinValue[] {
  const cells = typeof value === 'object' && value.kind === 'list' ? value.items : undefined;
  const row = typeof value === 'object' && value.kind === 'datarow' ? value.cells : cells;
  if (row?.length === table.columns.length) return row;
  throw new LogicError('RowLengthError', `A row of this data table has ${table.columns.length} values.`);
}

function indexIn(length: number, key: RobinValue): number {
  const index = typeof key === 'number' ? key : toNumber(key);
  const at = index < 0 ? length + index : index;
  if (Number.isInteger(at) && at >= 0 && at < length) return at;
  const range = length === 0 ? 'there are no items' : `the last one is ${length - 1}`;
  throw new LogicError('IndexOutOfRangeError', `There is no item ${toText(index)}: ${range}.`);
}

function columnIn(columns: readonly string[], key: RobinValue): number {
  if (typeof key === 'number') return indexIn(columns.length, key);
  const name = toText(key);
  const exact = columns.indexOf(name);
  const found = exact >= 0 ? exact : columns.findIndex((column) => column.toLowerCase() === name.toLowerCase());
  if (found >= 0) return found;
  throw new LogicError('KeyNotFoundError', `The data row has no column '${name}'.`);
}

const cannotIndex = (value: RobinValue): LogicError =>
  new LogicError('NotIndexableError', `A value of type ${typeNameOf(value)} has no items.`);

/**
 * What a FOREACH visits: items of a list, rows of a table, cells of a row.
 *
 * Ours, unproven in Power Automate: a custom object gives its keys, any other single value is one item, blank is none.
 */
export function itemsOf(value: RobinValue): { readonly count: number; readonly at: (index: number) => RobinValue } {
  if (typeof value === 'object') {
    if (value.kind === 'list') return arrayItems([...value.items]);
    if (value.kind === 'datarow') return arrayItems([...value.cells]);
    if (value.kind === 'object') return arrayItems([...value.entries.keys()]);
    if (value.kind === 'blank') return arrayItems([]);
    if (value.kind === 'datatable') {
      const rows = [...value.rows];
      return { count: rows.length, at: (index) => datarowOf(value.columns, rows[index] ?? []) };
    }
  }
  return arrayItems([value]);
}

const arrayItems = (items: readonly RobinValue[]) => ({ count: items.length, at: (i: number) => items[i] ?? '' });
