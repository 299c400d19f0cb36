import type { Command } from '../../command.ts';

export const list: Command = {
  name: 'connections list',
  summary: 'List connections that are yours or shared with you.',
  examples: ['deskhand connections list', 'deskhand connections list --json=name,accountName'],
  exitCodes: [0, 4, 7],
  run: async (call) => {
    const { items } = await (await call.api()).listConnections();
    call.output.list(
      items,
      [
        { title: 'connection', cell: (one) => one.name, cut: 1 },
        { title: 'id', cell: (one) => one.id },
        { title: 'cluster', cell: (one) => one.clusterName, cut: 2 },
        { title: 'account', cell: (one) => one.accountName },
        { title: 'password', cell: (one) => (one.hasPassword ? `version ${one.passwordVersion}` : 'none') },
        { title: 'session blocked', cell: (one) => one.whenSessionBlocked },
        { title: 'owner', cell: (one) => one.owner?.name ?? '-', cut: 3 },
      ],
      'There is no connection yet. See: deskhand connections create --help',
    );
    return 0;
  },
};
