/** Lower case of the same length, so that positions found in it are positions in the text. */
export function foldCase(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return [...text].map((char) => (char.toLowerCase().length === char.length ? char.toLowerCase() : char)).join('');
}

/** -1 when it is not there. An empty text is found nowhere: nothing useful follows from finding it everywhere. */
export function indexOfText(text: string, wanted: string, from: number, ignoreCase: boolean): number {
  if (wanted === '') return -1;
  return ignoreCase ? foldCase(text).indexOf(foldCase(wanted), from) : text.indexOf(wanted, from);
}

export function positionsOf(text: string, wanted: string, from: number, ignoreCase: boolean): number[] {
  const [searched, searchedFor] = ignoreCase ? [foldCase(text), foldCase(wanted)] : [text, wanted];
  const positions: number[] = [];
  if (searchedFor === '') return positions;
  for (
    let at = searched.indexOf(searchedFor, from);
    at >= 0;
    at = searched.indexOf(searchedFor, at + searchedFor.length)
  ) {
    positions.push(at);
  }
  return positions;
}

export function replaceText(text: string, wanted: string, replacement: string, ignoreCase: boolean): string {
  if (!ignoreCase) return wanted === '' ? text : text.replaceAll(wanted, () => replacement);
  let result = '';
  let at = 0;
  for (const position of positionsOf(text, wanted, 0, true)) {
    result += text.slice(at, position) + replacement;
    at = position + wanted.length;
  }
  return result + text.slice(at);
}
