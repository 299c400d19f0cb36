import type { Comparison, Condition, Expression, Handler, Statement, StatementOf } from './nodes.ts';
import {
  isActionAhead,
  parseActionCall,
  parseArguments,
  parseCondition,
  parseName,
  parseTarget,
} from './parse-call.ts';
import { parseExpression } from './parse-expression.ts';
import {
  fail,
  here,
  isAtEnd,
  isKeyword,
  isSymbol,
  peek,
  type RowReader,
  shown,
  takeKeyword,
  takeKeywords,
  takeSymbol,
  expectKeyword,
  expectSymbol,
} from './row-reader.ts';

type Without<S> = S extends unknown ? Omit<S, 'line' | 'column' | 'decorators' | 'actionIndex'> : never;
/** A statement before it has its place in the flow. */
export type BareStatement = Without<Statement>;
type Bare<K extends Statement['kind']> = Without<StatementOf<K>>;

/** Statements that stand on one row and open no block. */
const simple: Readonly<Record<string, (reader: RowReader) => BareStatement>> = {
  SET: parseSet,
  EXIT: parseExit,
  NEXT: (reader) => {
    expectKeyword(reader, 'NEXT');
    expectKeyword(reader, 'LOOP');
    return { kind: 'next-loop' };
  },
  WAIT: parseWait,
  LABEL: (reader) => parseNamed(reader, 'LABEL', 'label'),
  GOTO: (reader) => parseNamed(reader, 'GOTO', 'goto'),
  CALL: parseCall,
  ERROR: parseLastError,
  THROW: (reader) => {
    expectKeyword(reader, 'THROW');
    expectKeyword(reader, 'ERROR');
    return { kind: 'throw' };
  },
};

export function parseSimpleStatement(reader: RowReader): BareStatement {
  const token = peek(reader);
  const parse = token?.kind === 'word' ? simple[token.text.toUpperCase()] : undefined;
  if (parse !== undefined && !isSymbol(peek(reader, 1), '.')) return parse(reader);
  if (token?.kind === 'word' && isSymbol(peek(reader, 1), '.')) {
    return { kind: 'action', call: parseActionCall(reader), handlers: [] };
  }
  const remedy = 'A row is a statement such as SET or IF, or an action such as File.Copy.';
  return fail(reader, 'unknown-statement', `'${shown(token)}' begins no statement. ${remedy}`);
}

function parseSet(reader: RowReader): Bare<'set'> {
  expectKeyword(reader, 'SET');
  const target = parseTarget(reader);
  expectKeyword(reader, 'TO');
  return { kind: 'set', target, value: parseExpression(reader) };
}

function parseExit(reader: RowReader): BareStatement {
  expectKeyword(reader, 'EXIT');
  if (takeKeyword(reader, 'LOOP')) return { kind: 'exit-loop' };
  if (takeKeyword(reader, 'FUNCTION')) return { kind: 'exit-function' };
  const found = parseArguments(reader).arguments;
  const argument = (name: string): Expression | undefined =>
    found.find((one) => one.name.toUpperCase() === name)?.value;
  return { kind: 'exit', code: argument('CODE'), message: argument('ERRORMESSAGE') };
}

function parseWait(reader: RowReader): BareStatement {
  expectKeyword(reader, 'WAIT');
  if (!isSymbol(peek(reader), '(') || !isActionAhead(reader, 1)) {
    return { kind: 'wait', seconds: parseExpression(reader) };
  }
  const condition = parseCondition(reader);
  const timeout = takeKeyword(reader, 'FOR') ? parseExpression(reader) : undefined;
  return { kind: 'wait-until', condition, timeout, handlers: [] };
}

function parseNamed(reader: RowReader, keyword: string, kind: 'label' | 'goto'): Bare<'label' | 'goto'> {
  expectKeyword(reader, keyword);
  return { kind, name: parseName(reader, 'label') };
}

function parseCall(reader: RowReader): Bare<'call'> {
  expectKeyword(reader, 'CALL');
  const name = parseName(reader, 'subflow');
  const parts = parseArguments(reader);
  return { kind: 'call', name, inputs: parts.arguments, outputs: parts.outputs };
}

function parseLastError(reader: RowReader): Bare<'last-error'> {
  expectKeyword(reader, 'ERROR');
  if (!takeSymbol(reader, '=>', 'output-arrow')) expectSymbol(reader, '=>');
  const { name } = parseTarget(reader);
  const parts = parseArguments(reader);
  return { kind: 'last-error', name, reset: parts.arguments.find((one) => one.name.toUpperCase() === 'RESET')?.value };
}

