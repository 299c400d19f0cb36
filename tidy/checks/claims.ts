import { type Check, type Finding, isDocument, type Repository } from '../repository.ts';

const statusPage = 'docs/status.md';
const states = ['there', 'not yet', 'unverified'] as const;

/** A row of docs/status.md: a feature, whether it is there, and the phrases that would claim it. */
export interface Feature {
  readonly name: string;
  readonly state: (typeof states)[number];
  readonly phrases: readonly string[];
  readonly line: number;
}

export const claimsAreTrue: Check = {
  name: 'no document claims what docs/status.md lists as not yet there or unverified',
  find: (repository) => {
    if (!repository.paths.includes(statusPage)) return [{ path: statusPage, what: 'does not exist' }];
    const rows = tableRows(repository.text(statusPage));
    const missing = rows.map(featureOf);
    return [
      ...missing.flatMap((feature) => badRow(feature)),
      ...repository.paths
        .filter((path) => isClaiming(path))
        .flatMap((path) =>
          claims(
            repository,
            path,
            missing.filter(({ state }) => state !== 'there'),
          ),
        ),
    ];
  },
};

/** Decisions and the change log speak of the past and of plans; everything else speaks of what is. */
const isClaiming = (path: string): boolean =>
  isDocument(path) &&
  path !== statusPage &&
  !/^(CHANGELOG\.md|docs\/decisions\/)/.test(path) &&
  !path.includes('node_modules');

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

function tableRows(text: string): readonly Row[] {
  return text.split('\n').flatMap((line, index) => {
    if (!line.startsWith('|') || /^\|[\s|:-]+$/.test(line) || /^\| *feature/i.test(line)) return [];
    const cells = line.split('|').slice(1, -1);
    return [{ cells: cells.map((cell) => cell.trim()), line: index + 1 }];
  });
}

function featureOf({ cells, line }: Row): Feature {
  const [name = '', state = '', _note = '', phrases = ''] = cells;
  const quoted = [...phrases.matchAll(/`([^`]+)`/g)].map((match) => (match[1] ?? '').toLowerCase());
  return { name, state: state as Feature['state'], phrases: quoted, line };
}

function badRow({ name, state, phrases, line }: Feature): readonly Finding[] {
  const where = { path: statusPage, line };
  if (!states.includes(state)) return [{ ...where, what: `gives ${name} the unknown state "${state}"` }];
  if (state !== 'there' && phrases.length === 0)
    return [{ ...where, what: `lists no phrase that would claim ${name}` }];
  return [];
}

function claims(repository: Repository, path: string, missing: readonly Feature[]): readonly Finding[] {
  return sentences(repository.text(path)).flatMap(({ text, line }) => {
    if (/\b(not yet|unverified)\b/i.test(text)) return [];
    return missing
      .filter(({ phrases }) => phrases.some((phrase) => text.toLowerCase().includes(phrase)))
      .map(({ name, state }) => ({ path, line, what: `claims ${name}, which is ${state}; write "(${state})" there` }));
  });
}

/** Sentences of a document with the line they begin at; a table row and a list item are sentences of their own. */
export function sentences(document: string): readonly { readonly text: string; readonly line: number }[] {
  const blocks: { text: string; line: number }[] = [];
  let open = false;
  document.split('\n').forEach((text, index) => {
    const starts = !open || /^\s*([-*|#>]|\d+\.)/.test(text);
    if (text.trim() === '') open = false;
    else if (starts) blocks.push({ text, line: index + 1 });
    else (blocks.at(-1) as { text: string }).text += ` ${text.trim()}`;
    if (text.trim() !== '') open = true;
  });
  return blocks.flatMap(({ text, line }) => text.split(/(?<=[.!?])\s+/).map((sentence) => ({ text: sentence, line })));
}
