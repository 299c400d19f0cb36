import { classOf, escapedOutside as literal } from './translate-class.ts';
import { type DotnetGroup, PatternError, scanGroups } from './scan-groups.ts';

export interface TranslatedPattern {
  readonly source: string;
  /** .NET numbers unnamed groups first and named ones after them: from a .NET number to the group's name here. */
  readonly groups: readonly DotnetGroup[];
  /** Whether backtracking can take more than time proportional to the text. */
  readonly unboundedRepeats: number;
  readonly repeatsAGroup: boolean;
}

interface Options {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly singleline: boolean;
  readonly explicitCapture: boolean;
  readonly ignoreWhitespace: boolean;
}
const letters: Readonly<Record<string, keyof Options>> = {
  i: 'ignoreCase',
  m: 'multiline',
  s: 'singleline',
  n: 'explicitCapture',
  x: 'ignoreWhitespace',
};
const plain: Options = {
  ignoreCase: false,
  multiline: false,
  singleline: false,
  explicitCapture: false,
  ignoreWhitespace: false,
};

const WORD = '[\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}]';
const END = '(?![\\s\\S])';
const START = '(?<![\\s\\S])';
const PATTERN_LENGTH_MAX = 20_000;

/**
 * A .NET regular expression as one of JavaScript's with the flag `v`. What the two do differently is rewritten (`$` before
 * a last line end, `\w` for every script, `.` that stops at `\n` only, atomic groups, options inside the pattern); what
 * has no counterpart (balancing groups, conditionals, `\G`, right to left) raises `PatternError` with the reason.
 */
export function translatePattern(pattern: string, ignoreCase: boolean): TranslatedPattern {
  if (pattern.length > PATTERN_LENGTH_MAX) throw new PatternError(`it is longer than ${PATTERN_LENGTH_MAX} characters`);
  const groups = scanGroups(pattern);
  const writer = new PatternWriter(pattern, groups);
  const body = writer.alternatives({ ...plain, ignoreCase }, false);
  return {
    source: ignoreCase ? `(?i:${body})` : body,
    groups,
    unboundedRepeats: writer.unboundedRepeats,
    repeatsAGroup: writer.repeatsAGroup,
  };
}

/** Reads the pattern once from left to right; `at` is the only thing that moves. */
class PatternWriter {
  unboundedRepeats = 0;
  repeatsAGroup = false;
  private readonly pattern: string;
  private readonly groups: readonly DotnetGroup[];
  private at = 0;
  private unnamed = 0;
  private atomic = 0;

  constructor(pattern: string, groups: readonly DotnetGroup[]) {
    this.pattern = pattern;
    this.groups = groups;
  }

  /** Up to the closing parenthesis, or to the end of the pattern. */
  alternatives(outer: Options, inGroup: boolean): string {
    let options = outer;
    let written = '';
    let opened = 0;
    while (this.at < this.pattern.length) {
      const char = this.pattern.charAt(this.at);
      if (char === ')') {
        if (!inGroup) throw new PatternError('it closes a parenthesis that was never opened');
        break;
      }
      const inline = char === '(' ? this.inlineOptions() : undefined;
      if (inline !== undefined) {
        const next = { ...options, ...inline };
        if (next.ignoreCase !== options.ignoreCase) {
          written += next.ignoreCase ? '(?i:' : '(?-i:';
          opened += 1;
        }
        options = next;
        continue;
      }
      if (char === '|') {
        this.at += 1;
        // A group opened for `(?i)` ends with its alternative and is opened anew in the next one.
        const reopened = options.ignoreCase === outer.ignoreCase ? '' : options.ignoreCase ? '(?i:' : '(?-i:';
        written += `${')'.repeat(opened)}|${reopened}`;
        opened = reopened === '' ? 0 : 1;
        continue;
      }
      written += this.term(char, options);
    }
    return written + ')'.repeat(opened);
  }

  private inlineOptions(): Partial<Options> | undefined {
    const match = /^\(\?([imsnx]*)(?:-([imsnx]+))?\)/.exec(this.pattern.slice(this.at, this.at + 16));
    if (match === null || match[0] === '(?)') return undefined;
    this.at += match[0].length;
    return switched(match[1] ?? '', match[2] ?? '');
  }

  private term(char: string, options: Options): string {
    if (options.ignoreWhitespace && this.skipWhitespace(char)) return '';
    const isGroup = char === '(';
    const atom = isGroup ? this.group(options) : this.atom(char, options);
    return atom === '' ? '' : atom + this.quantifier(isGroup);
  }

  private skipWhitespace(char: string): boolean {
    if (/\s/.test(char)) this.at += 1;
    else if (char === '#') {
      const lineEnd = this.pattern.indexOf('\n', this.at);
      this.at = lineEnd < 0 ? this.pattern.length : lineEnd + 1;
    } else return false;
    return true;
  }

  private atom(char: string, options: Options): string {
    this.at += 1;
    switch (char) {
      case '\\':
        return this.escape();
      case '[':
        return this.characterClass();
      case '.':
        return options.singleline ? '[\\s\\S]' : '[^\\n]';
      case '^':
        return options.multiline ? `(?<=\\n|${START})` : START;
      case '$':
        return options.multiline ? `(?=\\n|${END})` : `(?=\\n?${END})`;
      case '*':
      case '+':
      case '?':
        throw new PatternError(`'${char}' at position ${this.at} has nothing to repeat`);
      default:
        return literal(char + this.lowSurrogate());
    }
  }

