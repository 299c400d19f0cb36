import { argument, type Command } from '../../command.ts';

export const create: Command = {
  name: 'gateway-clusters create',
  summary: 'Make a gateway cluster.',
  arguments: [{ syntax: '<name>', description: 'its name' }],
  examples: ['deskhand gateway-clusters create kiosks', 'deskhand gateway-clusters create kiosks --quiet'],
  exitCodes: [0, 4, 6, 7],
  run: async (call) => {
    const cluster = await (await call.api()).createCluster({ body: { name: argument(call, 0) } });
    call.output.one(cluster, ({ id, name }) => `${name}: ${id}`);
    return 0;
  },
};
