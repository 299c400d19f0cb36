import { isReserved } from './keywords.ts';
import type { ActionCallNode, Argument, Condition, Expression, Output, Target } from './nodes.ts';
import { parseExpression } from './parse-expression.ts';
import { expectSymbol, fail, found, here, isAtEnd, isSymbol, peek, type RowReader, takeSymbol } from './row-reader.ts';

/** `Module.Action.Selector Name: value … Out=> Variable …` */
export function parseActionCall(reader: RowReader): ActionCallNode {
  const place = here(reader);
  const id = parseActionId(reader);
  return { id, ...parseArguments(reader), ...place };
}

function parseActionId(reader: RowReader): string {
  const parts = [peek(reader)?.text ?? ''];
  reader.at += 1;
  while (isSymbol(peek(reader), '.') && peek(reader, 1)?.kind === 'word') {
    parts.push(peek(reader, 1)?.text ?? '');
    reader.at += 2;
  }
  return parts.join('.');
}

export interface CallParts {
  readonly arguments: Argument[];
  readonly outputs: Output[];
}

/** Arguments and outputs in any order, up to the end of the row or a closing bracket. */
export function parseArguments(reader: RowReader): CallParts {
  const parts: CallParts = { arguments: [], outputs: [] };
  while (!isAtEnd(reader) && !isSymbol(peek(reader), ')')) {
    const place = here(reader);
    const isDynamic = takeSymbol(reader, '@');
    const name = parseArgumentName(reader);
    if (takeSymbol(reader, ':', 'argument-colon')) {
      parts.arguments.push({ name, isDynamic, value: parseExpression(reader), ...place });
    } else if (takeSymbol(reader, '=>', 'output-arrow')) {
      parts.outputs.push({ name, isDynamic, variable: parseTarget(reader), ...place });
    } else {
      const remedy = 'An argument is written Name: value, an output Name=> Variable.';
      fail(reader, 'expected-argument', `Expected ':' or '=>' after '${name}', ${found(reader)}. ${remedy}`);
    }
  }
  return parts;
}

function parseArgumentName(reader: RowReader): string {
  const token = peek(reader);
  if (token?.kind === 'word' || (token?.kind === 'text' && token.literal?.form === 'plain')) {
    reader.at += 1;
    return token.kind === 'word' ? token.text : (token.literal?.parts.join('') ?? '');
  }
  const remedy = 'Check that the text before it is closed and on one row.';
  return fail(reader, 'unexpected-text', `Expected the name of an argument, ${found(reader)}. ${remedy}`);
}

/** A variable, `GLOBAL.name`, or either followed by keys in brackets. */
export function parseTarget(reader: RowReader): Target {
  const place = here(reader);
  if (isSymbol(peek(reader), '%')) return parsePercentTarget(reader);
  const isGlobal =
    peek(reader)?.text.toUpperCase() === 'GLOBAL' && isSymbol(peek(reader, 1), '.') && peek(reader, 2)?.kind === 'word';
  if (isGlobal) reader.at += 2;
  const token = peek(reader);
  if (token?.kind !== 'word') {
    return fail(reader, 'expected-variable', `Expected the name of a variable, ${found(reader)}.`);
  }
  if (!isGlobal) checkTargetName(reader);
  reader.at += 1;
  return { name: token.text, isGlobal, keys: parseKeys(reader), ...place };
}

/** In the place of a target even a structural word can only be meant as a name. */
function checkTargetName(reader: RowReader): void {
  const token = peek(reader);
  if (token === undefined || !isReserved(token.text)) return;
  reader.report.repair(token, 'reserved-word', `'${token.text}' is a reserved word; give the variable another name.`);
}

function parseKeys(reader: RowReader): Expression[] {
  const keys: Expression[] = [];
  for (;;) {
    if (takeSymbol(reader, '[')) {
      keys.push(parseExpression(reader));
      expectSymbol(reader, ']');
    } else if (isSymbol(peek(reader), '.') && peek(reader, 1)?.kind === 'word') {
      const name = peek(reader, 1);
      if (name !== undefined)
        keys.push({ kind: 'text', value: name.text, depth: 1, line: name.line, column: name.column });
      reader.at += 2;
    } else return keys;
  }
}

function parsePercentTarget(reader: RowReader): Target {
  reader.report.repair(here(reader), 'percent-outside-text', 'Write the bare name of the variable.');
  expectSymbol(reader, '%');
  const target = parseTarget(reader);
  expectSymbol(reader, '%');
  return target;
}

/** An expression, or one action in parentheses: `(File.IfFile.Exists File: x)`. */
export function parseCondition(reader: RowReader): Condition {
  const place = here(reader);
  if (!isSymbol(peek(reader), '(') || !isActionAhead(reader, 1)) return parseExpression(reader);
  reader.at += 1;
  const call = parseActionCall(reader);
  expectSymbol(reader, ')');
  return { kind: 'action-condition', call, handlers: [], ...place };
}

/** Whether `Module.Action[.Selector] Name:` begins so many tokens ahead. */
export function isActionAhead(reader: RowReader, ahead: number): boolean {
  if (peek(reader, ahead)?.kind !== 'word') return false;
  let after = ahead + 1;
  while (isSymbol(peek(reader, after), '.') && peek(reader, after + 1)?.kind === 'word') after += 2;
  if (after === ahead + 1) return false;
  if (isSymbol(peek(reader, after), '@')) return true;
  const sign = peek(reader, after + 1);
  return peek(reader, after)?.kind === 'word' && (isSymbol(sign, ':') || isSymbol(sign, '=>'));
}

/** The name of a label, subflow or block: a word, or anything between apostrophes. */
export function parseName(reader: RowReader, what: string): string {
  const token = peek(reader);
  if (token?.kind === 'word') {
    reader.at += 1;
    return token.text;
  }
  if (token?.kind === 'text' && token.literal?.parts.every((part) => typeof part === 'string') === true) {
    reader.at += 1;
    return token.literal.parts.join('');
  }
  return fail(reader, 'expected-name', `Expected the name of a ${what}, ${found(reader)}.`);
}
