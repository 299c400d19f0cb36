import { argument, type Command } from '../../command.ts';
import { findGateway } from './find-gateway.ts';

const gatewayArgument = [{ syntax: '<gateway>', description: 'name or id' }];

export const setAside: Command = {
  name: 'gateways set-aside',
  summary: 'Offer a gateway nothing but canary sign-ins; it is put back when enough of them succeed.',
  arguments: gatewayArgument,
  examples: ['deskhand gateways set-aside kiosk-1', 'deskhand gateways set-aside kiosk-1 --json=setAside'],
  exitCodes: [0, 4, 5, 6, 7],
  run: async (call) => {
    const api = await call.api();
    const { id } = await findGateway(api, argument(call, 0));
    call.output.one(
      await api.setGatewayAside({ params: { id } }),
      ({ name, setAside: aside }) =>
        `${name} is set aside; what runs there goes on. Its first canary sign-in is at ${aside?.nextCanaryAt ?? 'once'}.`,
    );
    return 0;
  },
};

export const putBack: Command = {
  name: 'gateways put-back',
  summary: 'Put a gateway back at once that was set aside; what it failed before counts no more.',
  arguments: gatewayArgument,
  examples: ['deskhand gateways put-back kiosk-1', 'deskhand gateways put-back kiosk-1 --json=setAside'],
  exitCodes: [0, 4, 5, 6, 7],
  run: async (call) => {
    const api = await call.api();
    const { id } = await findGateway(api, argument(call, 0));
    call.output.one(await api.putGatewayBack({ params: { id } }), ({ name }) => `${name} takes runs again.`);
    return 0;
  },
};

export const canary: Command = {
  name: 'gateways canary',
  summary: 'Let the next canary sign-in of a gateway that is set aside begin now.',
  arguments: gatewayArgument,
  examples: ['deskhand gateways canary kiosk-1', 'deskhand gateways canary kiosk-1 --json=setAside'],
  exitCodes: [0, 4, 5, 6, 7],
  run: async (call) => {
    const api = await call.api();
    const { id } = await findGateway(api, argument(call, 0));
    call.output.one(
      await api.tryGatewayNow({ params: { id } }),
      ({ name }) => `${name} is tried now. See what comes of it with: deskhand gateways history ${name}`,
    );
    return 0;
  },
};
