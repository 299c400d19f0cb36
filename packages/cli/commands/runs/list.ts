import type { Command } from '../../command.ts';
import { text } from '../../command.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { filterOf, filterOptions } from './filter-options.ts';
import { runColumns } from './show-run.ts';

const RUNS_SHOWN = '50';
const RUNS_PER_PAGE_MAX = 200;

export const list: Command = {
  name: 'runs list',
  summary: 'List runs, newest request first.',
  options: [...filterOptions, { syntax: '-n, --limit <count>', description: 'how many', default: RUNS_SHOWN }],
  examples: [
    'deskhand runs list',
    'deskhand runs list --state queued,running --flow Invoices',
    'deskhand runs list --state failed --json=id,error',
  ],
  exitCodes: [0, 4, 5, 7],
  run: async (call) => {
    const api = await call.api();
    const query = await filterOf(call);
    let left = countOf(text(call, 'limit') ?? RUNS_SHOWN);
    const runs = [];
    for (let cursor: string | null | undefined; left > 0 && cursor !== null; ) {
      const page = await api.listRuns({
        query: { ...query, limit: Math.min(left, RUNS_PER_PAGE_MAX), ...(cursor ? { cursor } : {}) },
      });
      runs.push(...page.items);
      left -= page.items.length;
      cursor = page.items.length === 0 ? null : page.nextCursor;
    }
    call.output.list(runs, runColumns, 'No runs match. See: deskhand runs list');
    return 0;
  },
};

function countOf(written: string): number {
  const count = Number(written);
  if (!Number.isInteger(count) || count < 1) throw usageFailure(`"${written}" is not a count.`, '--limit 50');
  return count;
}
