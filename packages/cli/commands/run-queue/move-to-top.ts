import type { Command } from '../../command.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { findRun } from '../runs/find-run.ts';
import { printQueue } from './show.ts';

export const moveToTop: Command = {
  name: 'run-queue move-to-top',
  summary: 'Move queued runs to the top of their run queue; the first named ends first.',
  arguments: [{ syntax: '<run...>', description: 'runs of one cluster' }],
  examples: ['deskhand queue move-to-top 4812', 'deskhand queue move-to-top 4812 4815'],
  exitCodes: [0, 4, 5, 6, 7],
  run: async (call) => {
    const api = await call.api();
    const runs = await Promise.all(call.arguments.map((written) => findRun(api, written)));
    const clusters = new Set(runs.map((run) => run.cluster.id));
    const [id] = clusters;
    if (id === undefined || clusters.size > 1)
      throw usageFailure('These runs wait in different clusters.', 'move the runs of one cluster at a time');
    printQueue(call, await api.moveToTop({ params: { id }, body: { runs: runs.map((run) => run.id) } }));
    return 0;
  },
};
