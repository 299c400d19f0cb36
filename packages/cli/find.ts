import { CommandFailure } from './terminal/errors.ts';
import { didYouMean } from './terminal/suggest.ts';

const PREFIX_CHARACTERS_MIN = 4;
const CANDIDATES_SHOWN_MAX = 5;

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** The one thing that a person named: by its name, its id, or the beginning of its id. */
export function find<T extends Named>(what: string, written: string, items: readonly T[]): T {
  const exact = items.filter(({ id, name }) => id === written || name === written);
  const loose = items.filter(
    ({ id, name }) =>
      name.toLowerCase() === written.toLowerCase() ||
      (written.length >= PREFIX_CHARACTERS_MIN && id.startsWith(written)),
  );
  const found = exact.length > 0 ? exact : loose;
  if (found.length === 1) return found[0] as T;
  throw found.length === 0 ? notFound(what, written, items) : ambiguous(what, written, found);
}

function notFound(what: string, written: string, items: readonly Named[]): CommandFailure {
  const meant = didYouMean(
    written,
    items.map(({ name }) => name),
  );
  return new CommandFailure({
    what: `There is no ${what} "${written}".${meant ? ` Did you mean "${meant}"?` : ''}`,
    remedy: 'look at the list of them; what is not shared with you is not shown',
    code: 'not-found',
    exit: 5,
  });
}

const ambiguous = (what: string, written: string, found: readonly Named[]): CommandFailure =>
  new CommandFailure({
    what: `"${written}" fits more than one ${what}.`,
    because: found
      .slice(0, CANDIDATES_SHOWN_MAX)
      .map(({ id, name }) => `${name} (${id})`)
      .join(', '),
    remedy: 'use the id',
    code: 'ambiguous-name',
    exit: 3,
  });
