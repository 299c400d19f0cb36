import { createContext, Script } from 'node:vm';
import { ActionError } from '@deskhand/robin';
import { reasonOf, systemCodeOf } from '../declare/errors.ts';
import { type DotnetGroup, PatternError } from './scan-groups.ts';
import { type TranslatedPattern, translatePattern } from './translate-pattern.ts';

/** A regular expression in .NET's spelling that answers within `REGEX_TIME_LIMIT_MS`. */
export interface DotnetRegex {
  readonly matches: (text: string, start: number, limit: number) => readonly RegexMatch[];
  readonly replace: (text: string, replacement: string) => string;
  readonly split: (text: string) => readonly string[];
}
export interface RegexMatch {
  readonly index: number;
  readonly text: string;
  /** By .NET's number, then by name; undefined when the group took no part. */
  readonly group: (nameOrNumber: string) => string | undefined;
}

export const REGEX_TIME_LIMIT_MS = 2_000;
export const REGEX_MATCHES_MAX = 1_000_000;
const PATTERNS_KEPT_MAX = 256;
/** Steps that a pattern without nested repeats may take at most before it is watched by a clock. */
const UNWATCHED_STEPS_MAX = 1_000_000;

export const invalidPattern = {
  code: 'ProvidedRegularExpressionIsInvalidError',
  title: 'Provided regular expression is invalid',
} as const;
/** Ours: Power Automate would go on for hours. */
export const regexTimeout = {
  code: 'RegularExpressionTimeoutError',
  title: 'Regular expression timeout',
} as const;

const kept = new Map<string, DotnetRegex>();

