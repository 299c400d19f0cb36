import { argument, type Command } from '../../command.ts';
import { findGateway } from './find-gateway.ts';

export const gatewayRestart: Command = {
  name: 'gateways restart',
  summary: 'Have a gateway start anew; what runs there goes on and is adopted.',
  arguments: [{ syntax: '<gateway>', description: 'name or id' }],
  examples: ['deskhand gateways restart kiosk-1', 'deskhand gateways restart kiosk-1 --json'],
  exitCodes: [0, 4, 5, 6, 7],
  run: async (call) => {
    const api = await call.api();
    const { id, name } = await findGateway(api, argument(call, 0));
    const asked = await api.restartGateway({ params: { id } });
    call.output.one(asked, () => `${name} was asked to start anew. See: deskhand gateways show ${name}`);
    return 0;
  },
};
