import { conditionHandlers } from './block-stack.ts';
import type { FlowBuilder } from './flow-builder.ts';
import type { Condition, Expression, Handler, Statement } from './nodes.ts';
import { invalidExpression, parseExpression } from './parse-expression.ts';
import { parseDecorator, parseHeaderRow, parseImport } from './parse-header.ts';
import {
  type LoopStatement,
  parseCase,
  parseFunctionRow,
  parseHandlerRow,
  parseIfCondition,
  parseLoop,
  parseSimpleStatement,
  takeForeignEnd,
} from './parse-statement.ts';
import { parseName } from './parse-call.ts';
import {
  expectEnd,
  fail,
  here,
  isAtEnd,
  isKeyword,
  isSymbol,
  peek,
  RowFailure,
  type RowReader,
  readerOf,
  takeKeyword,
  takeKeywords,
} from './row-reader.ts';
import type { Token } from './token.ts';

/** Decides what one row is and tells the builder. Raises `RowFailure` when the row makes no sense. */
export function readRow(flow: FlowBuilder, tokens: readonly Token[]): void {
  const first = tokens[0];
  if (first === undefined) return;
  if (first.kind === 'trailer') return flow.addTrailer(first);
  if (first.kind === 'region') return void flow.add(regionOf(first), first);
  // A comment behind a statement becomes a row of its own, after it.
  const comments = tokens.filter((token) => token.kind === 'comment');
  const rest = tokens.filter((token) => token.kind !== 'comment');
  try {
    if (rest.length > 0) readStatement(flow, readerOf(rest, flow.report, first));
  } finally {
    for (const comment of comments) flow.add({ kind: 'comment', text: comment.text.trimEnd() }, comment);
  }
}

const regionOf = (token: Token) => {
  const isEnd = /^\*\*END/i.test(token.text);
  const text = token.text.replace(/^\*\*(?:END)?REGION[ \t]*/i, '').trimEnd();
  return { kind: isEnd ? 'end-region' : 'region', text } as const;
};

function readStatement(flow: FlowBuilder, reader: RowReader): void {
  if (isSymbol(peek(reader), '@@')) return flow.addDecorator(parseDecorator(reader));
  if (isSymbol(peek(reader), '@')) return readHeader(flow, reader);
  const word = peek(reader)?.kind === 'word' ? (peek(reader)?.text.toUpperCase() ?? '') : '';
  const read = isSymbol(peek(reader, 1), '.') ? undefined : structure[word];
  if (read !== undefined) return read(flow, reader);
  const place = here(reader);
  const statement = parseSimpleStatement(reader);
  flow.add(statement, place);
  expectEnd(reader);
}

function readHeader(flow: FlowBuilder, reader: RowReader): void {
  const row = parseHeaderRow(reader);
  if (row.kind === 'sensitive') flow.addSensitive(row.names);
  else flow.addParameter(row.kind, row.parameter);
  expectEnd(reader);
}

type ReadRow = (flow: FlowBuilder, reader: RowReader) => void;
/** Rows that open, continue or close something. */
const structure: Readonly<Record<string, ReadRow>> = {
  IF: readIf,
  ELSE: readElse,
  SWITCH: readSwitch,
  CASE: readCase,
  DEFAULT: readDefault,
  LOOP: readLoop,
  BLOCK: readBlock,
  ON: readHandler,
  END: readEnd,
  FUNCTION: readFunction,
  DISABLE: readDisabled,
  IMPORT: (flow, reader) => flow.addImport(parseImport(reader)),
  REGION: (flow, reader) => readForeignRegion(flow, reader, 'region'),
};

/** Reads a part that may fail after its construct is known, so that the construct is opened in any case. */
function attempt<Value>(flow: FlowBuilder, instead: Value, read: () => Value): Value {
  try {
    return read();
  } catch (failure) {
    if (!(failure instanceof RowFailure)) throw failure;
    flow.report.error(failure.place, failure.code, failure.message);
    return instead;
  }
}

