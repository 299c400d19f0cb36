import type { BinaryExpression, Expression, ExpressionOf } from '../syntax/nodes.ts';
import { dottedNames } from '../syntax/walk.ts';
import { itemAt, sliceOf } from './access.ts';
import { cloneValue } from './clone.ts';
import { parseDatetime, toBoolean } from './coerce.ts';
import { datatableOf, listOf } from './constructors.ts';
import { elementStores } from './definitions.ts';
import type { Eval, Frame } from './frame.ts';
import { LogicError } from './logic-error.ts';
import { add, compareBy, divide, functions, multiply, negate, remainder, subtract } from './operators.ts';
import { powerFxExpression } from './power-fx.ts';
import { toText } from './print-value.ts';
import { propertyOf } from './property.ts';
import { type Scope, visible } from './scope.ts';
import { elementNamed } from './ui-elements.ts';
import { blank, type RobinValue } from './values.ts';

/** An expression as a closure. Compilation never fails: what cannot be evaluated raises when it is reached. */
export function compileExpression(expression: Expression, scope: Scope): Eval {
  const inner = (part: Expression): Eval => compileExpression(part, scope);
  switch (expression.kind) {
    case 'text':
    case 'number':
    case 'boolean':
      return constant(expression.value);
    case 'datetime':
      return compileDatetime(expression.text);
    case 'interpolated':
      return compileInterpolated(expression, inner);
    case 'power-fx':
      return compilePowerFx(expression.source, scope);
    case 'encrypted':
      return raising('EncryptedTextError', ENCRYPTED);
    case 'variable':
      return compileVariable(expression, scope);
    case 'property':
      return compileProperty(expression, scope);
    case 'index': {
      const element = elementNamed(expression, scope.elements);
      if (element !== undefined) return constant(element);
      const [of, key] = [inner(expression.of), inner(expression.key)];
      return (frame) => itemAt(of(frame), key(frame));
    }
    case 'slice':
      return compileSlice(expression, inner);
    case 'list': {
      const items = expression.items.map(inner);
      return (frame) => listOf(items.map((item) => item(frame)));
    }
    case 'object':
      return compileObject(expression, inner);
    case 'table':
      return compileTable(expression, inner);
    case 'negate': {
      const operand = inner(expression.operand);
      return (frame) => negate(operand(frame));
    }
    case 'not': {
      const operand = inner(expression.operand);
      return (frame) => !toBoolean(operand(frame));
    }
    case 'binary':
      return compileBinary(expression, inner);
    case 'function':
      return compileFunction(expression, inner);
    case 'invalid':
      return raising('SyntaxError', 'This expression could not be read.');
  }
}

const ENCRYPTED =
  'This password was encrypted for the Windows account that wrote the flow; pass it as a sensitive input instead.';

const constant =
  (value: RobinValue): Eval =>
  () =>
    value;

const raising =
  (code: string, message: string): Eval =>
  () => {
    throw new LogicError(code, message);
  };

/**
 * A variable that has no value yet is blank.
 *
 * Ours, unproven in Power Automate: variables exist from the start of the flow, empty, wherever they are first set.
 */
function compileVariable({ name, isGlobal }: { name: string; isGlobal: boolean }, scope: Scope): Eval {
  if (isGlobal || scope.locals === undefined) {
    const slot = scope.globals.slotOf(name);
    return (frame) => frame.globals[slot] ?? blank;
  }
  const slot = scope.locals.slotOf(name);
  return (frame) => frame.vars[slot] ?? blank;
}

function compileDatetime(text: string): Eval {
  const value = parseDatetime(text.replace(/([+-]\d{1,2}(:\d{2})?)$/, '').trim());
  return value === undefined ? raising('ConversionError', `'${text}' is no date and time.`) : constant(value);
}

/** An enum member is its name: `Display.Icon.Information` compares to the text `Information`. */
function compileProperty(expression: ExpressionOf<'property'>, scope: Scope): Eval {
  const names = dottedNames(expression);
  if (names !== undefined && names.length >= 3 && isNoVariable(names[0] ?? '', scope)) {
    return constant(names.at(-1) ?? '');
  }
  const of = compileExpression(expression.of, scope);
  const { name } = expression;
  return (frame) => propertyOf(of(frame), name, frame.machine.context.fileFacts);
}

const isNoVariable = (name: string, scope: Scope): boolean =>
  !visible(scope).has(name) && !elementStores.has(name.toLowerCase());

type Inner = (part: Expression) => Eval;

function compileInterpolated({ parts }: ExpressionOf<'interpolated'>, inner: Inner): Eval {
  const pieces = parts.map((part) => (typeof part === 'string' ? part : inner(part)));
  return (frame) => {
    let text = '';
    for (const piece of pieces) text += typeof piece === 'string' ? piece : toText(piece(frame), frame.machine.print);
    return text;
  };
}

function compileSlice({ of, from, to }: ExpressionOf<'slice'>, inner: Inner): Eval {
  const [value, start, end] = [inner(of), from && inner(from), to && inner(to)];
  return (frame) => sliceOf(value(frame), start?.(frame), end?.(frame));
}

