import { argument, type Command, flag } from '../../command.ts';
import { confirm } from '../../terminal/ask.ts';
import { findFlow } from './find-flow.ts';

export const remove: Command = {
  name: 'flows delete',
  summary: 'Delete a desktop flow that has no unfinished run.',
  arguments: [{ syntax: '<flow>', description: 'name or id' }],
  options: [{ syntax: '-y, --yes', description: 'do not ask' }],
  examples: ['deskhand flows delete Invoices', 'deskhand flows delete Invoices --yes'],
  exitCodes: [0, 2, 4, 5, 6, 7],
  run: async (call) => {
    const api = await call.api();
    const flow = await findFlow(api, argument(call, 0));
    await confirm(`Delete the desktop flow ${flow.name}?`, flag(call, 'yes'));
    await api.deleteFlow({ params: { id: flow.id } });
    call.output.one({ id: flow.id, deleted: true }, () => `Deleted ${flow.name}.`);
    return 0;
  },
};