function readIf(flow: FlowBuilder, reader: RowReader): void {
  const place = here(reader);
  takeKeyword(reader, 'IF');
  const condition = readCondition(flow, reader, false);
  const branch = { condition, body: [], ...place };
  flow.open({ kind: 'if', branches: [branch], otherwise: undefined }, place, (statement, at) => ({
    kind: 'if',
    statement: asKind(statement, 'if'),
    body: branch.body,
    ...at,
  }));
}

const readCondition = (flow: FlowBuilder, reader: RowReader, isElseIf: boolean): Condition =>
  attempt<Condition>(flow, invalidExpression(here(reader)), () => {
    const condition = parseIfCondition(reader, isElseIf);
    expectEnd(reader);
    return condition;
  });

function readElse(flow: FlowBuilder, reader: RowReader): void {
  const place = here(reader);
  takeKeyword(reader, 'ELSE');
  const frame = flow.top;
  if (frame.kind !== 'if') throw new RowFailure(place, 'unexpected-else', 'This ELSE belongs to no open IF.');
  if (frame.statement.otherwise !== undefined) {
    throw new RowFailure(place, 'unexpected-else', 'This IF has an ELSE already; the earlier one must come last.');
  }
  const body: Statement[] = [];
  if (takeKeyword(reader, 'IF')) {
    frame.statement.branches.push({ condition: readCondition(flow, reader, true), body, ...place });
  } else {
    frame.statement.otherwise = body;
    attempt(flow, undefined, () => expectEnd(reader));
  }
  flow.continueAt(body, frame.depth, frame.depth + 1);
}

function readSwitch(flow: FlowBuilder, reader: RowReader): void {
  const place = here(reader);
  takeKeyword(reader, 'SWITCH');
  const subject = attempt<Expression>(flow, invalidExpression(place), () => parseWhole(reader));
  flow.open({ kind: 'switch', subject, cases: [], otherwise: undefined }, place, (statement, at) => ({
    kind: 'switch',
    statement: asKind(statement, 'switch'),
    body: [],
    ...at,
  }));
}

function parseWhole(reader: RowReader): Expression {
  const value = parseExpression(reader);
  expectEnd(reader);
  return value;
}

function readCase(flow: FlowBuilder, reader: RowReader): void {
  const place = here(reader);
  const frame = flow.top;
  if (frame.kind !== 'switch') throw new RowFailure(place, 'unexpected-case', 'This CASE belongs to no open SWITCH.');
  const instead = { operator: '=' as const, value: invalidExpression(place) };
  const test = attempt<ReturnType<typeof parseCase>>(flow, instead, () => {
    const parsed = parseCase(reader);
    expectEnd(reader);
    return parsed;
  });
  const body: Statement[] = [];
  frame.statement.cases.push({ ...test, body, ...place });
  flow.continueAt(body, frame.depth + 1, frame.depth + 2);
}

function readDefault(flow: FlowBuilder, reader: RowReader): void {
  const place = here(reader);
  takeKeyword(reader, 'DEFAULT');
  const frame = flow.top;
  if (frame.kind !== 'switch')
    throw new RowFailure(place, 'unexpected-case', 'This DEFAULT belongs to no open SWITCH.');
  const body: Statement[] = [];
  frame.statement.otherwise = body;
  flow.continueAt(body, frame.depth + 1, frame.depth + 2);
  expectEnd(reader);
}

function readLoop(flow: FlowBuilder, reader: RowReader): void {
  const place = here(reader);
  const instead: LoopStatement = { kind: 'while', condition: invalidExpression(place), body: [] };
  const loop = attempt<LoopStatement>(flow, instead, () => {
    const parsed = parseLoop(reader);
    expectEnd(reader);
    return parsed;
  });
  const condition = loop.kind === 'while' ? loop.condition : undefined;
  flow.open(loop, place, (_, at) => ({ kind: 'loop', condition, body: loop.body, ...at }));
}

function readBlock(flow: FlowBuilder, reader: RowReader): void {
  const place = here(reader);
  takeKeyword(reader, 'BLOCK');
  const name = isAtEnd(reader) ? undefined : attempt(flow, undefined, () => parseName(reader, 'block'));
  attempt(flow, undefined, () => expectEnd(reader));
  flow.open({ kind: 'block', name, handlers: [], body: [] }, place, (statement, at) => {
    const block = asKind(statement, 'block');
    return { kind: 'block', statement: block, body: block.body, ...at };
  });
}

