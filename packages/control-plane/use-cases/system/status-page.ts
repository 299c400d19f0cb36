export interface StatusRow {
  readonly feature: string;
  readonly state: string;
  readonly note: string;
}

/** The rows of docs/status.md: what is not yet there or unverified, shown on the About page as it is written. */
export function statusRows(markdown: string): readonly StatusRow[] {
  const lines = markdown.split('\n').map((line) => line.trim());
  const ruler = lines.findIndex((line) => /^\|[-|: ]+\|$/.test(line));
  if (ruler < 0) return [];
  return lines
    .slice(ruler + 1)
    .filter((line) => line.startsWith('|') && line.endsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
    .map(([feature = '', state = '', note = '']) => ({ feature, state, note }));
}
