import type { Decorator, Expression, FlowImport, FlowParameter } from './nodes.ts';
import { parseName } from './parse-call.ts';
import { parseExpression } from './parse-expression.ts';
import {
  expectKeyword,
  expectSymbol,
  here,
  isAtEnd,
  peek,
  type RowReader,
  takeKeyword,
  takeSymbol,
} from './row-reader.ts';

/** `@INPUT Name : { 'Type': 'String' }`, `@OUTPUT …`, `@SENSITIVE: [A, B]` (robin.md §1.1). */
export type HeaderRow =
  | { readonly kind: 'input' | 'output'; readonly parameter: FlowParameter }
  | { readonly kind: 'sensitive'; readonly names: readonly string[] };

export function parseHeaderRow(reader: RowReader): HeaderRow {
  expectSymbol(reader, '@');
  if (takeKeyword(reader, 'SENSITIVE')) return { kind: 'sensitive', names: parseSensitive(reader) };
  const kind = takeKeyword(reader, 'OUTPUT') ? 'output' : 'input';
  if (kind === 'input') expectKeyword(reader, 'INPUT');
  const place = here(reader);
  const name = parseName(reader, kind);
  const properties = takeSymbol(reader, ':') && !isAtEnd(reader) ? parseExpression(reader) : undefined;
  return { kind, parameter: { name, properties, ...place } };
}

function parseSensitive(reader: RowReader): string[] {
  expectSymbol(reader, ':');
  const list = parseExpression(reader);
  return list.kind === 'list' ? list.items.flatMap(nameOf) : nameOf(list);
}

const nameOf = (item: Expression): string[] => {
  if (item.kind === 'variable') return [item.name];
  return item.kind === 'text' ? [item.value] : [];
};

export function parseImport(reader: RowReader): FlowImport {
  const place = here(reader);
  expectKeyword(reader, 'IMPORT');
  const path = parseName(reader, 'file');
  return { path, name: takeKeyword(reader, 'AS') ? parseName(reader, 'store') : path, ...place };
}

/** `@@key: 'value'`; whatever the value looks like is kept, because decorators only decorate. */
export function parseDecorator(reader: RowReader): Decorator {
  const place = here(reader);
  expectSymbol(reader, '@@');
  const keyTokens: string[] = [];
  while (!isAtEnd(reader) && peek(reader)?.text !== ':') keyTokens.push(takeText(reader));
  takeSymbol(reader, ':', 'argument-colon');
  const values: string[] = [];
  while (!isAtEnd(reader)) values.push(takeText(reader));
  return { key: keyTokens.join(''), value: values.join(''), ...place };
}

function takeText(reader: RowReader): string {
  const token = peek(reader);
  reader.at += 1;
  const parts = token?.literal?.parts ?? [token?.text ?? ''];
  return parts.map((part) => (typeof part === 'string' ? part : part.raw)).join('');
}
