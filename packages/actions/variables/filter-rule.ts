import { type DatatableValue, parseNumber, type RobinValue, toText, valuesEqual } from '@deskhand/robin';
import { failure } from '../declare/errors.ts';
import { foldCase } from '../text/find-text.ts';
import { variableErrors } from './errors.ts';
import { isEmptyCell } from './table-column.ts';

/** One line of a filter: what is looked at, how, against what, and how it joins the lines above it. */
export interface FilterRule {
  readonly subject: string;
  readonly holds: (value: RobinValue) => boolean;
  readonly startsAlternative: boolean;
}

/**
 * Ours, unproven in Power Automate: the columns of a filter are known by names such as Column, Operator, Value and Logic;
 * without such names they are subject, operator and value in this order (operator and value when there are two). Lines
 * join by And unless they say Or; And binds more tightly.
 */
export function filterRules(parameters: DatatableValue, ignoreCase: boolean): readonly FilterRule[] {
  const place = placesOf(parameters);
  return parameters.rows.map((row, index) => {
    const at = (column: number): RobinValue => row[column] ?? '';
    return {
      subject: toText(at(place.subject)).trim(),
      holds: predicate(toText(at(place.operator)), at(place.value), ignoreCase),
      startsAlternative: index > 0 && /^or$/i.test(toText(at(place.logic)).trim()),
    };
  });
}

export const passes = (rules: readonly FilterRule[], valueOf: (subject: string) => RobinValue): boolean => {
  let alternative = true;
  for (const rule of rules) {
    if (rule.startsAlternative) {
      if (alternative) return true;
      alternative = true;
    }
    alternative = alternative && rule.holds(valueOf(rule.subject));
  }
  return alternative;
};

interface Places {
  readonly subject: number;
  readonly operator: number;
  readonly value: number;
  readonly logic: number;
}

function placesOf({ columns }: DatatableValue): Places {
  const find = (pattern: RegExp): number => columns.findIndex((column) => pattern.test(column));
  const operator = find(/^(?:comparison)?operator$|^condition$/i);
  if (operator >= 0) {
    return {
      operator,
      subject: find(/column|property|operand|field/i),
      value: find(/value/i),
      logic: find(/logic|rule|^andor$/i),
    };
  }
  if (columns.length <= 2) return { subject: -1, operator: 0, value: 1, logic: -1 };
  return { subject: 0, operator: 1, value: 2, logic: 3 };
}

const operators: Readonly<Record<string, (difference: number | undefined, equal: boolean) => boolean>> = {
  '=': (_difference, equal) => equal,
  '<>': (_difference, equal) => !equal,
  '>': (difference) => difference !== undefined && difference > 0,
  '>=': (difference, equal) => equal || (difference !== undefined && difference > 0),
  '<': (difference) => difference !== undefined && difference < 0,
  '<=': (difference, equal) => equal || (difference !== undefined && difference < 0),
};
const operatorNames: Readonly<Record<string, string>> = {
  equal: '=',
  equals: '=',
  equalto: '=',
  isequalto: '=',
  notequal: '<>',
  notequalto: '<>',
  isnotequalto: '<>',
  greaterthan: '>',
  greaterthanorequalto: '>=',
  lessthan: '<',
  lessthanorequalto: '<=',
};
const textOperators: Readonly<Record<string, (text: string, part: string) => boolean>> = {
  contains: (text, part) => text.includes(part),
  doesnotcontain: (text, part) => !text.includes(part),
  notcontains: (text, part) => !text.includes(part),
  startswith: (text, part) => text.startsWith(part),
  beginswith: (text, part) => text.startsWith(part),
  doesnotstartwith: (text, part) => !text.startsWith(part),
  notstartswith: (text, part) => !text.startsWith(part),
  endswith: (text, part) => text.endsWith(part),
  doesnotendwith: (text, part) => !text.endsWith(part),
  notendswith: (text, part) => !text.endsWith(part),
  isempty: (text) => text === '',
  isnotempty: (text) => text !== '',
  isblank: (text) => text.trim() === '',
  isnotblank: (text) => text.trim() !== '',
};

function predicate(written: string, against: RobinValue, ignoreCase: boolean): (value: RobinValue) => boolean {
  const name = written.toLowerCase().replaceAll(/[\s_']/g, '');
  const comparison = operators[name] ?? operators[operatorNames[name] ?? ''];
  const fold = (value: RobinValue): string => {
    const text = isEmptyCell(value) ? '' : toText(value);
    return ignoreCase ? foldCase(text) : text;
  };
  if (comparison !== undefined) {
    return (value) =>
      comparison(differenceOf(value, against, fold), valuesEqual(value, against) || fold(value) === fold(against));
  }
  const textual = textOperators[name];
  if (textual !== undefined) return (value) => textual(fold(value), fold(against));
  throw failure(
    variableErrors.InvalidInputArgumentsError,
    `'${written}' is no operator of a filter; known are ${[...Object.keys(operators), ...Object.keys(textOperators)].join(', ')}.`,
  );
}

function differenceOf(left: RobinValue, right: RobinValue, fold: (value: RobinValue) => string): number | undefined {
  if (typeof left === 'object' && typeof right === 'object' && left.kind === 'datetime' && right.kind === 'datetime') {
    return left.wallMs - right.wallMs;
  }
  const numbers = [left, right].map((value) => (typeof value === 'number' ? value : parseNumber(fold(value))));
  const [a, b] = numbers;
  if (a !== undefined && b !== undefined) return a - b;
  return fold(left) < fold(right) ? -1 : fold(left) > fold(right) ? 1 : 0;
}