function compileObject({ entries }: ExpressionOf<'object'>, inner: Inner): Eval {
  const pairs = entries.map(({ key, value }) => [compileKey(key, inner), inner(value)] as const);
  return (frame) => ({
    kind: 'object',
    entries: new Map(pairs.map(([key, value]) => [toText(key(frame), frame.machine.print), value(frame)])),
  });
}

/** A bare word as a key is its own name. */
const compileKey = (key: Expression, inner: Inner): Eval =>
  key.kind === 'variable' && !key.isGlobal ? constant(key.name) : inner(key);

function compileTable({ header, rows }: ExpressionOf<'table'>, inner: Inner): Eval {
  const names = header?.map(inner);
  const values = rows.map(inner);
  return (frame) =>
    datatableOf(
      names?.map((name) => toText(name(frame), frame.machine.print)),
      values.map((row) => cellsOf(row(frame))),
    );
}

function cellsOf(row: RobinValue): readonly RobinValue[] {
  if (typeof row !== 'object') return [row];
  if (row.kind === 'list') return row.items;
  return row.kind === 'datarow' ? row.cells : [row];
}

function compileBinary({ operator, left: a, right: b }: BinaryExpression, inner: Inner): Eval {
  const [left, right] = [inner(a), inner(b)];
  switch (operator) {
    case '+':
      return compileAdd(left, right);
    case '-':
      return arithmetic(left, right, (x, y) => x - y, subtract);
    case '*':
      return arithmetic(left, right, (x, y) => x * y, multiply);
    case '/':
      return (frame) => divide(left(frame), right(frame));
    case 'mod':
      return (frame) => remainder(left(frame), right(frame));
    case 'and':
      return (frame) => toBoolean(left(frame)) && toBoolean(right(frame));
    case 'or':
      return (frame) => toBoolean(left(frame)) || toBoolean(right(frame));
    default:
      return compileComparison(operator, left, right);
  }
}

const compileAdd =
  (left: Eval, right: Eval): Eval =>
  (frame) => {
    const a = left(frame);
    const b = right(frame);
    return typeof a === 'number' && typeof b === 'number' ? a + b : add(a, b, frame.machine.print);
  };

const arithmetic =
  (
    left: Eval,
    right: Eval,
    quick: (a: number, b: number) => number,
    careful: (a: RobinValue, b: RobinValue) => number,
  ): Eval =>
  (frame) => {
    const a = left(frame);
    const b = right(frame);
    return typeof a === 'number' && typeof b === 'number' ? quick(a, b) : careful(a, b);
  };

function compileComparison(operator: keyof typeof compareBy, left: Eval, right: Eval): Eval {
  const compare = compareBy[operator];
  const quick = quickCompare[operator];
  return (frame) => {
    const a = left(frame);
    const b = right(frame);
    return typeof a === 'number' && typeof b === 'number' ? quick(a, b) : compare(a, b);
  };
}

const quickCompare: Readonly<Record<keyof typeof compareBy, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<>': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function compileFunction({ name, operands }: ExpressionOf<'function'>, inner: Inner): Eval {
  const known = Object.hasOwn(functions, name.toLowerCase()) ? functions[name.toLowerCase()] : undefined;
  if (known === undefined) return raising('UnknownFunctionError', `There is no function '${name}'.`);
  const [fewest, most] = known.arity;
  if (operands.length < fewest || operands.length > most) {
    return raising('UnknownFunctionError', `${name} takes ${fewest} to ${most} values, not ${operands.length}.`);
  }
  const values = operands.map(inner);
  return (frame) =>
    known.run(
      values.map((value) => value(frame)),
      frame.machine.print,
    );
}

function compilePowerFx(source: string, scope: Scope): Eval {
  const expression = powerFxExpression(source);
  if (expression !== undefined) return compileExpression(expression, scope);
  return raising('PowerFxNotSupportedError', `The Power Fx expression '${source}' cannot be evaluated here.`);
}

/** The value of an expression as an independent copy, for storing. */
export function compileCopy(expression: Expression, scope: Scope): Eval {
  const value = compileExpression(expression, scope);
  return (frame) => {
    const found = value(frame);
    return typeof found === 'object' ? cloneValue(found) : found;
  };
}

export type Store = (frame: Frame, value: RobinValue) => void;

/** Writes a variable; what goes into a sensitive one is hidden from then on. */
export function compileStore(name: string, isGlobal: boolean, scope: Scope): Store {
  const toGlobals = isGlobal || scope.locals === undefined;
  const slot = (toGlobals ? scope.globals : visible(scope)).slotOf(name);
  const isSensitive = scope.isSensitive(name);
  return (frame, value) => {
    if (isSensitive || (typeof value === 'object' && value.kind === 'secret')) frame.machine.masker.add(value);
    (toGlobals ? frame.globals : frame.vars)[slot] = value;
  };
}
