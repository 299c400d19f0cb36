import { argument, type Command, flag, text } from '../../command.ts';
import { askSecret } from '../../terminal/ask.ts';
import { findConnection } from './find-connection.ts';

export const setPassword: Command = {
  name: 'connections set-password',
  summary: 'Store a new password, encrypted here so that only the cluster can read it.',
  arguments: [{ syntax: '<connection>', description: 'name or id' }],
  options: [
    { syntax: '--password-stdin', description: 'read the password from standard input' },
    { syntax: '--fingerprint <fingerprint>', description: "of the cluster's key, as its gateway prints it" },
  ],
  examples: [
    'deskhand connections set-password kiosk',
    'pass show kiosk | deskhand connections set-password kiosk --password-stdin',
  ],
  exitCodes: [0, 2, 4, 5, 6, 7],
  run: async (call) => {
    const connection = await findConnection(await call.api(), argument(call, 0));
    const password = await askSecret(`Password of ${connection.accountName}: `, flag(call, 'passwordStdin'));
    const { sealPassword } = await import('./seal-password.ts');
    const changed = await sealPassword(call, connection, password, text(call, 'fingerprint'));
    call.output.one(changed, ({ name, passwordVersion }) => `${name}: password version ${passwordVersion}`);
    return 0;
  },
};
