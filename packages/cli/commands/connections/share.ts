import { argument, type Command } from '../../command.ts';
import { find } from '../../find.ts';
import { findConnection } from './find-connection.ts';

export const share: Command = {
  name: 'connections share',
  summary: 'Set who else may run code as the account of a connection; without names, nobody.',
  arguments: [
    { syntax: '<connection>', description: 'name or id' },
    { syntax: '[account...]', description: 'organisation accounts: name, e-mail or id' },
  ],
  examples: ['deskhand connections share kiosk alice@corp.example', 'deskhand connections share kiosk'],
  exitCodes: [0, 4, 5, 6, 7],
  run: async (call) => {
    const api = await call.api();
    const connection = await findConnection(api, argument(call, 0));
    const everyone = (await api.listAccounts()).items;
    const accounts = call.arguments.slice(1).map((written) => {
      const byMail = everyone.find(({ email }) => email === written);
      return (byMail ?? find('account', written, everyone)).id;
    });
    const shared = await api.shareConnection({ params: { id: connection.id }, body: { accounts } });
    call.output.one(shared, ({ name, sharedWith }) => `${name} is shared with ${sharedWith.length} accounts.`);
    return 0;
  },
};
