import type { Flow, Row } from '../syntax/nodes.ts';
import type { Token } from '../syntax/token.ts';

const INDENT = '    ';

/**
 * The flow in canonical form: keywords in upper case, four blanks a level, single blanks between words, at most one
 * blank line in a row. Texts, comments, decorators and rows that could not be read stay as they are written.
 */
export function printFlow(flow: Flow): string {
  const rowOf = new Map(flow.rows.map((row) => [row.tokens[0], row]));
  const lines: string[] = [];
  let blankLines = 0;
  let lineTokens = 0;
  for (const token of flow.tokens) {
    const row = rowOf.get(token);
    if (row !== undefined) {
      if (blankLines > 0 && lines.length > 0) lines.push('');
      lines.push(printRow(row));
      blankLines = 0;
    }
    if (token.kind !== 'newline') lineTokens += 1;
    else {
      if (lineTokens === 0) blankLines += 1;
      lineTokens = 0;
    }
  }
  // Behind something that is not closed, a newline would become part of it.
  const isOpen = flow.rows.at(-1)?.tokens.at(-1)?.isUnclosed === true;
  return lines.length === 0 ? '' : lines.join('\n') + (isOpen ? '' : '\n');
}

function printRow(row: Row): string {
  const [first] = row.tokens;
  if (first?.kind === 'trailer') return first.text.trimEnd();
  const isVerbatim = row.isVerbatim || row.tokens.at(-1)?.isUnclosed === true;
  const text = isVerbatim ? verbatim(row.tokens) : canonical(row.tokens);
  return INDENT.repeat(row.depth) + text;
}

const verbatim = (tokens: readonly Token[]): string =>
  tokens.map((token, index) => (index === 0 ? '' : token.leading) + token.text).join('');

function canonical(tokens: readonly Token[]): string {
  let text = '';
  tokens.forEach((token, index) => {
    const before = tokens[index - 1];
    text += (before === undefined ? '' : gap(before, token)) + textOf(token);
  });
  return text.trimEnd();
}

const textOf = (token: Token): string => {
  if (token.role === 'keyword') return token.text.toUpperCase();
  return token.kind === 'comment' || token.kind === 'region' ? token.text.trimEnd() : token.text;
};

/** What stands between two tokens: one blank where the writer had some or the language's habit wants one. */
function gap(before: Token, token: Token): string {
  if (token.role === 'argument-colon' || token.role === 'output-arrow') return '';
  if (before.role === 'argument-colon' || before.role === 'output-arrow') return ' ';
  if (token.role === 'operator' || before.role === 'operator' || token.kind === 'comment') return ' ';
  return token.leading === '' ? '' : ' ';
}
