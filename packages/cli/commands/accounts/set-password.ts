import { argument, type Command, flag } from '../../command.ts';
import { find } from '../../find.ts';
import { askSecret } from '../../terminal/ask.ts';

export const setPassword: Command = {
  name: 'accounts set-password',
  summary: 'Set the password of an account; ends every sign-in of it.',
  arguments: [{ syntax: '<account>', description: 'name, e-mail or id' }],
  options: [{ syntax: '--password-stdin', description: 'read the password from standard input' }],
  examples: [
    'deskhand accounts set-password alice@corp.example',
    'pass show a | deskhand accounts set-password alice --password-stdin',
  ],
  exitCodes: [0, 2, 4, 5, 7],
  run: async (call) => {
    const api = await call.api();
    const everyone = (await api.listAccounts()).items;
    const written = argument(call, 0);
    const account = everyone.find(({ email }) => email === written) ?? find('account', written, everyone);
    const password = await askSecret(`Password of ${account.name}: `, flag(call, 'passwordStdin'));
    await api.resetPassword({ params: { id: account.id }, body: { password } });
    call.output.one({ id: account.id, changed: true }, () => `The password of ${account.name} was set.`);
    return 0;
  },
};
