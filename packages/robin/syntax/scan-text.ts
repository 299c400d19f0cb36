/**
 * The forms of text (robin.md §2.1), scanned before anything else, because a text may hold lines that look like
 * statements or comments. All scans are linear in what they consume.
 */
export interface TextScan {
  /** Offset behind the closing quote, or where scanning gave up. */
  readonly end: number;
  readonly closed: boolean;
  readonly pieces: readonly TextPiece[];
  readonly problems: readonly TextProblem[];
}
/** Cooked text, or the range of an expression without its percent signs. */
export type TextPiece = string | { readonly start: number; readonly end: number };

export interface TextProblem {
  readonly at: number;
  readonly code:
    | 'bare-apostrophe'
    | 'lone-percent'
    | 'backslash-before-percent'
    | 'escaped-percent'
    | 'backslash-before-quotes';
}

const TRIPLE = "'''";

/** `from` is the offset behind the opening `$'''`. */
export function scanInterpolated(source: string, from: number): TextScan {
  const special = /[\\'%]/g;
  const pieces: TextPiece[] = [];
  const problems: TextProblem[] = [];
  let cooked = '';
  let copied = from;
  // Percent signs before this offset are known to have no partner, which keeps the scan linear.
  let aloneBefore = -1;
  const take = (upTo: number, instead: string, next: number): void => {
    cooked += source.slice(copied, upTo) + instead;
    copied = next;
    special.lastIndex = next;
  };
  special.lastIndex = from;
  for (let match = special.exec(source); match !== null; match = special.exec(source)) {
    const at = match.index;
    const sign = match[0];
    if (sign === '\\') {
      const escape = readEscape(source, at);
      if (escape.problem !== undefined) problems.push({ at, code: escape.problem });
      take(at, escape.cooked, at + escape.length);
    } else if (sign === "'") {
      const run = quoteRun(source, at);
      if (run !== 3) problems.push({ at, code: 'bare-apostrophe' });
      take(at, "'".repeat(run >= 3 ? run - 3 : run), at + run);
      if (run >= 3) return { end: at + run, closed: true, pieces: withText(pieces, cooked), problems };
    } else if (source[at + 1] === '%') {
      take(at, '%', at + 2);
    } else {
      const close = at < aloneBefore ? { found: -1, seen: at } : closingPercent(source, at + 1);
      if (close.found < 0) {
        aloneBefore = Math.max(aloneBefore, close.seen);
        problems.push({ at, code: 'lone-percent' });
        take(at, '%', at + 1);
      } else {
        take(at, '', close.found + 1);
        if (cooked !== '') pieces.push(cooked);
        cooked = '';
        pieces.push({ start: at + 1, end: close.found });
      }
    }
  }
  cooked += source.slice(copied);
  return { end: source.length, closed: false, pieces: withText(pieces, cooked), problems };
}

const withText = (pieces: TextPiece[], cooked: string): TextPiece[] => (cooked === '' ? pieces : [...pieces, cooked]);

interface Escape {
  readonly cooked: string;
  readonly length: number;
  readonly problem?: TextProblem['code'];
}
function readEscape(source: string, at: number): Escape {
  const next = source[at + 1];
  if (next === '\\' || next === '"') return { cooked: next, length: 2 };
  if (next === '%') return readEscapedPercent(source, at);
  if (next !== "'") return { cooked: '\\', length: 1 };
  // Exactly three quotes behind the backslash close the text: `C:\Temp\'''`. With four, the first one is escaped.
  return quoteRun(source, at + 1) === 3
    ? { cooked: '\\', length: 1, problem: 'backslash-before-quotes' }
    : { cooked: "'", length: 2 };
}

/** Alone, `\%` is dropped by the designer, sign and all; before a variable it refuses the text. */
const readEscapedPercent = (source: string, at: number): Escape =>
  closingPercent(source, at + 2).found < 0
    ? { cooked: '', length: 2, problem: 'escaped-percent' }
    : { cooked: '\\', length: 1, problem: 'backslash-before-percent' };

/** The partner of a percent sign on the same line, passing over quoted texts inside the expression. */
function closingPercent(source: string, from: number): { found: number; seen: number } {
  const stops = /['%\r\n]/g;
  stops.lastIndex = from;
  for (let match = stops.exec(source); match !== null; match = stops.exec(source)) {
    const at = match.index;
    if (match[0] === '%') return { found: at, seen: at };
    if (match[0] !== "'") return { found: -1, seen: at };
    if (source[at - 1] === '\\') continue;
    if (source.startsWith(TRIPLE, at)) return { found: -1, seen: at };
    const close = scanPlain(source, at + 1);
    if (!close.closed) return { found: -1, seen: close.end };
    stops.lastIndex = close.end;
  }
  return { found: -1, seen: source.length };
}

/** `'…'` on one line; `from` is behind the opening quote. */
export function scanPlain(source: string, from: number): TextScan {
  const careful = scanQuoted(source, from, { escapes: true, multiline: false });
  if (careful.closed) return careful;
  // `'C:\Temp\'` is not closed when the backslash escapes; read plainly it is.
  const naive = scanQuoted(source, from, { escapes: false, multiline: false });
  return naive.closed ? { ...naive, problems: [{ at: from, code: 'backslash-before-quotes' }] } : careful;
}

/** `$fx'…'`, which may span lines; `from` is behind the opening quote. */
export const scanPowerFx = (source: string, from: number): TextScan =>
  scanQuoted(source, from, { escapes: true, multiline: true });

function scanQuoted(source: string, from: number, how: { escapes: boolean; multiline: boolean }): TextScan {
  const stops = how.multiline ? /[\\']/g : /[\\'\r\n]/g;
  let cooked = '';
  let copied = from;
  stops.lastIndex = from;
  for (let match = stops.exec(source); match !== null; match = stops.exec(source)) {
    const at = match.index;
    if (match[0] === "'")
      return { end: at + 1, closed: true, pieces: [cooked + source.slice(copied, at)], problems: [] };
    if (match[0] !== '\\') return { end: at, closed: false, pieces: [cooked + source.slice(copied, at)], problems: [] };
    const next = source[at + 1];
    if (!how.escapes || (next !== "'" && next !== '\\')) continue;
    cooked += source.slice(copied, at) + next;
    copied = at + 2;
    stops.lastIndex = copied;
  }
  return { end: source.length, closed: false, pieces: [cooked + source.slice(copied)], problems: [] };
}

/**
 * `'''…'''`; `from` is behind the opening quotes.
 *
 * Ours, unproven in Power Automate: only `\'` is an escape here, because the text is usually JSON with its own ones.
 */
export function scanTriple(source: string, from: number): TextScan {
  const stops = /\\'|'''+/g;
  let cooked = '';
  let copied = from;
  stops.lastIndex = from;
  for (let match = stops.exec(source); match !== null; match = stops.exec(source)) {
    const isEscape = match[0].startsWith('\\') && quoteRun(source, match.index + 1) !== 3;
    if (match[0].startsWith('\\') && !isEscape) {
      stops.lastIndex = match.index + 1;
      continue;
    }
    const kept = isEscape ? "'" : match[0].slice(3);
    cooked += source.slice(copied, match.index) + kept;
    copied = match.index + match[0].length;
    if (!isEscape) return { end: copied, closed: true, pieces: [cooked], problems: [] };
  }
  return { end: source.length, closed: false, pieces: [cooked + source.slice(copied)], problems: [] };
}

function quoteRun(source: string, at: number): number {
  let end = at;
  while (source[end] === "'") end += 1;
  return end - at;
}
