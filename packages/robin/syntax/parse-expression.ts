import type { Place } from './diagnostic.ts';
import { isReserved, isStructural } from './keywords.ts';
import { EXPRESSION_DEPTH_MAX } from './limits.ts';
import type { BinaryOperator, Expression, ObjectEntry } from './nodes.ts';
import {
  expectSymbol,
  fail,
  found,
  here,
  isAtEnd,
  isKeyword,
  isSymbol,
  peek,
  RowFailure,
  type RowReader,
  readerOf,
  takeKeyword,
  takeSymbol,
} from './row-reader.ts';
import type { EmbeddedExpression, Token } from './token.ts';

/**
 * Precedence, low to high: OR, AND, NOT, comparisons, + -, * / mod, unary minus, property and index.
 *
 * Ours, unproven in Power Automate: the order is the usual one; operators of one level group from the left.
 */
const precedence: Readonly<Record<BinaryOperator, number>> = {
  or: 1,
  and: 2,
  '=': 4,
  '<>': 4,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  mod: 6,
};
const NOT_PRECEDENCE = 3;
const NEGATE_PRECEDENCE = 7;

export function parseExpression(reader: RowReader, minimum = 0): Expression {
  let left = parsePrefix(reader);
  for (let operator = operatorAt(reader); operator !== undefined; operator = operatorAt(reader)) {
    const level = precedence[operator];
    if (level < minimum) break;
    const token = peek(reader);
    if (token !== undefined) token.role = token.kind === 'word' ? 'keyword' : 'operator';
    reader.at += 1;
    const right = nested(reader, () => parseExpression(reader, level + 1));
    left = node(reader, left, [left, right], { kind: 'binary', operator, left, right });
  }
  return left;
}

export const invalidExpression = (place: Place): Expression => ({
  kind: 'invalid',
  depth: 1,
  line: place.line,
  column: place.column,
});

function operatorAt(reader: RowReader): BinaryOperator | undefined {
  const token = peek(reader);
  if (token === undefined || (token.kind !== 'symbol' && token.kind !== 'word')) return undefined;
  const name = token.text.toLowerCase();
  if (!Object.hasOwn(precedence, name)) return undefined;
  // `Mod: 1` is an argument of that name.
  if (token.kind === 'word' && isSymbol(peek(reader, 1), ':')) return undefined;
  return name as BinaryOperator;
}

function parsePrefix(reader: RowReader): Expression {
  const place = here(reader);
  if (isKeyword(peek(reader), 'NOT') && takeKeyword(reader, 'NOT')) {
    const operand = nested(reader, () => parseExpression(reader, NOT_PRECEDENCE));
    return node(reader, place, [operand], { kind: 'not', operand });
  }
  if (takeSymbol(reader, '-')) {
    const operand = nested(reader, () => parseExpression(reader, NEGATE_PRECEDENCE));
    if (operand.kind === 'number') return { ...operand, ...place, value: -operand.value };
    return node(reader, place, [operand], { kind: 'negate', operand });
  }
  return parsePostfix(reader, parsePrimary(reader));
}

function parsePostfix(reader: RowReader, start: Expression): Expression {
  let value = start;
  for (;;) {
    if (isSymbol(peek(reader), '.') && peek(reader, 1)?.kind === 'word') value = parseProperty(reader, value);
    else if (isSymbol(peek(reader), '[') && canBeIndexed(value)) value = parseIndex(reader, value);
    else return value;
  }
}

const canBeIndexed = (value: Expression): boolean =>
  value.kind !== 'number' && value.kind !== 'boolean' && value.kind !== 'text' && value.kind !== 'interpolated';

function parseProperty(reader: RowReader, of: Expression): Expression {
  reader.at += 1;
  const token = peek(reader);
  if (token === undefined) return fail(reader, 'expected-name', 'Expected the name of a property.');
  if (isReserved(token.text)) {
    const remedy = `Write ['${token.text}'] instead of .${token.text}.`;
    reader.report.repair(token, 'reserved-word', `'${token.text}' is a reserved word and no property name. ${remedy}`);
  }
  reader.at += 1;
  return node(reader, of, [of], { kind: 'property', of, name: token.text });
}

function parseIndex(reader: RowReader, of: Expression): Expression {
  expectSymbol(reader, '[');
  const from = isSymbol(peek(reader), ':') ? undefined : nested(reader, () => parseExpression(reader));
  if (!takeSymbol(reader, ':')) {
    expectSymbol(reader, ']');
    if (from === undefined) return fail(reader, 'expected-expression', 'Expected an index between the brackets.');
    return node(reader, of, [of, from], { kind: 'index', of, key: from });
  }
  const to = isSymbol(peek(reader), ']') ? undefined : nested(reader, () => parseExpression(reader));
  expectSymbol(reader, ']');
  const parts = [of, from, to].filter((part) => part !== undefined);
  return node(reader, of, parts, { kind: 'slice', of, from, to });
}

