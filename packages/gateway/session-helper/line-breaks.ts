/** Lines of so many characters at most, broken between words; a word that is longer is broken wherever it has to be. */
export function inLines(text: string, charactersMax: number): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).flatMap((one) => pieces(one, charactersMax))) {
    const longer = [lines.at(-1), word].filter((part) => part !== undefined).join(' ');
    if (lines.length > 0 && [...longer].length <= charactersMax) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join('\n');
}

function pieces(word: string, charactersMax: number): readonly string[] {
  const characters = [...word];
  const count = Math.ceil(characters.length / charactersMax);
  return Array.from({ length: count }, (_, index) =>
    characters.slice(index * charactersMax, (index + 1) * charactersMax).join(''),
  );
}
