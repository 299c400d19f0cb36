import { expect, test } from 'vitest';
import type { Call } from '../../command.ts';
import { runs } from './runs.ts';

const KNOWN = 2_345;

/** The command over a server that gives out its runs page by page; what it lists and what it asked. */
async function listed(limit: string) {
  const cursors: (string | undefined)[] = [];
  const ids: string[] = [];
  const listJournalOnlyRuns = async ({ query }: { query: { limit: number; cursor?: string } }) => {
    cursors.push(query.cursor);
    const from = Number(query.cursor ?? 0);
    const end = Math.min(KNOWN, from + query.limit);
    const items = Array.from({ length: end - from }, (_run, index) => ({ runId: `run-${from + index}` }));
    return { items, nextCursor: end < KNOWN ? String(end) : null };
  };
  await runs.run({
    options: { limit },
    api: () => Promise.resolve({ listJournalOnlyRuns }),
    output: { list: (rows: readonly { readonly id: string }[]) => void ids.push(...rows.map(({ id }) => id)) },
  } as unknown as Call);
  return { cursors, ids };
}

test('every run that only journals know is listed once, however many there are', async () => {
  const { cursors, ids } = await listed('100000');
  expect(ids).toEqual(Array.from({ length: KNOWN }, (_run, index) => `run-${index}`));
  expect(cursors).toEqual([undefined, '1000', '2000']);
});

test('with --limit the newest are listed', async () => {
  expect((await listed('1001')).ids.length).toBe(1_001);
});
