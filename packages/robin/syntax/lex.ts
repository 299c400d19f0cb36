import type { Reporter } from './diagnostic.ts';
import { scanInterpolated, scanPlain, scanPowerFx, scanTriple, type TextProblem, type TextScan } from './scan-text.ts';
import type { TextForm, TextPart, Token, TokenKind } from './token.ts';

/**
 * Text → tokens. Never fails: what is no token of Robin becomes one of kind `unknown`, and every character of the text
 * is in exactly one token's `leading` or `text`.
 */
export function lex(source: string, report: Reporter): Token[] {
  const state: Lexing = {
    source,
    report,
    at: 0,
    end: source.length,
    line: 1,
    lineStart: 0,
    tokens: [],
    embedded: false,
  };
  while (lexOne(state)) continue;
  return state.tokens;
}

interface Lexing {
  readonly source: string;
  readonly report: Reporter;
  readonly end: number;
  readonly tokens: Token[];
  /** Between percent signs newlines are blanks and comments do not exist. */
  readonly embedded: boolean;
  at: number;
  line: number;
  /** Offset where the current line begins. */
  lineStart: number;
}

const blanks = /[^\S\r\n]*/y;
const blanksAndLines = /\s*/y;
const newline = /\r\n|\r|\n/y;
const word = /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy;
const number = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const symbol = /=>|<>|<=|>=|@@|[-=<>+*/()[\]{},:.@^%;]/y;
const region = /\*\*(?:END)?REGION\b[^\r\n]*/iy;
const lineComment = /#[^\r\n]*/y;
const slashComment = /\/\/[^\r\n]*/y;
const datetime = /[dD]"[^"\r\n]*"/y;
const doubleQuoted = /"(?:[^"\r\n]|"")*"/y;
const trailerLine = /# *\[ControlRepository\]/y;
const unknownRun = /[\s\S][^\s'"$#%()[\]{},.:=<>+*/@\p{L}\d]*/uy;

function lexOne(state: Lexing): boolean {
  const leading = readLeading(state);
  if (state.at >= state.end) {
    add(state, 'end', leading, state.at);
    return false;
  }
  const { source, at } = state;
  const sign = source[at] ?? '';
  if (sign === '\r' || sign === '\n') add(state, 'newline', leading, endOf(newline, state));
  else if (sign === "'" || sign === '$' || sign === 'P' || sign === 'p') lexQuoted(state, leading, sign);
  else if (sign === '#' && !state.embedded) lexHash(state, leading);
  else if (sign === '/' && !state.embedded && lexSlash(state, leading)) return true;
  else if (sign === '*' && matches(region, state)) add(state, 'region', leading, endOf(region, state));
  else if (sign === '"' || sign === 'd' || sign === 'D') lexDoubleQuoted(state, leading);
  else lexPlain(state, leading);
  return true;
}

function readLeading(state: Lexing): string {
  const from = state.at;
  const end = endOf(state.embedded ? blanksAndLines : blanks, state);
  // A byte order mark at the start is a blank to the regular expression and stays one.
  advance(state, end);
  return state.source.slice(from, end);
}

function lexQuoted(state: Lexing, leading: string, sign: string): void {
  const { source, at } = state;
  if (sign === "'") {
    if (source.startsWith("'''", at)) return addText(state, leading, 'triple', scanTriple(source, at + 3));
    return addText(state, leading, 'plain', scanPlain(source, at + 1));
  }
  if (source.startsWith("$'''", at)) return addText(state, leading, 'interpolated', scanInterpolated(source, at + 4));
  if (/^\$fx'/i.test(source.slice(at, at + 4))) {
    return addText(state, leading, 'power-fx', scanPowerFx(source, at + 4));
  }
  if (sign !== '$' && source[at + 1] === "'") {
    return addText(state, leading, 'encrypted', scanPlain(source, at + 2));
  }
  lexPlain(state, leading);
}

function lexHash(state: Lexing, leading: string): void {
  const previous = state.tokens.at(-1);
  const beginsLine = previous === undefined || previous.kind === 'newline';
  if (beginsLine && matches(trailerLine, state)) return add(state, 'trailer', leading, state.end);
  add(state, 'comment', leading, endOf(lineComment, state));
}

/** Block comments; `//` is how people comment in files, and the designer refuses it. */
function lexSlash(state: Lexing, leading: string): boolean {
  const { source, at } = state;
  if (source[at + 1] === '#') {
    const close = source.indexOf('#/', at + 2);
    if (close >= 0) add(state, 'comment', leading, close + 2);
    else {
      state.report.error(place(state), 'unclosed-comment', 'This comment is not closed; end it with #/.');
      add(state, 'comment', leading, state.end, { isUnclosed: true });
    }
    return true;
  }
  if (!matches(slashComment, state)) return false;
  state.report.repair(place(state), 'slash-comment', 'Comments begin with #, not with //.');
  add(state, 'comment', leading, endOf(slashComment, state));
  return true;
}

function lexDoubleQuoted(state: Lexing, leading: string): void {
  if (matches(datetime, state)) return add(state, 'datetime', leading, endOf(datetime, state));
  if (!matches(doubleQuoted, state)) return lexPlain(state, leading);
  state.report.repair(place(state), 'double-quoted-text', "Write the text between apostrophes: 'text'.");
  const end = endOf(doubleQuoted, state);
  const cooked = state.source.slice(state.at + 1, end - 1).replaceAll('""', '"');
  add(state, 'text', leading, end, { literal: { form: 'double', parts: [cooked] } });
}

const plainKinds: readonly (readonly [TokenKind, RegExp])[] = [
  ['word', word],
  ['number', number],
  ['symbol', symbol],
];
function lexPlain(state: Lexing, leading: string): void {
  for (const [kind, pattern] of plainKinds) {
    if (matches(pattern, state)) return add(state, kind, leading, Math.min(endOf(pattern, state), state.end));
  }
  // A backslash before an apostrophe between percent signs: people escape quotes that need no escape there.
  add(state, 'unknown', leading, Math.min(endOf(unknownRun, state), state.end));
}

const problemMessages: Readonly<Record<TextProblem['code'], string>> = {
  'bare-apostrophe': "Write an apostrophe inside $'''…''' as \\'.",
  'lone-percent': 'Write a percent sign inside a text as %%; a single one begins an expression.',
  'backslash-before-percent': 'Double the backslash before a percent sign: \\\\%Name%.',
  'escaped-percent': 'A percent sign behind a backslash is lost; write %% for a percent sign.',
  'backslash-before-quotes': 'Double the backslash before the closing quotes.',
};

function addText(state: Lexing, leading: string, form: TextForm, scan: TextScan): void {
  const start = { line: state.line, lineStart: state.lineStart, at: state.at };
  if (!scan.closed)
    state.report.error(place(state), 'unclosed-text', 'This text is not closed; add its closing quotes.');
  for (const problem of scan.problems) {
    advance(state, problem.at);
    const report = problem.code === 'escaped-percent' ? state.report.warning : state.report.repair;
    report(place(state), problem.code, problemMessages[problem.code]);
  }
  Object.assign(state, start);
  const parts = scan.pieces.map((piece) => (typeof piece === 'string' ? piece : embed(state, piece.start, piece.end)));
  Object.assign(state, start);
  add(state, 'text', leading, scan.end, { literal: { form, parts }, ...(scan.closed ? {} : { isUnclosed: true }) });
}

function embed(state: Lexing, from: number, end: number): TextPart {
  advance(state, from);
  const source = state.source.slice(0, end);
  const inner: Lexing = { ...state, source, end, tokens: [], embedded: true };
  while (lexOne(inner)) continue;
  return { raw: state.source.slice(from - 1, end + 1), tokens: inner.tokens };
}

type Extra = Pick<Token, 'literal' | 'isUnclosed'>;
function add(state: Lexing, kind: TokenKind, leading: string, end: number, extra?: Extra): void {
  const text = state.source.slice(state.at, end);
  state.tokens.push({ kind, leading, text, ...place(state), ...extra });
  if (kind === 'newline') {
    state.line += 1;
    state.lineStart = end;
    state.at = end;
  } else advance(state, end);
}

const place = (state: Lexing) => ({ line: state.line, column: state.at - state.lineStart + 1 });

/** Moves on, counting the lines that are passed. */
function advance(state: Lexing, to: number): void {
  const { source } = state;
  for (let at = state.at; at < to; at++) {
    const code = source.charCodeAt(at);
    if (code === 10 || (code === 13 && source.charCodeAt(at + 1) !== 10)) {
      state.line += 1;
      state.lineStart = at + 1;
    }
  }
  state.at = to;
}

function matches(pattern: RegExp, state: Lexing): boolean {
  pattern.lastIndex = state.at;
  return pattern.test(state.source);
}

function endOf(pattern: RegExp, state: Lexing): number {
  pattern.lastIndex = state.at;
  return pattern.test(state.source) ? pattern.lastIndex : state.at;
}
