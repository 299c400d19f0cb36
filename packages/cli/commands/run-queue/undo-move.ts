import type { Command } from '../../command.ts';
import { runsOfOneQueue } from './runs-of-one-queue.ts';
import { printQueue } from './show.ts';

export const undoMove: Command = {
  name: 'run-queue undo-move',
  summary: 'Give runs that were moved to the top their old places back, all at once.',
  arguments: [{ syntax: '<run...>', description: 'runs of one cluster' }],
  examples: ['deskhand queue undo-move 4812', 'deskhand queue undo-move 4812 4815'],
  exitCodes: [0, 4, 5, 6, 7],
  run: async (call) => {
    const api = await call.api();
    const { clusterId, runs } = await runsOfOneQueue(api, call.arguments);
    printQueue(call, await api.undoMoves({ params: { id: clusterId }, body: { runs } }));
    return 0;
  },
};
