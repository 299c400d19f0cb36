const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * For a notification service that obeys markup in a body: what people named is shown letter by letter, and is neither bold
 * nor a link nor a picture of theirs.
 */
export const shownAsText = (text: string): string => text.replace(/[&<>]/g, (letter) => entities[letter] ?? letter);
