import type { Place, Reporter } from './diagnostic.ts';
import type { Token, TokenRole } from './token.ts';

/** A cursor over the tokens of one row. */
export interface RowReader {
  readonly tokens: readonly Token[];
  readonly report: Reporter;
  /** Where to point when the tokens have run out. */
  readonly endPlace: Place;
  at: number;
  /** How many brackets are open around the expression that is being read. */
  nesting: number;
}

/** Ends the reading of one row; `parse-flow` reports it and goes on with the next row. */
export class RowFailure extends Error {
  readonly place: Place;
  readonly code: string;
  constructor(place: Place, code: string, message: string) {
    super(message);
    this.place = place;
    this.code = code;
  }
}

export function readerOf(tokens: readonly Token[], report: Reporter, fallback: Place): RowReader {
  const last = tokens.at(-1);
  // A text may span lines; the row's first line is near enough to point at.
  const endPlace = last === undefined ? fallback : { line: last.line, column: last.column + last.text.length };
  return { tokens, report, endPlace, at: 0, nesting: 0 };
}

export const peek = (reader: RowReader, ahead = 0): Token | undefined => reader.tokens[reader.at + ahead];

export const isAtEnd = (reader: RowReader): boolean => reader.at >= reader.tokens.length;

export const here = (reader: RowReader): Place => {
  const token = peek(reader);
  return token === undefined ? reader.endPlace : { line: token.line, column: token.column };
};

export const isSymbol = (token: Token | undefined, text: string): boolean =>
  token?.kind === 'symbol' && token.text === text;

export const isKeyword = (token: Token | undefined, keyword: string): boolean =>
  token?.kind === 'word' && token.text.length === keyword.length && token.text.toUpperCase() === keyword;

export function takeSymbol(reader: RowReader, text: string, role?: TokenRole): boolean {
  const token = peek(reader);
  if (token === undefined || !isSymbol(token, text)) return false;
  if (role !== undefined) token.role = role;
  reader.at += 1;
  return true;
}

export function takeKeyword(reader: RowReader, keyword: string): boolean {
  const token = peek(reader);
  if (token === undefined || !isKeyword(token, keyword)) return false;
  token.role = 'keyword';
  reader.at += 1;
  return true;
}

/** Takes all the keywords or none of them. */
export function takeKeywords(reader: RowReader, ...keywords: readonly string[]): boolean {
  if (!keywords.every((keyword, ahead) => isKeyword(peek(reader, ahead), keyword))) return false;
  for (const keyword of keywords) takeKeyword(reader, keyword);
  return true;
}

export function expectKeyword(reader: RowReader, keyword: string): void {
  if (!takeKeyword(reader, keyword)) fail(reader, 'expected-keyword', `Expected ${keyword} here, ${found(reader)}.`);
}

export function expectSymbol(reader: RowReader, text: string): void {
  if (!takeSymbol(reader, text)) fail(reader, 'expected-symbol', `Expected '${text}' here, ${found(reader)}.`);
}

export function fail(reader: RowReader, code: string, message: string): never {
  throw new RowFailure(here(reader), code, message);
}

/** Reports what is left on the row, for example a second statement. */
export function expectEnd(reader: RowReader): void {
  if (isAtEnd(reader)) return;
  const isStatement = peek(reader)?.kind === 'word';
  const remedy = isStatement ? 'Put each statement on its own line.' : 'Remove it, or check the brackets and quotes.';
  fail(reader, 'unexpected-text', `The statement is complete before '${shown(peek(reader))}'. ${remedy}`);
}

export const found = (reader: RowReader): string =>
  isAtEnd(reader) ? 'but the line ends' : `but found '${shown(peek(reader))}'`;

const SHOWN_CHARS_MAX = 40;
export const shown = (token: Token | undefined): string => {
  const text = token?.text ?? '';
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text;
};
