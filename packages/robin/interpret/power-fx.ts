import { createReporter } from '../syntax/diagnostic.ts';
import { lex } from '../syntax/lex.ts';
import type { Expression } from '../syntax/nodes.ts';
import { parseExpression } from '../syntax/parse-expression.ts';
import { isAtEnd, RowFailure, readerOf } from '../syntax/row-reader.ts';
import { partsOf } from '../syntax/walk.ts';

/**
 * The part of Power Fx that means the same in Robin: numbers, texts between double quotes, variables, arithmetic and
 * comparisons. Anything else, functions and records above all, is answered with undefined and reported by the checker.
 */
export function powerFxExpression(source: string): Expression | undefined {
  const report = createReporter('lenient');
  const tokens = lex(source.trim(), report).filter(({ kind }) => kind !== 'newline' && kind !== 'end');
  const reader = readerOf(tokens, report, { line: 1, column: 1 });
  try {
    const expression = parseExpression(reader);
    return isAtEnd(reader) && isShared(expression) ? expression : undefined;
  } catch (failure) {
    if (failure instanceof RowFailure) return undefined;
    throw failure;
  }
}

/** Indexes are left out, because Power Fx counts from 1; `+` too where a text takes part, because it only adds. */
const shared: ReadonlySet<Expression['kind']> = new Set(['text', 'number', 'boolean', 'variable', 'negate', 'binary']);
const isShared = (expression: Expression): boolean =>
  shared.has(expression.kind) && !isTextSum(expression) && partsOf(expression).every(isShared);

const isTextSum = (expression: Expression): boolean =>
  expression.kind === 'binary' && expression.operator === '+' && [expression.left, expression.right].some(isText);
const isText = ({ kind }: Expression): boolean => kind === 'text';
