import {
  HighlightStyle,
  LanguageSupport,
  StreamLanguage,
  type StringStream,
  syntaxHighlighting,
} from '@codemirror/language';
import { tags } from '@lezer/highlight';

/** Where the highlighter stands between two lines. Only block comments and triple texts go over a line's end. */
export interface RobinState {
  inside: 'code' | 'comment' | 'text' | 'triple';
  /** The mark that ends the text. */
  quote: string;
  atLineStart: boolean;
}

const keywords = new Set(
  `set to if then else end loop foreach in from step while switch case default label goto call function global block
   on error next exit wait throw and or not mod xor repeat times disable import retry true false`.split(/\s+/),
);
const literals = new Set(['true', 'false']);

/** One token of Robin; the name is a CodeMirror style. Never fails: what it does not know stays plain. */
export function robinToken(stream: StringStream, state: RobinState): string | null {
  if (stream.sol()) state.atLineStart = true;
  if (state.inside === 'comment') return restOfComment(stream, state);
  if (state.inside === 'triple') return restOfTriple(stream, state);
  if (state.inside === 'text') return restOfText(stream, state);
  if (stream.eatSpace()) return null;
  const first = state.atLineStart;
  state.atLineStart = false;
  return code(stream, state, first);
}

function code(stream: StringStream, state: RobinState, first: boolean): string | null {
  if (first && stream.match('**REGION')) return wholeLine(stream, 'meta');
  if (first && stream.match('**ENDREGION')) return wholeLine(stream, 'meta');
  if (first && stream.match(/@+[\w.]+/)) return 'meta';
  if (stream.match('#')) return wholeLine(stream, 'comment');
  if (stream.match('/*')) {
    state.inside = 'comment';
    return restOfComment(stream, state);
  }
  if (stream.match(/\$?'''/)) {
    state.inside = 'triple';
    return 'string';
  }
  if (stream.match(/\$?'/) || stream.match(/\$?"/)) {
    state.inside = 'text';
    state.quote = stream.current().at(-1) ?? "'";
    return 'string';
  }
  if (stream.match(/\d+(\.\d+)?/)) return 'number';
  if (stream.match(/=>|<=|>=|<>|[=<>+\-*/]/)) return 'operator';
  if (stream.match(/[A-Za-z_]\w*(\.[A-Za-z_]\w*)*/)) return word(stream.current(), stream, first);
  stream.next();
  return null;
}

function word(text: string, stream: StringStream, first: boolean): string | null {
  const lower = text.toLowerCase();
  if (literals.has(lower)) return 'atom';
  if (keywords.has(lower)) return 'keyword';
  if (/^\s*:/.test(stream.string.slice(stream.pos))) return 'propertyName';
  // An action stands first in its line, the value of an enumeration has three parts; Variable.Property is neither.
  const parts = text.split('.').length;
  if (parts > 2 || (first && parts > 1)) return 'typeName';
  return 'variableName';
}

function restOfComment(stream: StringStream, state: RobinState): string {
  while (!stream.eol()) {
    if (stream.match('*/')) {
      state.inside = 'code';
      return 'comment';
    }
    stream.next();
  }
  return 'comment';
}

const embeddedExpression = /%[^%]+%/;

function restOfTriple(stream: StringStream, state: RobinState): string {
  if (stream.match(embeddedExpression)) return 'special';
  while (!stream.eol()) {
    if (stream.match("'''")) {
      state.inside = 'code';
      return 'string';
    }
    stream.next();
    if (stream.match(embeddedExpression, false)) return 'string';
  }
  return 'string';
}

function restOfText(stream: StringStream, state: RobinState): string {
  if (stream.match(embeddedExpression)) return 'special';
  while (!stream.eol()) {
    const char = stream.next();
    if (char === '\\') stream.next();
    if (char === state.quote) {
      state.inside = 'code';
      return 'string';
    }
    if (stream.match(embeddedExpression, false)) return 'string';
  }
  // A text does not go over the end of its line.
  state.inside = 'code';
  return 'string';
}

function wholeLine(stream: StringStream, style: string): string {
  stream.skipToEnd();
  return style;
}

export const startOfRobin = (): RobinState => ({ inside: 'code', quote: "'", atLineStart: true });

const robin = StreamLanguage.define<RobinState>({
  name: 'robin',
  startState: startOfRobin,
  copyState: (state) => ({ ...state }),
  token: robinToken,
  languageData: { commentTokens: { line: '#' }, closeBrackets: { brackets: ['(', '[', '{', "'"] } },
  tokenTable: { special: tags.special(tags.string) },
});

const style = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--robin-keyword)', fontWeight: '600' },
  { tag: tags.typeName, color: 'var(--robin-action)' },
  { tag: tags.propertyName, color: 'var(--robin-argument)' },
  { tag: tags.string, color: 'var(--robin-text)' },
  { tag: tags.special(tags.string), color: 'var(--robin-expression)', fontWeight: '600' },
  { tag: [tags.number, tags.atom], color: 'var(--robin-number)' },
  { tag: tags.comment, color: 'var(--robin-comment)', fontStyle: 'italic' },
  { tag: tags.meta, color: 'var(--robin-decorator)' },
]);

/** Robin for CodeMirror, in the colours of both themes. */
export const robinLanguage = (): LanguageSupport => new LanguageSupport(robin, [syntaxHighlighting(style)]);
