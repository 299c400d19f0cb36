import type { Command } from '../../command.ts';
import { countOf, countOption, readPages } from '../read-pages.ts';
import { filterOf, filterOptions } from './filter-options.ts';
import { runColumns } from './show-run.ts';

const RUNS_SHOWN = 50;
const RUNS_PER_PAGE_MAX = 200;

export const list: Command = {
  name: 'runs list',
  summary: 'List runs, newest request first.',
  options: [...filterOptions, countOption('how many', RUNS_SHOWN)],
  examples: [
    'deskhand runs list',
    'deskhand runs list --state queued,running --flow Invoices',
    'deskhand runs list --state failed --json=id,error',
  ],
  exitCodes: [0, 4, 5, 7],
  run: async (call) => {
    const api = await call.api();
    const query = await filterOf(call);
    const ask = (page: { limit: number; cursor?: string }) => api.listRuns({ query: { ...query, ...page } });
    const runs = await readPages(ask, { perPage: RUNS_PER_PAGE_MAX, count: countOf(call) });
    call.output.list(runs, runColumns, 'No runs match. See: deskhand runs list');
    return 0;
  },
};