  /** With the flag `v` a character outside the basic plane is one character: its two halves stay together. */
  private lowSurrogate(): string {
    const code = this.pattern.charCodeAt(this.at - 1);
    if (code < 0xd800 || code > 0xdbff) return '';
    this.at += 1;
    return this.pattern.charAt(this.at - 1);
  }

  private characterClass(): string {
    const { source, end } = classOf(this.pattern, this.at);
    this.at = end;
    return source;
  }

  private escape(): string {
    const char = this.pattern.charAt(this.at);
    this.at += 1;
    const fixed = fixedEscapes[char];
    if (fixed !== undefined) return fixed;
    if (char === 'k') return this.namedReference();
    if (/[1-9]/.test(char)) return this.numberedReference(char);
    const start = this.at - 1;
    const { source, end } = classOf.escape(this.pattern, start);
    this.at = end;
    return source.length > 1 && !source.startsWith('\\') ? `[${source}]` : source;
  }

  private namedReference(): string {
    const match = /^(?:<(\w+)>|'(\w+)')/.exec(this.pattern.slice(this.at));
    const name = match?.[1] ?? match?.[2];
    if (match === null || name === undefined) throw new PatternError(`\\k is not followed by a group's name`);
    this.at += match[0].length;
    return this.reference((group) => group.name === name, name);
  }

  private numberedReference(first: string): string {
    const rest = /^\d*/.exec(this.pattern.slice(this.at))?.[0] ?? '';
    this.at += rest.length;
    const number = Number(first + rest);
    return this.reference((group) => group.number === number, first + rest);
  }

  private reference(is: (group: DotnetGroup) => boolean, written: string): string {
    const group = this.groups.find(is);
    if (group === undefined) throw new PatternError(`it refers to the group '${written}', which it does not have`);
    this.repeatsAGroup = true;
    return `\\k<${group.alias}>`;
  }

  private group(options: Options): string {
    const opening = this.opening(options);
    if (opening === undefined) return '';
    const body = this.alternatives(opening.options, true);
    if (this.pattern.charAt(this.at) !== ')') throw new PatternError('a parenthesis is never closed');
    this.at += 1;
    return opening.before + body + opening.after;
  }

  private opening(options: Options): { before: string; after: string; options: Options } | undefined {
    const rest = this.pattern.slice(this.at);
    const take = (length: number): void => void (this.at += length);
    const as = (before: string, after = ')', inner = options) => ({ before, after, options: inner });
    const looking = /^\((\?:|\?=|\?!|\?<=|\?<!)/.exec(rest);
    if (looking !== null) return take(looking[0].length), as(looking[0]);
    if (rest.startsWith('(?#')) {
      const end = rest.indexOf(')');
      if (end < 0) throw new PatternError('a comment is never closed');
      return take(end + 1), undefined;
    }
    if (rest.startsWith('(?>')) {
      take(3);
      this.atomic += 1;
      const name = `atomic${this.atomic}_`;
      return as(`(?:(?=(?<${name}>`, `))\\k<${name}>)`);
    }
    const named = /^\(\?(?:<(\w+)>|'(\w+)')/.exec(rest);
    if (named !== null) {
      take(named[0].length);
      return as(`(?<${this.aliasOf(named[1] ?? named[2] ?? '')}>`);
    }
    const scoped = /^\(\?([imsnx]*)(?:-([imsnx]+))?:/.exec(rest);
    if (scoped !== null) {
      take(scoped[0].length);
      const inner = { ...options, ...switched(scoped[1] ?? '', scoped[2] ?? '') };
      if (inner.ignoreCase === options.ignoreCase) return as('(?:', ')', inner);
      return as(inner.ignoreCase ? '(?i:' : '(?-i:', ')', inner);
    }
    if (rest.startsWith('(?')) throw new PatternError(`'${rest.slice(0, 4)}…' has no counterpart here`);
    take(1);
    if (options.explicitCapture) return as('(?:');
    this.unnamed += 1;
    return as(`(?<${this.aliasOf(String(this.unnamed))}>`);
  }

  private aliasOf(name: string): string {
    const group = this.groups.find((candidate) => candidate.name === name);
    if (group === undefined) throw new PatternError(`the group '${name}' could not be counted`);
    return group.alias;
  }

  private quantifier(ofGroup: boolean): string {
    const match = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(this.pattern.slice(this.at));
    if (match === null) return '';
    this.at += match[0].length;
    if (/^[*+]|,\}/.test(match[0])) {
      this.unboundedRepeats += 1;
      if (ofGroup) this.repeatsAGroup = true;
    } else if (ofGroup && match[0].startsWith('{')) this.repeatsAGroup = true;
    return match[0];
  }
}

const fixedEscapes: Readonly<Record<string, string>> = {
  A: START,
  Z: `(?=\\n?${END})`,
  z: END,
  b: `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`,
  B: `(?:(?<=${WORD})(?=${WORD})|(?<!${WORD})(?!${WORD}))`,
  w: WORD,
  W: '[^\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}]',
};

const switched = (on: string, off: string): Partial<Options> =>
  Object.fromEntries([
    ...[...on].map((letter) => [letters[letter], true]),
    ...[...off].map((letter) => [letters[letter], false]),
  ]) as Partial<Options>;
