export type CaseOption = 'UpperCase' | 'LowerCase' | 'TitleCase' | 'SentenceCase';

export const caseOptions = ['UpperCase', 'LowerCase', 'TitleCase', 'SentenceCase'] as const satisfies CaseOption[];

export function changeCase(text: string, option: string, culture: string): string {
  switch (option) {
    case 'UpperCase':
      return text.toLocaleUpperCase(culture);
    case 'LowerCase':
      return text.toLocaleLowerCase(culture);
    case 'TitleCase':
      return text.replaceAll(/\p{L}[\p{L}\p{M}\p{Nd}'’]*/gu, (word) => titleWord(word, culture));
    default:
      return text
        .toLocaleLowerCase(culture)
        .replaceAll(
          /(^\P{L}*|[.!?]\s+)(\p{L})/gu,
          (_all, before: string, letter: string) => before + letter.toLocaleUpperCase(culture),
        );
  }
}

/** .NET leaves words that are all capitals alone, because they are abbreviations more often than not. */
function titleWord(word: string, culture: string): string {
  if (word.length > 1 && word === word.toLocaleUpperCase(culture)) return word;
  return word.charAt(0).toLocaleUpperCase(culture) + word.slice(1).toLocaleLowerCase(culture);
}
