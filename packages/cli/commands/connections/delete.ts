import { argument, type Command, flag } from '../../command.ts';
import { confirm } from '../../terminal/ask.ts';
import { findConnection } from './find-connection.ts';

export const remove: Command = {
  name: 'connections delete',
  summary: 'Delete a connection that has no unfinished run.',
  arguments: [{ syntax: '<connection>', description: 'name or id' }],
  options: [{ syntax: '-y, --yes', description: 'do not ask' }],
  examples: ['deskhand connections delete kiosk', 'deskhand connections delete kiosk --yes'],
  exitCodes: [0, 2, 4, 5, 6, 7],
  run: async (call) => {
    const api = await call.api();
    const { id, name } = await findConnection(api, argument(call, 0));
    await confirm(`Delete the connection ${name} and its password?`, flag(call, 'yes'));
    await api.deleteConnection({ params: { id } });
    call.output.one({ id, deleted: true }, () => `Deleted ${name}.`);
    return 0;
  },
};
