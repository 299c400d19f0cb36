import { type DateCulture, invariantCulture } from './culture.ts';

/** The custom pattern behind a standard format of one letter; undefined when the letter is none. */
export function standardPattern(
  letter: string,
  culture: DateCulture,
): { pattern: string; culture: DateCulture } | undefined {
  const local = (pattern: string) => ({ pattern, culture });
  const fixed = (pattern: string) => ({ pattern, culture: invariantCulture() });
  switch (letter) {
    case 'd':
      return local(culture.shortDate);
    case 'D':
      return local(culture.longDate);
    case 't':
      return local(culture.shortTime);
    case 'T':
      return local(culture.longTime);
    case 'f':
      return local(`${culture.longDate} ${culture.shortTime}`);
    case 'F':
    case 'U':
      return local(`${culture.longDate} ${culture.longTime}`);
    case 'g':
      return local(`${culture.shortDate} ${culture.shortTime}`);
    case 'G':
      return local(`${culture.shortDate} ${culture.longTime}`);
    case 'M':
    case 'm':
      return local(culture.monthDay);
    case 'Y':
    case 'y':
      return local(culture.yearMonth);
    case 'O':
    case 'o':
      return fixed("yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffff");
    case 'R':
    case 'r':
      return fixed("ddd, dd MMM yyyy HH':'mm':'ss 'GMT'");
    case 's':
      return fixed("yyyy'-'MM'-'dd'T'HH':'mm':'ss");
    case 'u':
      return fixed("yyyy'-'MM'-'dd HH':'mm':'ss'Z'");
    default:
      return undefined;
  }
}

export interface FormatToken {
  /** A specifier's letter, or empty for text that stands as it is. */
  readonly letter: string;
  readonly length: number;
  readonly literal: string;
}

/** A custom format string in its parts. Raises `FormatError` for a quote that is never closed. */
export function formatTokens(format: string): readonly FormatToken[] {
  const tokens: FormatToken[] = [];
  const literal = (text: string): void => void tokens.push({ letter: '', length: 0, literal: text });
  let at = 0;
  while (at < format.length) {
    const char = format.charAt(at);
    if (char === '\\') {
      literal(format.charAt(at + 1));
      at += 2;
    } else if (char === "'" || char === '"') {
      const end = closingQuote(format, at);
      literal(format.slice(at + 1, end).replaceAll(/\\(.)/g, '$1'));
      at = end + 1;
    } else if (char === '%') at += 1;
    else if (/[dfFghHKmMstyz:/]/.test(char)) {
      const length = /^[:/K]$/.test(char) ? 1 : runLength(format, at);
      tokens.push({ letter: char, length, literal: '' });
      at += length;
    } else {
      literal(char);
      at += 1;
    }
  }
  return tokens;
}

export class FormatError extends Error {}

function closingQuote(format: string, start: number): number {
  const quote = format.charAt(start);
  for (let at = start + 1; at < format.length; at += 1) {
    if (format.charAt(at) === '\\') at += 1;
    else if (format.charAt(at) === quote) return at;
  }
  throw new FormatError(`The date format ${format} has a quote that is never closed.`);
}

function runLength(format: string, start: number): number {
  let end = start;
  while (format.charAt(end) === format.charAt(start)) end += 1;
  return end - start;
}