function readHandler(flow: FlowBuilder, reader: RowReader): void {
  const place = here(reader);
  const body: Statement[] = [];
  const isBlock = isKeyword(peek(reader, 1), 'BLOCK');
  const instead = { isBlock, code: undefined, isUserCode: false, catchesLogic: false, repeat: undefined };
  const bare = attempt<Omit<Handler, 'line' | 'column' | 'body'>>(flow, instead, () => {
    const parsed = parseHandlerRow(reader);
    expectEnd(reader);
    return parsed;
  });
  const handler: Handler = { ...bare, body, ...place };
  if (isBlock && bare.repeat !== undefined) {
    flow.report.repair(
      place,
      'repeat-on-block',
      'A block cannot be repeated; REPEAT belongs to ON ERROR of an action.',
    );
  }
  const frame = flow.top;
  if (frame.kind === 'handlers' && frame.isBlock === isBlock) {
    frame.handlers.push(handler);
    return flow.continueAt(body, frame.depth, frame.depth + 1);
  }
  flow.openHandlers(handlersFor(flow, isBlock, handler), handler);
}

/** The list that handlers join; without an owner they go nowhere, but their END still has its partner. */
function handlersFor(flow: FlowBuilder, isBlock: boolean, place: Handler): Handler[] {
  const frame = flow.top;
  const { previous } = frame;
  if (previous?.kind === 'disabled') return previous.handlers;
  if (isBlock && frame.kind === 'block' && previous === undefined) return frame.statement.handlers;
  if (!isBlock && (previous?.kind === 'action' || previous?.kind === 'wait-until')) return previous.handlers;
  const ofCondition = isBlock ? undefined : conditionHandlers(frame);
  if (ofCondition !== undefined) return ofCondition;
  const remedy = isBlock ? 'Put it directly under its BLOCK.' : 'Put it directly under an action, or use a BLOCK.';
  flow.report.error(place, 'handler-without-owner', `This handler belongs to nothing. ${remedy}`);
  return [];
}

function readEnd(flow: FlowBuilder, reader: RowReader): void {
  const place = here(reader);
  takeKeyword(reader, 'END');
  if (takeKeyword(reader, 'FUNCTION')) flow.endSubflow(place);
  else if (isKeyword(peek(reader), 'REGION')) return readForeignRegion(flow, reader, 'end-region');
  else {
    takeForeignEnd(reader);
    flow.end(place);
  }
  expectEnd(reader);
}

function readForeignRegion(flow: FlowBuilder, reader: RowReader, kind: 'region' | 'end-region'): void {
  const place = here(reader);
  takeKeywords(reader, 'REGION');
  flow.report.repair(place, 'foreign-region', 'Regions are written **REGION title and **ENDREGION.');
  const text = reader.tokens
    .slice(reader.at)
    .map((token) => token.text)
    .join(' ');
  flow.add({ kind, text }, place);
}

function readFunction(flow: FlowBuilder, reader: RowReader): void {
  const place = here(reader);
  const instead = { name: '', isGlobal: true };
  const row = attempt(flow, instead, () => {
    const parsed = parseFunctionRow(reader);
    expectEnd(reader);
    return parsed;
  });
  flow.openSubflow(row.name, row.isGlobal, place);
}

/** A disabled row is inert, whatever it says; it neither opens nor closes anything. */
function readDisabled(flow: FlowBuilder, reader: RowReader): void {
  const place = here(reader);
  takeKeyword(reader, 'DISABLE');
  if (isAtEnd(reader)) fail(reader, 'expected-statement', 'DISABLE stands before a statement.');
  const keyword = peek(reader);
  if (keyword !== undefined && keyword.kind === 'word' && !isSymbol(peek(reader, 1), '.')) keyword.role = 'keyword';
  flow.add({ kind: 'disabled', handlers: [] }, place);
}

function asKind<K extends Statement['kind']>(statement: Statement, kind: K): Extract<Statement, { kind: K }> {
  if (statement.kind !== kind) throw new Error(`Expected a statement of kind ${kind}.`);
  return statement as Extract<Statement, { kind: K }>;
}