export function dotnetRegex(pattern: string, ignoreCase = false): DotnetRegex {
  const key = `${ignoreCase ? 'i' : ' '}${pattern}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  if (kept.size >= PATTERNS_KEPT_MAX) kept.clear();
  const regex = compile(pattern, ignoreCase);
  kept.set(key, regex);
  return regex;
}

function compile(pattern: string, ignoreCase: boolean): DotnetRegex {
  const { translated, expression } = compiled(pattern, ignoreCase);
  const bounded = <T>(text: string, search: () => T): T =>
    isQuick(translated, text.length) ? search() : withinTime(pattern, search);
  const matches = (text: string, start: number, limit: number): readonly RegexMatch[] =>
    bounded(text, () => [...found(expression, text, start, limit)].map((match) => matchOf(match, translated.groups)));
  return {
    matches,
    replace: (text, replacement) => {
      const parts = parseReplacement(replacement, translated.groups);
      return rebuilt(text, matches(text, 0, REGEX_MATCHES_MAX), (match) =>
        parts.map((part) => part(match, text)).join(''),
      );
    },
    split: (text) => splitAt(text, matches(text, 0, REGEX_MATCHES_MAX), translated.groups),
  };
}

function compiled(pattern: string, ignoreCase: boolean): { translated: TranslatedPattern; expression: RegExp } {
  try {
    const translated = translatePattern(pattern, ignoreCase);
    return { translated, expression: new RegExp(translated.source, 'gv') };
  } catch (cause) {
    if (!(cause instanceof PatternError) && !(cause instanceof SyntaxError)) throw cause;
    throw new ActionError(
      invalidPattern.code,
      `The regular expression '${shortened(pattern)}' cannot be used: ${reasonOf(cause)}.`,
    );
  }
}

const SHOWN_PATTERN_MAX = 120;
const shortened = (pattern: string): string =>
  pattern.length > SHOWN_PATTERN_MAX ? `${pattern.slice(0, SHOWN_PATTERN_MAX)}…` : pattern;

const isQuick = (pattern: TranslatedPattern, length: number): boolean =>
  !pattern.repeatsAGroup && length ** (pattern.unboundedRepeats + 1) <= UNWATCHED_STEPS_MAX;

function* found(expression: RegExp, text: string, start: number, limit: number): Generator<RegExpExecArray> {
  expression.lastIndex = start;
  for (let count = 0; count < limit; count += 1) {
    const match = expression.exec(text);
    if (match === null) return;
    yield match;
    if (match[0] === '') expression.lastIndex += 1;
  }
}

function matchOf(match: RegExpExecArray, groups: readonly DotnetGroup[]): RegexMatch {
  return {
    index: match.index,
    text: match[0],
    group: (wanted) => {
      if (wanted === '0') return match[0];
      const group = groups.find(({ name, number }) => name === wanted || String(number) === wanted);
      return group === undefined ? undefined : match.groups?.[group.alias];
    },
  };
}

/**
 * V8 looks for an interruption while a regular expression backtracks, so a watched call ends in time without another
 * thread. The script holds no text of anybody: it only calls the search.
 */
interface Watch {
  readonly context: { search: (() => unknown) | undefined };
  readonly call: Script;
}
let watch: Watch | undefined;
/** Made with the first search: it takes milliseconds, which a flow without one need not wait for. */
const openWatch = (): Watch => ({
  context: createContext({ search: undefined }) as Watch['context'],
  call: new Script('search()'),
});

function withinTime<T>(pattern: string, search: () => T): T {
  const { context, call } = (watch ??= openWatch());
  context.search = search;
  try {
    return call.runInContext(context, { timeout: REGEX_TIME_LIMIT_MS }) as T;
  } catch (cause) {
    if (systemCodeOf(cause) !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw cause;
    throw new ActionError(
      regexTimeout.code,
      `The regular expression '${shortened(pattern)}' was given up after ${REGEX_TIME_LIMIT_MS / 1000} seconds. Repeats inside repeats, such as (a+)+, try too many ways.`,
    );
  } finally {
    context.search = undefined;
  }
}

function rebuilt(text: string, matches: readonly RegexMatch[], replaced: (match: RegexMatch) => string): string {
  let result = '';
  let at = 0;
  for (const match of matches) {
    result += text.slice(at, match.index) + replaced(match);
    at = match.index + match.text.length;
  }
  return result + text.slice(at);
}

/** .NET's Split keeps what groups captured between the parts. */
function splitAt(text: string, matches: readonly RegexMatch[], groups: readonly DotnetGroup[]): readonly string[] {
  const parts: string[] = [];
  let at = 0;
  for (const match of matches) {
    parts.push(text.slice(at, match.index));
    for (const { name } of groups) {
      const captured = match.group(name);
      if (captured !== undefined) parts.push(captured);
    }
    at = match.index + match.text.length;
  }
  parts.push(text.slice(at));
  return parts;
}

type ReplacementPart = (match: RegexMatch, text: string) => string;

/** `$1`, `${name}`, `$$`, `$&`, `` $` ``, `$'`, `$+` and `$_`; anything else stays as it is written. */
function parseReplacement(replacement: string, groups: readonly DotnetGroup[]): readonly ReplacementPart[] {
  const parts: ReplacementPart[] = [];
  const tokens = /\$(?:(\d+)|\{(\w+)\}|([$&`'+_]))|[^$]+|\$/g;
  for (const token of replacement.matchAll(tokens)) {
    const name = token[1] ?? token[2];
    const written = token[0];
    if (
      name !== undefined &&
      (name === '0' || groups.some((group) => group.name === name || String(group.number) === name))
    ) {
      parts.push((match) => match.group(name) ?? '');
    } else if (token[3] !== undefined) parts.push(symbolPart(token[3], groups));
    else parts.push(() => written);
  }
  return parts;
}

function symbolPart(symbol: string, groups: readonly DotnetGroup[]): ReplacementPart {
  switch (symbol) {
    case '$':
      return () => '$';
    case '&':
      return (match) => match.text;
    case '`':
      return (match, text) => text.slice(0, match.index);
    case "'":
      return (match, text) => text.slice(match.index + match.text.length);
    case '+':
      return (match) => match.group(groups.at(-1)?.name ?? '0') ?? '';
    default:
      return (_match, text) => text;
  }
}

/** What .NET's `Regex.Escape` does. */
export const escapePattern = (text: string): string =>
  text.replaceAll(/[\\*+?|{[()^$.#\s]/g, (char) => whitespaceEscapes[char] ?? `\\${char}`);
const whitespaceEscapes: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\f': '\\f' };
