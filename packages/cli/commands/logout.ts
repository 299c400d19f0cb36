import { keepToken } from '../config/credentials.ts';
import type { Command } from '../command.ts';

export const logout: Command = {
  name: 'logout',
  summary: 'Forget the API token of this server.',
  examples: ['deskhand logout', 'deskhand logout --server https://deskhand.corp.example'],
  exitCodes: [0, 2],
  run: async (call) => {
    const server = call.settings.server.value;
    keepToken(server, undefined, process.env);
    call.output.one({ server, signedIn: false }, () => `Signed out of ${server}. Revoke the token in the portal.`);
    return 0;
  },
};