function parsePrimary(reader: RowReader): Expression {
  const token = peek(reader);
  if (token === undefined) return fail(reader, 'expected-expression', 'Expected a value here, but the line ends.');
  switch (token.kind) {
    case 'number':
      reader.at += 1;
      return leaf(token, { kind: 'number', value: Number(token.text) });
    case 'datetime':
      reader.at += 1;
      return leaf(token, { kind: 'datetime', text: token.text.slice(2, -1) });
    case 'text':
      reader.at += 1;
      return parseText(reader, token);
    case 'word':
      return parseWord(reader, token);
    case 'unknown':
      return parseUnknown(reader, token);
    default:
      return parseBracketed(reader, token);
  }
}

function parseBracketed(reader: RowReader, token: Token): Expression {
  if (takeSymbol(reader, '(')) {
    const inner = nested(reader, () => parseExpression(reader));
    expectSymbol(reader, ')');
    return inner;
  }
  if (takeSymbol(reader, '[')) {
    const items = parseItems(reader, ']');
    return node(reader, token, items, { kind: 'list', items });
  }
  if (takeSymbol(reader, '{')) return parseBraces(reader, token);
  if (isSymbol(token, '%')) return parsePercent(reader, token);
  return fail(reader, 'expected-expression', `Expected a value here, ${found(reader)}.`);
}

/** `%x%` outside a text: not Robin, but what many hand-written flows have. */
function parsePercent(reader: RowReader, token: Token): Expression {
  const remedy = "Percent signs belong inside $'''…''' only; write the bare expression.";
  reader.report.repair(token, 'percent-outside-text', remedy);
  expectSymbol(reader, '%');
  const inner = nested(reader, () => parseExpression(reader));
  expectSymbol(reader, '%');
  return inner;
}

/** A backslash before a quote inside %…%, where quotes need no escape. */
function parseUnknown(reader: RowReader, token: Token): Expression {
  if (token.text !== '\\' || peek(reader, 1)?.kind !== 'text') {
    return fail(reader, 'unexpected-character', `'${token.text}' has no meaning here; remove it.`);
  }
  reader.report.repair(token, 'needless-escape', 'Quotes between percent signs need no backslash.');
  reader.at += 1;
  const value = parsePrimary(reader);
  return value.kind === 'text' ? { ...value, value: value.value.replace(/\\$/, '') } : value;
}

function parseWord(reader: RowReader, token: Token): Expression {
  const word = token.text.toLowerCase();
  if (word === 'true' || word === 'false') {
    reader.at += 1;
    return leaf(token, { kind: 'boolean', value: word === 'true' });
  }
  if (word === 'global' && isSymbol(peek(reader, 1), '.') && peek(reader, 2)?.kind === 'word') {
    const name = peek(reader, 2)?.text ?? '';
    token.role = 'keyword';
    reader.at += 3;
    return leaf(token, { kind: 'variable', name, isGlobal: true });
  }
  if (isSymbol(peek(reader, 1), '(') && !isStructural(word)) return parseFunction(reader, token);
  checkName(reader, token);
  reader.at += 1;
  return leaf(token, { kind: 'variable', name: token.text, isGlobal: false });
}

/** Refuses words that would swallow the rest of the row; other reserved words are mended. */
export function checkName(reader: RowReader, token: Token): void {
  if (isStructural(token.text)) fail(reader, 'expected-expression', `Expected a value here, ${found(reader)}.`);
  if (isReserved(token.text)) {
    reader.report.repair(token, 'reserved-word', `'${token.text}' is a reserved word; give the variable another name.`);
  }
}

function parseFunction(reader: RowReader, token: Token): Expression {
  reader.at += 1;
  expectSymbol(reader, '(');
  const operands = parseItems(reader, ')');
  return node(reader, token, operands, { kind: 'function', name: token.text, operands });
}

function parseItems(reader: RowReader, closing: ']' | ')' | '}'): Expression[] {
  const items: Expression[] = [];
  while (!takeSymbol(reader, closing)) {
    if (items.length > 0) expectSymbol(reader, ',');
    if (isAtEnd(reader)) fail(reader, 'expected-symbol', `Expected '${closing}' here, but the line ends.`);
    items.push(nested(reader, () => parseExpression(reader)));
  }
  return items;
}

