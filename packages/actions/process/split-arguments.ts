/**
 * A line of arguments in its parts, quoted as on Windows' command lines: double quotes keep blanks, `\"` is a quote.
 * Single quotes keep blanks too, because people write them on Linux.
 */
export function splitArguments(line: string): readonly string[] {
  const parts: string[] = [];
  const token = /(?:"((?:\\"|[^"])*)"|'([^']*)'|((?:\\"|[^\s"'])+))/g;
  let end = 0;
  for (const match of line.matchAll(token)) {
    const part = (match[1] ?? match[2] ?? match[3] ?? '').replaceAll('\\"', '"');
    const joins = match.index === end && parts.length > 0;
    if (joins) parts[parts.length - 1] += part;
    else parts.push(part);
    end = match.index + match[0].length;
  }
  return parts;
}
