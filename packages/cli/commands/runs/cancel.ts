import { argument, type Command, flag } from '../../command.ts';
import { findRun } from './find-run.ts';
import { watchRun } from './watch-run.ts';

export const cancel: Command = {
  name: 'runs cancel',
  summary: 'Cancel a queued, starting or running run.',
  arguments: [{ syntax: '<run>', description: 'id, beginning of the id, or request number' }],
  options: [{ syntax: '-w, --wait', description: 'wait until it has ended and its session is signed out' }],
  examples: ['deskhand runs cancel 4812', 'deskhand runs cancel 4812 --wait'],
  exitCodes: [0, 1, 4, 5, 6, 7, 9],
  run: async (call) => {
    const api = await call.api();
    const run = await findRun(api, argument(call, 0));
    const cancelled = await api.cancelRun({ params: { id: run.id } });
    if (!flag(call, 'wait')) {
      call.output.one(cancelled, ({ id, display }) => `${id}: ${display}`);
      return 0;
    }
    // To cancel and then see it cancelled is what was asked for; any other end is not.
    const exit = await watchRun(call, cancelled, undefined);
    const { state } = await api.getRun({ params: { id: run.id } });
    return state === 'cancelled' ? 0 : exit === 0 ? 1 : exit;
  },
};
