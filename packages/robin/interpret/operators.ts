import type { Comparison } from '../syntax/nodes.ts';
import { toBoolean, toNumber } from './coerce.ts';
import { compareValues, valuesEqual } from './compare.ts';
import { datatableOf, listOf } from './constructors.ts';
import { LogicError } from './logic-error.ts';
import { type PrintOptions, toText } from './print-value.ts';
import { typeNameOf } from './type-name.ts';
import type { DatatableValue, RobinValue } from './values.ts';

/** `+`: numbers add, lists and tables append, and a text on either side joins the two as texts. */
export function add(left: RobinValue, right: RobinValue, print: PrintOptions): RobinValue {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (typeof left === 'object' && left.kind === 'list') return appendToList(left.items, right);
  if (typeof left === 'object' && left.kind === 'datatable') return appendRow(left, right);
  if (isTextual(left) || isTextual(right)) return toText(left, print) + toText(right, print);
  return number(left, '+') + number(right, '+');
}

const isTextual = (value: RobinValue): boolean =>
  typeof value === 'string' || (typeof value === 'object' && value.kind !== 'instance' && value.kind !== 'object');

const appendToList = (items: readonly RobinValue[], right: RobinValue): RobinValue =>
  typeof right === 'object' && right.kind === 'list' ? listOf([...items, ...right.items]) : listOf([...items, right]);

function appendRow(table: DatatableValue, right: RobinValue): RobinValue {
  const columns = table.hasHeaders ? table.columns : undefined;
  if (typeof right === 'object' && right.kind === 'datatable') {
    return datatableOf(columns, [...table.rows, ...right.rows]);
  }
  const cells = cellsOf(right);
  if (table.columns.length > 0 && cells.length !== table.columns.length) {
    throw new LogicError(
      'RowLengthError',
      `A row of ${cells.length} values does not fit a data table of ${table.columns.length} columns.`,
    );
  }
  return datatableOf(columns, [...table.rows, cells]);
}

const cellsOf = (value: RobinValue): readonly RobinValue[] => {
  if (typeof value === 'object' && value.kind === 'list') return value.items;
  return typeof value === 'object' && value.kind === 'datarow' ? value.cells : [value];
};

export const subtract = (left: RobinValue, right: RobinValue): number => number(left, '-') - number(right, '-');
export const multiply = (left: RobinValue, right: RobinValue): number => number(left, '*') * number(right, '*');

export function divide(left: RobinValue, right: RobinValue): number {
  const divisor = number(right, '/');
  if (divisor === 0) throw new LogicError('DivisionByZeroError', 'A number cannot be divided by zero.');
  return number(left, '/') / divisor;
}

/** The remainder has the sign of the left number, as in .NET. */
export function remainder(left: RobinValue, right: RobinValue): number {
  const divisor = number(right, 'mod');
  if (divisor === 0) throw new LogicError('DivisionByZeroError', 'A number cannot be divided by zero.');
  return number(left, 'mod') % divisor;
}

export const negate = (value: RobinValue): number => -number(value, '-');

/** Operands that are texts count when they read as numbers. */
const number = (value: RobinValue, operator: string): number => {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return toNumber(value);
  throw new LogicError('OperandTypeError', `The operator ${operator} takes no ${typeNameOf(value)}.`);
};

export const compareBy: Readonly<Record<Comparison, (left: RobinValue, right: RobinValue) => boolean>> = {
  '=': valuesEqual,
  '<>': (left, right) => !valuesEqual(left, right),
  '<': (left, right) => compareValues(left, right) < 0,
  '<=': (left, right) => compareValues(left, right) <= 0,
  '>': (left, right) => compareValues(left, right) > 0,
  '>=': (left, right) => compareValues(left, right) >= 0,
};

type RobinFunction = (operands: readonly RobinValue[], print: PrintOptions) => RobinValue;

/** The functions of expressions (robin.md §4), by lower-case name; `arity` is the fewest and the most operands. */
export const functions: Readonly<
  Record<string, { readonly arity: readonly [number, number]; readonly run: RobinFunction }>
> = {
  contains: { arity: [2, 3], run: testText(contains) },
  notcontains: { arity: [2, 3], run: not(testText(contains)) },
  startswith: { arity: [2, 3], run: testText((text, part) => textPair(text, part, 'startsWith')) },
  notstartswith: { arity: [2, 3], run: not(testText((text, part) => textPair(text, part, 'startsWith'))) },
  endswith: { arity: [2, 3], run: testText((text, part) => textPair(text, part, 'endsWith')) },
  notendswith: { arity: [2, 3], run: not(testText((text, part) => textPair(text, part, 'endsWith'))) },
  isempty: { arity: [1, 1], run: ([value]) => isEmptyValue(value) },
  isnotempty: { arity: [1, 1], run: ([value]) => !isEmptyValue(value) },
  isblank: { arity: [1, 1], run: ([value]) => isBlankValue(value) },
  isnotblank: { arity: [1, 1], run: ([value]) => !isBlankValue(value) },
};

type Test = (value: RobinValue, part: string, ignoreCase: boolean, print: PrintOptions) => boolean;
function testText(test: Test): RobinFunction {
  return ([value = '', part = '', ignore = false], print) => {
    const ignoreCase = toBoolean(ignore);
    const text = typeof value === 'object' && isCollection(value) ? value : toText(value, print);
    return test(fold(text, ignoreCase), foldText(toText(part, print), ignoreCase), ignoreCase, print);
  };
}

function not(test: RobinFunction): RobinFunction {
  return (operands, print) => test(operands, print) !== true;
}

const foldText = (text: string, ignoreCase: boolean): string => (ignoreCase ? text.toLowerCase() : text);
const fold = (value: RobinValue, ignoreCase: boolean): RobinValue =>
  typeof value === 'string' ? foldText(value, ignoreCase) : value;

/** Texts contain a part, lists an item, custom objects a key, tables and rows a cell. */
function contains(value: RobinValue, part: string, ignoreCase: boolean, print: PrintOptions): boolean {
  if (typeof value === 'string') return value.includes(part);
  const same = (item: RobinValue): boolean => foldText(toText(item, print), ignoreCase) === part;
  if (typeof value !== 'object') return false;
  if (value.kind === 'list') return value.items.some(same);
  if (value.kind === 'datarow') return value.cells.some(same);
  if (value.kind === 'datatable') return value.rows.some((row) => row.some(same));
  return value.kind === 'object' && [...value.entries.keys()].some(same);
}

const textPair = (value: RobinValue, part: string, how: 'startsWith' | 'endsWith'): boolean =>
  typeof value === 'string' && value[how](part);

const isCollection = (value: Exclude<RobinValue, string | number | boolean>): boolean =>
  value.kind === 'list' || value.kind === 'object' || value.kind === 'datatable' || value.kind === 'datarow';

export function isEmptyValue(value: RobinValue | undefined): boolean {
  if (value === undefined || value === '') return true;
  if (typeof value !== 'object') return false;
  switch (value.kind) {
    case 'list':
      return value.items.length === 0;
    case 'datatable':
      return value.rows.length === 0;
    case 'datarow':
      return value.cells.length === 0;
    case 'object':
      return value.entries.size === 0;
    case 'blank':
      return true;
    case 'file':
    case 'folder':
      return value.path === '';
    default:
      return false;
  }
}

/** Ours, unproven in Power Automate: `IsBlank` is empty, or a text of blanks only. */
const isBlankValue = (value: RobinValue | undefined): boolean =>
  isEmptyValue(value) || (typeof value === 'string' && value.trim() === '');
