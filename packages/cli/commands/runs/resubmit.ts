import { randomUUID } from 'node:crypto';
import { argument, type Command, flag } from '../../command.ts';
import { findRun } from './find-run.ts';
import { watchRun } from './watch-run.ts';

export const resubmit: Command = {
  name: 'runs resubmit',
  summary: 'Submit a finished run again, with the same inputs, connection, mode and priority.',
  arguments: [{ syntax: '<run>', description: 'id, beginning of the id, or request number' }],
  options: [
    { syntax: '--original-version', description: "use the flow's version of then, not the current one" },
    { syntax: '--accept-uncertain', description: 'also when nobody knows how the old run ended' },
    { syntax: '-w, --wait', description: 'watch it to its end; the exit code is its outcome' },
  ],
  examples: ['deskhand runs resubmit 4812', 'deskhand runs resubmit 4812 --original-version --wait'],
  exitCodes: [0, 1, 2, 4, 5, 6, 7, 9],
  run: async (call) => {
    const api = await call.api();
    const old = await findRun(api, argument(call, 0));
    const run = await api.resubmitRun({
      params: { id: old.id },
      body: {
        version: flag(call, 'originalVersion') ? 'original' : 'current',
        ...(flag(call, 'acceptUncertain') ? { acceptUncertain: true } : {}),
      },
      idempotencyKey: randomUUID(),
    });
    if (flag(call, 'wait')) return await watchRun(call, run, undefined);
    call.output.one(run, ({ id, display }) => `Submitted ${id}: ${display}`);
    return 0;
  },
};
