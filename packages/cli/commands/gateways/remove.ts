import { argument, type Command, flag } from '../../command.ts';
import { confirm } from '../../terminal/ask.ts';
import { findGateway } from './find-gateway.ts';

export const remove: Command = {
  name: 'gateways remove',
  summary: 'Remove a gateway; its unfinished runs become uncertain.',
  arguments: [{ syntax: '<gateway>', description: 'name or id' }],
  options: [{ syntax: '-y, --yes', description: 'do not ask' }],
  examples: ['deskhand gateways remove kiosk-1', 'deskhand gateways remove kiosk-1 --yes'],
  exitCodes: [0, 2, 4, 5, 6, 7],
  run: async (call) => {
    const api = await call.api();
    const gateway = await findGateway(api, argument(call, 0));
    await confirm(`Remove ${gateway.name}? Its unfinished runs become uncertain.`, flag(call, 'yes'));
    await api.removeGateway({ params: { id: gateway.id }, query: { confirm: 'yes' } });
    call.output.one({ id: gateway.id, removed: true }, () => `Removed ${gateway.name}.`);
    return 0;
  },
};
