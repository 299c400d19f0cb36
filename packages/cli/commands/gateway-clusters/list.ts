import type { Command } from '../../command.ts';

export const list: Command = {
  name: 'gateway-clusters list',
  summary: 'List gateway clusters and how busy they are.',
  examples: ['deskhand gateway-clusters list', 'deskhand gateway-clusters list --json=name,waiting'],
  exitCodes: [0, 4, 7],
  run: async (call) => {
    const { items } = await (await call.api()).listClusters();
    call.output.list(
      items,
      [
        { title: 'cluster', cell: (cluster) => cluster.name, cut: 1 },
        { title: 'id', cell: (cluster) => cluster.id },
        { title: 'online', cell: ({ online, members }) => `${online}/${members}` },
        { title: 'running', cell: (cluster) => String(cluster.running) },
        { title: 'waiting', cell: (cluster) => String(cluster.waiting) },
        { title: 'runs on', cell: (cluster) => (cluster.runOnAllGateways ? 'all gateways' : 'the primary') },
        { title: 'key', cell: (cluster) => cluster.keyFingerprint ?? 'none yet' },
      ],
      'There is no gateway cluster yet. See: deskhand gateway-clusters create --help',
    );
    return 0;
  },
};
