import { JOURNAL_ONLY_RUNS_PER_PAGE_MAX } from '@deskhand/protocol/http/recovery.ts';
import type { Command } from '../../command.ts';
import { ageOf } from '../../terminal/time.ts';
import { countOf, countOption, readPages } from '../read-pages.ts';

/** As many as a server keeps: after a restore nobody wants to miss one. */
const RUNS_SHOWN = 100_000;

export const runs: Command = {
  name: 'recovery runs',
  summary: 'List the runs that were submitted since the restored backup, as the gateways’ journals name them.',
  options: [countOption('how many', RUNS_SHOWN)],
  examples: ['deskhand recovery runs', 'deskhand recovery runs --limit 20', 'deskhand recovery runs --json'],
  exitCodes: [0, 4, 7],
  run: async (call) => {
    const api = await call.api();
    const ask = (query: { limit: number; cursor?: string }) => api.listJournalOnlyRuns({ query });
    const items = await readPages(ask, { perPage: JOURNAL_ONLY_RUNS_PER_PAGE_MAX, count: countOf(call) });
    const now = Date.now();
    call.output.list(
      items.map((run) => ({ id: run.runId, ...run })),
      [
        { title: 'run', cell: (run) => run.runId },
        { title: 'desktop flow', cell: (run) => run.flowName ?? '-', cut: 1 },
        { title: 'gateway', cell: (run) => run.gatewayName, cut: 2 },
        { title: 'phase', cell: (run) => run.phase },
        { title: 'outcome', cell: (run) => [run.outcome ?? '-', run.errorCode ?? ''].join(' ').trim() },
        { title: 'submitted by', cell: (run) => run.requestedBy ?? '-' },
        { title: 'started', cell: (run) => ageOf(run.startedAt, now) },
      ],
      'No journal names a run that this server does not know.',
    );
    return 0;
  },
};
