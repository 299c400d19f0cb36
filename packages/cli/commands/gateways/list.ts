import { type Command, text } from '../../command.ts';
import { ageOf } from '../../terminal/time.ts';
import { findCluster } from '../find-cluster.ts';

export const list: Command = {
  name: 'gateways list',
  summary: 'List gateways, their machines and their sessions.',
  options: [{ syntax: '--cluster <cluster>', description: 'only members of this gateway cluster' }],
  examples: ['deskhand gateways list', 'deskhand gateways list --cluster kiosks --json'],
  exitCodes: [0, 4, 5, 7],
  run: async (call) => {
    const api = await call.api();
    const wanted = text(call, 'cluster');
    const query = wanted === undefined ? {} : { cluster: (await findCluster(api, wanted)).id };
    const { items } = await api.listGateways({ query });
    const now = Date.now();
    call.output.list(
      items,
      [
        { title: 'gateway', cell: (gateway) => gateway.name, cut: 1 },
        { title: 'id', cell: (gateway) => gateway.id },
        { title: 'cluster', cell: (gateway) => gateway.clusterName, cut: 2 },
        { title: 'status', cell: (gateway) => gateway.health.word.toLowerCase() },
        { title: 'version', cell: (gateway) => gateway.version },
        { title: 'policy', cell: (gateway) => gateway.machine?.policy ?? '-' },
        { title: 'sessions', cell: (gateway) => String(gateway.machine?.sessions.length ?? '-') },
        { title: 'slots', cell: ({ machine }) => (machine ? `${machine.slotsInUse}/${machine.sessionLimit}` : '-') },
        { title: 'seen', cell: (gateway) => ageOf(gateway.lastSeenAt, now) },
      ],
      'No gateway is enrolled yet. See: deskhand gateways enrolment-token --help',
    );
    return 0;
  },
};
