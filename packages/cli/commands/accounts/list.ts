import type { Command } from '../../command.ts';

export const list: Command = {
  name: 'accounts list',
  summary: 'List the accounts of this organisation.',
  examples: ['deskhand accounts list', 'deskhand accounts list --json=email,roles'],
  exitCodes: [0, 4, 7],
  run: async (call) => {
    const { items } = await (await call.api()).listAccounts();
    call.output.list(
      items,
      [
        { title: 'account', cell: (account) => account.name, cut: 1 },
        { title: 'mail', cell: (account) => account.email },
        { title: 'id', cell: (account) => account.id },
        { title: 'roles', cell: (account) => account.roles.join(',') },
        { title: 'own accounts', cell: (account) => account.osAccounts.join(','), cut: 2 },
        { title: 'state', cell: (account) => (account.disabled ? 'disabled' : 'enabled') },
      ],
      'There is no account.',
    );
    return 0;
  },
};