export function parseIfCondition(reader: RowReader, isElseIf: boolean): Condition {
  const place = here(reader);
  const condition = parseCondition(reader);
  if (isElseIf && condition.kind === 'action-condition') {
    const remedy = 'Nest an IF inside ELSE instead.';
    reader.report.repair(place, 'action-in-else-if', `ELSE IF cannot test an action. ${remedy}`);
  }
  expectKeyword(reader, 'THEN');
  return condition;
}

export type LoopStatement = Bare<'foreach' | 'for' | 'while'>;

/** The name of a counting loop without one, as Power Automate names it. */
const DEFAULT_LOOP_INDEX = 'LoopIndex';

export function parseLoop(reader: RowReader): LoopStatement {
  expectKeyword(reader, 'LOOP');
  if (takeKeyword(reader, 'FOREACH')) {
    const { name } = parseTarget(reader);
    expectKeyword(reader, 'IN');
    return { kind: 'foreach', name, source: parseExpression(reader), body: [] };
  }
  if (takeKeyword(reader, 'WHILE')) return { kind: 'while', condition: parseCondition(reader), body: [] };
  const name = isKeyword(peek(reader), 'FROM') ? DEFAULT_LOOP_INDEX : parseTarget(reader).name;
  expectKeyword(reader, 'FROM');
  const from = parseExpression(reader);
  expectKeyword(reader, 'TO');
  const to = parseExpression(reader);
  const step = takeKeyword(reader, 'STEP') ? parseExpression(reader) : undefined;
  return { kind: 'for', name, from, to, step, body: [] };
}

const comparisons: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=']);

export function parseCase(reader: RowReader): { operator: Comparison; value: Expression } {
  expectKeyword(reader, 'CASE');
  const token = peek(reader);
  if (token?.kind === 'symbol' && comparisons.has(token.text)) {
    token.role = 'operator';
    reader.at += 1;
    return { operator: token.text as Comparison, value: parseExpression(reader) };
  }
  // The designer reads a case without a comparison as equality.
  return { operator: '=', value: parseExpression(reader) };
}

export type BareHandler = Omit<Handler, 'line' | 'column'>;

/** `ON [BLOCK] ERROR …`, the row alone. */
export function parseHandlerRow(reader: RowReader): BareHandler {
  expectKeyword(reader, 'ON');
  const isBlock = takeKeyword(reader, 'BLOCK');
  expectKeyword(reader, 'ERROR');
  const bare = { isBlock, code: undefined, isUserCode: false, catchesLogic: false, repeat: undefined, body: [] };
  if (isAtEnd(reader)) return bare;
  if (takeKeyword(reader, 'REPEAT')) return { ...bare, repeat: parseRepeat(reader) };
  if (isBlock && takeKeyword(reader, 'ALL')) return { ...bare, catchesLogic: true };
  const code = parseName(reader, 'error code');
  const parts = parseArguments(reader);
  const flag = parts.arguments.find((one) => one.name.toUpperCase() === 'ISUSERDEFINEDERRORCODE')?.value;
  const isUserCode = flag !== undefined && isTrue(flag);
  return { ...bare, code, isUserCode };
}

const isTrue = (value: Expression): boolean =>
  value.kind === 'boolean' ? value.value : value.kind === 'text' && value.value.toLowerCase() === 'true';

function parseRepeat(reader: RowReader): NonNullable<Handler['repeat']> {
  const times = parseExpression(reader);
  expectKeyword(reader, 'TIMES');
  return { times, waitSeconds: takeKeyword(reader, 'WAIT') ? parseExpression(reader) : undefined };
}

export interface FunctionRow {
  readonly name: string;
  readonly isGlobal: boolean;
}

export function parseFunctionRow(reader: RowReader): FunctionRow {
  expectKeyword(reader, 'FUNCTION');
  return { name: parseName(reader, 'subflow'), isGlobal: takeKeyword(reader, 'GLOBAL') };
}

/** Closing words that are not Robin's, but that people write. */
export function takeForeignEnd(reader: RowReader): boolean {
  const foreign = ['IF', 'LOOP', 'SWITCH', 'BLOCK', 'WHILE', 'FOREACH'].some((word) => takeKeywords(reader, word));
  if (foreign) reader.report.repair(here(reader), 'foreign-end', 'A block ends with END alone.');
  return foreign;
}
