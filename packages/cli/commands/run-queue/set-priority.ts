import { argument, type Command } from '../../command.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { findRun } from '../runs/find-run.ts';

export const setPriority: Command = {
  name: 'run-queue set-priority',
  summary: 'Change the priority of a queued run.',
  arguments: [
    { syntax: '<run>', description: 'id, beginning of the id, or request number' },
    { syntax: '<priority>', description: 'high or normal' },
  ],
  examples: ['deskhand queue set-priority 4812 high', 'deskhand run-queue set-priority 4812 normal'],
  exitCodes: [0, 4, 5, 6, 7],
  run: async (call) => {
    const priority = argument(call, 1);
    if (priority !== 'high' && priority !== 'normal')
      throw usageFailure(`"${priority}" is not a priority.`, 'high or normal');
    const api = await call.api();
    const run = await findRun(api, argument(call, 0));
    const changed = await api.setPriority({ params: { id: run.id }, body: { priority } });
    call.output.one(changed, ({ id, position }) => `${id}: priority ${changed.priority}, place ${position ?? '-'}`);
    return 0;
  },
};
