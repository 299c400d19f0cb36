import { argument, type Command } from '../../command.ts';
import { findRun } from '../runs/find-run.ts';

export const undoMove: Command = {
  name: 'run-queue undo-move',
  summary: 'Give a run that was moved to the top its old place back.',
  arguments: [{ syntax: '<run>', description: 'id, beginning of the id, or request number' }],
  examples: ['deskhand queue undo-move 4812', 'deskhand run-queue undo-move 4812 --json'],
  exitCodes: [0, 4, 5, 6, 7],
  run: async (call) => {
    const api = await call.api();
    const run = await findRun(api, argument(call, 0));
    const moved = await api.undoMove({ params: { id: run.id } });
    call.output.one(moved, ({ id, position }) => `${id}: place ${position ?? '-'}`);
    return 0;
  },
};
