import type { Reporter } from './diagnostic.ts';
import type { Trailer } from './nodes.ts';
import type { Token } from './token.ts';

/** `# [ControlRepository]…` and the JSON behind it (robin.md §1.2). */
export function parseTrailer(token: Token, report: Reporter): Trailer {
  const { line, column, text } = token;
  const from = text.indexOf('{');
  try {
    // Texts that went through an editor have line ends inside JSON's texts, where JSON forbids them and blanks do.
    const json = from < 0 ? undefined : (JSON.parse(text.slice(from).replace(/[\r\n]+/g, ' ')) as unknown);
    return { json, line, column };
  } catch {
    const remedy = 'Copy the actions again, or remove the trailer to run without UI elements.';
    report.repair(token, 'broken-trailer', `The UI elements behind the actions are no complete JSON. ${remedy}`);
    return { json: undefined, line, column };
  }
}
