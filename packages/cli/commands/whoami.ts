import type { Command } from '../command.ts';

export const whoami: Command = {
  name: 'whoami',
  summary: 'Say which account the server sees.',
  examples: ['deskhand whoami', 'deskhand whoami --json=email,roles'],
  exitCodes: [0, 4, 7],
  run: async (call) => {
    const account = await (await call.api()).whoAmI();
    call.output.one(
      account,
      ({ name, email, roles }) => `${name} <${email}>, ${roles.join(', ')}, on ${call.settings.server.value}`,
    );
    return 0;
  },
};
