import { argument, type Command, text } from '../../command.ts';
import { findGateway } from './find-gateway.ts';

export const history: Command = {
  name: 'gateways history',
  summary: 'Print when a gateway was set aside, tried with canary sign-ins and put back, the newest first.',
  arguments: [{ syntax: '<gateway>', description: 'name or id' }],
  options: [{ syntax: '--before <number>', description: 'go on below this event of the page before' }],
  examples: ['deskhand gateways history kiosk-1', 'deskhand gateways history kiosk-1 --json'],
  exitCodes: [0, 2, 4, 5, 7],
  run: async (call) => {
    const before = text(call, 'before');
    const api = await call.api();
    const { id } = await findGateway(api, argument(call, 0));
    const query = before === undefined ? {} : { before: Number(before) };
    const { items } = await api.getGatewayHistory({ params: { id }, query });
    call.output.list(
      items,
      [
        { title: 'number', cell: (event) => String(event.number) },
        { title: 'at', cell: (event) => event.at },
        { title: 'event', cell: (event) => event.event },
        { title: 'by', cell: (event) => event.actor },
        { title: 'detail', cell: (event) => event.detail, cut: 1 },
      ],
      'This gateway was never set aside.',
    );
    return 0;
  },
};
