// biome-ignore lint: the pattern is about control characters
const commands = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** What a flow says may not command the terminal; its lines and tabs stay. */
export const shownText = (text: string): string => text.replace(commands, '\ufffd');
