import type { Command } from '../../command.ts';
import { runsOfOneQueue } from './runs-of-one-queue.ts';
import { printQueue } from './show.ts';

export const moveToTop: Command = {
  name: 'run-queue move-to-top',
  summary: 'Move queued runs to the top of their run queue; the first named ends first.',
  arguments: [{ syntax: '<run...>', description: 'runs of one cluster' }],
  examples: ['deskhand queue move-to-top 4812', 'deskhand queue move-to-top 4812 4815'],
  exitCodes: [0, 4, 5, 6, 7],
  run: async (call) => {
    const api = await call.api();
    const { clusterId, runs } = await runsOfOneQueue(api, call.arguments);
    printQueue(call, await api.moveToTop({ params: { id: clusterId }, body: { runs } }));
    return 0;
  },
};
