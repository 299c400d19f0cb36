import { argument, type Command } from '../../command.ts';
import { findRun } from './find-run.ts';
import { runAsText } from './show-run.ts';

export const show: Command = {
  name: 'runs show',
  summary: 'Show one run: state, reason, times, outputs.',
  arguments: [{ syntax: '<run>', description: 'id, beginning of the id, or request number' }],
  examples: ['deskhand runs show 4812', 'deskhand runs show 4812 --json'],
  exitCodes: [0, 4, 5, 7],
  run: async (call) => {
    call.output.one(await findRun(await call.api(), argument(call, 0)), runAsText);
    return 0;
  },
};
