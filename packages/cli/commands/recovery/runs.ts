import type { Command } from '../../command.ts';
import { ageOf } from '../../terminal/time.ts';

const RUNS_SHOWN_MAX = 1_000;

export const runs: Command = {
  name: 'recovery runs',
  summary: 'List the runs that were submitted since the restored backup, as the gateways’ journals name them.',
  examples: ['deskhand recovery runs', 'deskhand recovery runs --json'],
  exitCodes: [0, 4, 7],
  run: async (call) => {
    const api = await call.api();
    const { items } = await api.listJournalOnlyRuns({ query: { limit: RUNS_SHOWN_MAX } });
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
