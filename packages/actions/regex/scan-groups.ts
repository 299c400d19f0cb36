export interface DotnetGroup {
  readonly number: number;
  readonly name: string;
  /** The JavaScript name of the group. Every group is named, so that numbers of the two dialects never mix. */
  readonly alias: string;
}

/** A pattern that is wrong, or that has no counterpart here. The message completes "because …". */
export class PatternError extends Error {}

/** Numbers groups as .NET does: unnamed ones from left to right, then the named ones. */
export function scanGroups(pattern: string): readonly DotnetGroup[] {
  const named: string[] = [];
  let unnamed = 0;
  const explicitCapture = /^\(\?[imsx]*n/.test(pattern);
  const tokens =
    /\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\\\]])*\]|\(\?#[^)]*\)|\(\?(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')|\(\?(?:<|')?([\w-]*)|\(/g;
  for (const token of pattern.matchAll(tokens)) {
    const name = token[1] ?? token[2];
    if (name !== undefined) named.push(name);
    else if (token[0] === '(') unnamed += explicitCapture ? 0 : 1;
    else if (/^\(\?(?:<|')[\w]*-/.test(token[0])) throw new PatternError('balancing groups have no counterpart here');
    else if (/^\(\?(?:<|')\d/.test(token[0]))
      throw new PatternError('groups named by a number have no counterpart here');
  }
  const duplicate = named.find((name, index) => named.indexOf(name) !== index);
  if (duplicate !== undefined) throw new PatternError(`two groups are named '${duplicate}'`);
  return [
    ...Array.from({ length: unnamed }, (_, index) => groupOf(index + 1, String(index + 1))),
    ...named.map((name, index) => groupOf(unnamed + index + 1, name)),
  ];
}

const groupOf = (number: number, name: string): DotnetGroup => ({ number, name, alias: `g${number}` });
