import { ConversionError, parseBoolean, parseNumber } from './coerce.ts';
import { toText } from './print-value.ts';
import type { DatetimeValue, RobinValue } from './values.ts';

/**
 * Ours, unproven in Power Automate: a text and a number are equal when the text reads as that number; a text and a
 * boolean when the text says `True` or `False` in any case. Two texts compare case-sensitively.
 */
export function valuesEqual(left: RobinValue, right: RobinValue): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' && typeof right !== 'object') return simpleEqual(left, right);
  if (typeof left === 'object' && typeof right === 'object') return recordsEqual(left, right);
  return textOfPath(left) === textOfPath(right);
}

/** Negative, zero or positive; raises `ConversionError` when the two have no order. */
export function compareValues(left: RobinValue, right: RobinValue): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  if (isDatetime(left) && isDatetime(right)) return left.wallMs - right.wallMs;
  const [a, b] = [orderOf(left), orderOf(right)];
  if (a === undefined) throw new ConversionError(left, `something to compare with ${toText(right)}`);
  if (b === undefined) throw new ConversionError(right, `something to compare with ${toText(left)}`);
  return a - b;
}

function simpleEqual(left: string | number | boolean, right: string | number | boolean): boolean {
  if (typeof left === typeof right) return left === right;
  if (typeof left === 'string') return typeof right === 'string' ? left === right : readsAs(left, right);
  if (typeof right === 'string') return readsAs(right, left);
  return false;
}

const readsAs = (text: string, value: number | boolean): boolean =>
  typeof value === 'number' ? parseNumber(text) === value : parseBoolean(text) === value;

function recordsEqual(left: Exclude<RobinValue, string | number | boolean>, right: RobinValue): boolean {
  if (typeof right !== 'object') return false;
  if (left.kind === 'list' && right.kind === 'list') return listsEqual(left.items, right.items);
  if (left.kind === 'datarow' && right.kind === 'datarow') return listsEqual(left.cells, right.cells);
  if (left.kind === 'datatable' && right.kind === 'datatable') {
    return left.rows.length === right.rows.length && left.rows.every((row, i) => listsEqual(row, right.rows[i] ?? []));
  }
  if (left.kind === 'object' && right.kind === 'object') {
    return (
      left.entries.size === right.entries.size &&
      [...left.entries].every(
        ([key, item]) => right.entries.has(key) && valuesEqual(item, right.entries.get(key) ?? ''),
      )
    );
  }
  if (left.kind === 'datetime' && right.kind === 'datetime') return left.wallMs === right.wallMs;
  if (left.kind === 'instance' && right.kind === 'instance') {
    return left.type === right.type && left.handle === right.handle;
  }
  if (left.kind === 'secret' && right.kind === 'secret') return left.reveal() === right.reveal();
  return left.kind === right.kind && toText(left) === toText(right);
}

const listsEqual = (left: readonly RobinValue[], right: readonly RobinValue[]): boolean =>
  left.length === right.length && left.every((item, i) => valuesEqual(item, right[i] ?? ''));

const isDatetime = (value: RobinValue): value is DatetimeValue =>
  typeof value === 'object' && value.kind === 'datetime';

/** Paths and blanks meet texts as texts; any other record never equals a simple value. */
function textOfPath(value: RobinValue): string | symbol {
  if (typeof value === 'object' && !textual.has(value.kind)) return Symbol();
  return toText(value);
}
const textual: ReadonlySet<string> = new Set(['file', 'folder', 'blank', 'error']);

function orderOf(value: RobinValue): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'string' ? parseNumber(value) : undefined;
}
