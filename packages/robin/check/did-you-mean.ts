export type Suggest = (written: string, names: Iterable<string>) => string;

/** Finding near names is costly, and nobody reads a hundred of them. */
const SUGGESTIONS_MAX = 100;

export function createSuggester(): Suggest {
  let left = SUGGESTIONS_MAX;
  return (written, names) => {
    left -= 1;
    return left < 0 ? '' : didYouMean(written, names);
  };
}

/** ` Did you mean X?` when one of the names is near enough to the written one, else nothing. */
function didYouMean(written: string, names: Iterable<string>): string {
  const wanted = written.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const name of names) {
    if (Math.abs(name.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, name.toLowerCase(), bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best === undefined ? '' : ` Did you mean ${best}?`;
}

/** Names are short; longer ones are never compared. */
const COMPARED_CHARS_MAX = 200;

/** Insertions, deletions and replacements between two texts; gives up at `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (a.length > COMPARED_CHARS_MAX || b.length > COMPARED_CHARS_MAX) return limit;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    if (Math.min(...row) >= limit) return limit;
    previous = row;
  }
  return previous[b.length] ?? limit;
}