/** `{ }` is an empty table, `{{ }}` an empty object, keys make an object, anything else the rows of a table. */
function parseBraces(reader: RowReader, token: Token): Expression {
  if (takeSymbol(reader, '}')) return leaf(token, { kind: 'table', header: undefined, rows: [] });
  if (['{', '}', '}'].every((sign, ahead) => isSymbol(peek(reader, ahead), sign))) {
    reader.at += 3;
    return leaf(token, { kind: 'object', entries: [] });
  }
  const header = takeSymbol(reader, '^') ? parseHeader(reader) : undefined;
  if (header !== undefined && !takeSymbol(reader, ',')) {
    expectSymbol(reader, '}');
    return node(reader, token, header, { kind: 'table', header, rows: [] });
  }
  const first = nested(reader, () => parseExpression(reader));
  if (header === undefined && takeSymbol(reader, ':')) return parseObject(reader, token, first);
  const rest = takeSymbol(reader, ',') ? parseItems(reader, '}') : (expectSymbol(reader, '}'), []);
  return node(reader, token, [...(header ?? []), first, ...rest], { kind: 'table', header, rows: [first, ...rest] });
}

function parseHeader(reader: RowReader): Expression[] {
  expectSymbol(reader, '[');
  return parseItems(reader, ']');
}

function parseObject(reader: RowReader, token: Token, firstKey: Expression): Expression {
  const entries: ObjectEntry[] = [{ key: firstKey, value: nested(reader, () => parseExpression(reader)) }];
  while (!takeSymbol(reader, '}')) {
    expectSymbol(reader, ',');
    const key = nested(reader, () => parseExpression(reader));
    expectSymbol(reader, ':');
    entries.push({ key, value: nested(reader, () => parseExpression(reader)) });
  }
  const parts = entries.flatMap(({ key, value }) => [key, value]);
  return node(reader, token, parts, { kind: 'object', entries });
}

export function parseText(reader: RowReader, token: Token): Expression {
  const literal = token.literal;
  if (literal === undefined) return leaf(token, { kind: 'text', value: token.text });
  if (literal.form === 'encrypted') return leaf(token, { kind: 'encrypted' });
  if (literal.form !== 'interpolated') return parsePlainText(token, literal.parts.join(''), literal.form);
  const parts = literal.parts.map((part) => (typeof part === 'string' ? part : parseEmbedded(reader, token, part)));
  if (parts.every((part) => typeof part === 'string')) return leaf(token, { kind: 'text', value: parts.join('') });
  const inner = parts.filter((part) => typeof part !== 'string');
  return node(reader, token, inner, { kind: 'interpolated', parts });
}

const parsePlainText = (token: Token, value: string, form: string): Expression =>
  form === 'power-fx' && value.startsWith('=')
    ? leaf(token, { kind: 'power-fx', source: value.slice(1) })
    : leaf(token, { kind: 'text', value });

/** What stands between percent signs; leniently, what is no expression stays the text that it looks like. */
function parseEmbedded(reader: RowReader, token: Token, part: EmbeddedExpression): Expression | string {
  const inner = readerOf(part.tokens.slice(0, -1), reader.report, part.tokens[0] ?? token);
  inner.nesting = reader.nesting;
  try {
    const value = parseExpression(inner);
    if (isAtEnd(inner)) return value;
    fail(inner, 'unexpected-text', `The expression is complete before '${peek(inner)?.text ?? ''}'.`);
  } catch (failure) {
    if (!(failure instanceof RowFailure)) throw failure;
    const remedy = 'Write %% for a percent sign.';
    reader.report.repair(failure.place, 'percent-in-text', `${failure.message} ${remedy}`);
    return part.raw;
  }
}

/** Each bracket or operand costs a level of the reader's own stack, so levels are bounded before they are entered. */
function nested<Value>(reader: RowReader, read: () => Value): Value {
  if (reader.nesting >= EXPRESSION_DEPTH_MAX) tooDeep(reader);
  reader.nesting += 1;
  const value = read();
  reader.nesting -= 1;
  return value;
}

function node<Shape extends object>(reader: RowReader, place: Place, parts: readonly Expression[], shape: Shape) {
  const depth = parts.reduce((deepest, part) => Math.max(deepest, part.depth), 0) + 1;
  if (depth > EXPRESSION_DEPTH_MAX) tooDeep(reader);
  return { ...shape, depth, line: place.line, column: place.column };
}

const leaf = <Shape extends object>(place: Place, shape: Shape) => ({
  ...shape,
  depth: 1,
  line: place.line,
  column: place.column,
});

const tooDeep = (reader: RowReader): never =>
  fail(
    reader,
    'expression-too-deep',
    `The expression is nested or chained deeper than ${EXPRESSION_DEPTH_MAX}; split it over several SET statements.`,
  );
