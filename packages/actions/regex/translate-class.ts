import { PatternError } from './scan-groups.ts';

interface Piece {
  readonly source: string;
  readonly end: number;
}

/** A character class of .NET, from just behind its `[`, as one of JavaScript with the flag `v`. */
export function classOf(pattern: string, start: number): Piece {
  let at = start;
  let source = '[';
  if (pattern.charAt(at) === '^') {
    source += '^';
    at += 1;
  }
  let members = '';
  let subtracted = '';
  let first = true;
  while (at < pattern.length) {
    const char = pattern.charAt(at);
    if (char === ']' && !first) {
      if (subtracted !== '') return { source: `${source}[${members}]--${subtracted}]`, end: at + 1 };
      return { source: `${source}${members}]`, end: at + 1 };
    }
    if (char === '-' && pattern.charAt(at + 1) === '[' && !first) {
      const inner = classOf(pattern, at + 2);
      subtracted = inner.source;
      at = inner.end;
      continue;
    }
    const member = memberOf(pattern, at);
    const range = pattern.charAt(member.end) === '-' && !/[\][]/.test(pattern.charAt(member.end + 1));
    if (range && member.end + 1 < pattern.length) {
      const last = memberOf(pattern, member.end + 1);
      members += `${member.source}-${last.source}`;
      at = last.end;
    } else {
      members += member.source;
      at = member.end;
    }
    first = false;
  }
  throw new PatternError('a character class is never closed');
}

function memberOf(pattern: string, at: number): Piece {
  const char = pattern.charAt(at);
  if (char === '\\') return escapeOf(pattern, at + 1, true);
  const whole = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
  return { source: escapedInClass(whole), end: at + whole.length };
}

/** Everything that the flag `v` reserves inside a class is written with a backslash. */
const escapedInClass = (char: string): string =>
  /^[()[\]{}/\-\\|&!#$%*+,.:;<=>?@^`~]$/.test(char) ? `\\${char}` : char;

const wordMembers = '\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}';

/** The escape whose letter stands at `at`; classes are written as members, for the caller to bracket. */
function escapeOf(pattern: string, at: number, inClass: boolean): Piece {
  const char = pattern.charAt(at);
  const end = at + 1;
  if (char === '') throw new PatternError('it ends with a single backslash');
  if (char === 'd') return { source: '\\p{Nd}', end };
  if (char === 'D') return { source: '\\P{Nd}', end };
  if (char === 's' || char === 'S') return { source: `\\${char}`, end };
  if (inClass && char === 'w') return { source: wordMembers, end };
  if (inClass && char === 'W') return { source: `[^${wordMembers}]`, end };
  if (inClass && char === 'b') return { source: '\\x08', end };
  if (char === 'a') return { source: '\\x07', end };
  if (char === 'e') return { source: '\\x1B', end };
  if (/[tnrfv]/.test(char)) return { source: `\\${char}`, end };
  if (char === 'p' || char === 'P') return category(pattern, at);
  const coded = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|c([A-Za-z])|(0[0-7]{0,2}))/.exec(pattern.slice(at, at + 5));
  if (coded !== null) return { source: hexOf(codeOf(coded)), end: at + coded[0].length };
  if (/[A-Za-z0-9_]/.test(char)) throw new PatternError(`'\\${char}' is not an escape that exists here`);
  const whole = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
  return { source: inClass ? escapedInClass(whole) : escapedOutside(whole), end: at + whole.length };
}
classOf.escape = (pattern: string, at: number): Piece => escapeOf(pattern, at, false);

export const escapedOutside = (char: string): string => (/^[\\^$.*+?()[\]{}|/]$/.test(char) ? `\\${char}` : char);

function codeOf(match: RegExpExecArray): number {
  if (match[1] !== undefined) return Number.parseInt(match[1], 16);
  if (match[2] !== undefined) return Number.parseInt(match[2], 16);
  if (match[3] !== undefined) return match[3].toUpperCase().charCodeAt(0) - 64;
  return Number.parseInt(match[4] ?? '0', 8);
}
const hexOf = (code: number): string => `\\u${code.toString(16).padStart(4, '0')}`;

/** .NET names blocks (`\p{IsCyrillic}`) where JavaScript names scripts; the common ones are given as their ranges. */
const blocks: Readonly<Record<string, string>> = {
  IsBasicLatin: '\\u0000-\\u007F',
  'IsLatin-1Supplement': '\\u0080-\\u00FF',
  'IsLatinExtended-A': '\\u0100-\\u017F',
  'IsLatinExtended-B': '\\u0180-\\u024F',
  IsGreek: '\\u0370-\\u03FF',
  IsGreekandCoptic: '\\u0370-\\u03FF',
  IsCyrillic: '\\u0400-\\u04FF',
  IsHebrew: '\\u0590-\\u05FF',
  IsArabic: '\\u0600-\\u06FF',
  IsThai: '\\u0E00-\\u0E7F',
  IsHangulSyllables: '\\uAC00-\\uD7AF',
  IsHiragana: '\\u3040-\\u309F',
  IsKatakana: '\\u30A0-\\u30FF',
  IsCJKUnifiedIdeographs: '\\u4E00-\\u9FFF',
};

function category(pattern: string, at: number): Piece {
  const match = /^[pP]\{([\w-]+)\}/.exec(pattern.slice(at));
  if (match?.[1] === undefined) throw new PatternError(`'\\${pattern.charAt(at)}' is not followed by a category`);
  const end = at + match[0].length;
  const negated = match[0].startsWith('P');
  const block = blocks[match[1]];
  if (block !== undefined) return { source: negated ? `[^${block}]` : `[${block}]`, end };
  if (match[1].startsWith('Is')) throw new PatternError(`the block '${match[1]}' is not known here`);
  return { source: `\\${negated ? 'P' : 'p'}{${match[1]}}`, end };
}
