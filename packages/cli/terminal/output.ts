import { type Column, table } from './table.ts';
import type { Terminal } from './terminal.ts';

/** How a command answers: as text for people, as JSON for programs, or as bare ids. Never a silent switch between them. */
export interface Output {
  readonly json: boolean;
  /** One thing: a document, or the text made of it. */
  one<T extends object>(item: T, text: (item: T) => string): void;
  /** Many things of a kind: JSON lines, or a table. An empty list says so on stderr, and how to see more. */
  list<T extends object>(items: readonly T[], columns: readonly Column<T>[], whenEmpty: string): void;
  /** One line of a stream. */
  line<T extends object>(item: T, text: (item: T) => string): void;
  /** A remark for people, which scripts never read. */
  hint(text: string): void;
}

export interface OutputChoice {
  readonly json: boolean;
  /** `--json=id,state` keeps only these. */
  readonly fields: readonly string[];
  readonly quiet: boolean;
}

export function outputOn(terminal: Terminal, { json, fields, quiet }: OutputChoice): Output {
  const asJson = (item: object): string => `${JSON.stringify(fields.length > 0 ? pick(item, fields) : item)}\n`;
  const asId = (item: object): string => ('id' in item ? `${String(item.id)}\n` : '');
  const line = <T extends object>(item: T, text: (item: T) => string): void => {
    if (json) terminal.out(asJson(item));
    else if (quiet) terminal.out(asId(item));
    else terminal.out(ended(text(item)));
  };
  return {
    json,
    one: line,
    line,
    list: (items, columns, whenEmpty) => {
      if (json || quiet) for (const item of items) line(item, () => '');
      else if (items.length > 0) terminal.out(table(items, columns, terminal));
      else terminal.error(`${whenEmpty}\n`);
    },
    hint: (text) => {
      if (!quiet) terminal.error(ended(text));
    },
  };
}

const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

const pick = (item: object, fields: readonly string[]): object =>
  Object.fromEntries(fields.map((field) => [field, (item as Record<string, unknown>)[field] ?? null]));
