import { type Call, type OptionDescription, text } from '../command.ts';
import { usageFailure } from '../terminal/errors.ts';

interface Page<T> {
  readonly items: readonly T[];
  /** A server of an older release that knows no pages sends none. */
  readonly nextCursor?: string | null;
}
type AskPage<T> = (query: { readonly limit: number; readonly cursor?: string }) => Promise<Page<T>>;

/** Page after page of a list, until it ends or so many are read. */
export async function readPages<T>(
  ask: AskPage<T>,
  { perPage, count }: { readonly perPage: number; readonly count: number },
): Promise<readonly T[]> {
  const read: T[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await ask({ limit: Math.min(count - read.length, perPage), ...(cursor ? { cursor } : {}) });
    read.push(...page.items);
    cursor = page.items.length === 0 ? null : page.nextCursor;
  } while (cursor && read.length < count);
  return read;
}

export const countOption = (counted: string, most: number): OptionDescription => ({
  syntax: '-n, --limit <count>',
  description: counted,
  default: String(most),
});

/** How many `countOption` asks for. */
export function countOf(call: Call): number {
  const written = text(call, 'limit') ?? '';
  const count = Number(written);
  if (!Number.isInteger(count) || count < 1) throw usageFailure(`"${written}" is not a count.`, '--limit 50');
  return count;
}
