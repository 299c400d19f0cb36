/**
 * The line end that actions write. Ours: the machine's own, as .NET's `Environment.NewLine` is on Linux; whatever reads
 * lines takes `\r\n` and `\n` alike.
 */
export const NEW_LINE = '\n';
export const splitLines = (text: string): string[] => text.split(/\r\n|\n|\r/);
