/** Line breaks, other control characters, and what turns the direction of writing round. */
const breaksOut = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

/** What people named is one line: a name with line breaks could add a sentence that looks like one of Deskhand's. */
export const onOneLine = (name: string): string => name.replace(breaksOut, ' ').trim();

/** No longer than `charactersMax`, and it shows where something is missing; no character is cut in two. */
export function shortened(text: string, charactersMax: number): string {
  const characters = [...text];
  return characters.length <= charactersMax ? text : `${characters.slice(0, charactersMax - 1).join('')}…`;
}
