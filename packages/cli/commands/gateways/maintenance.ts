import { argument, type Command, flag, text } from '../../command.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { findGateway } from './find-gateway.ts';

export const maintenance: Command = {
  name: 'gateways maintenance',
  summary: 'Offer a gateway nothing new while its machine is worked on; what runs there goes on.',
  arguments: [{ syntax: '<gateway>', description: 'name or id' }],
  options: [
    { syntax: '--note <text>', description: 'why, as everybody who waits reads it' },
    { syntax: '--end', description: 'end it: runs are offered again' },
  ],
  examples: [
    'deskhand gateways maintenance kiosk-1 --note "New disk, back at noon"',
    'deskhand gateways maintenance kiosk-1 --end',
  ],
  exitCodes: [0, 4, 5, 7],
  run: async (call) => {
    const note = text(call, 'note');
    if (flag(call, 'end') && note !== undefined)
      throw usageFailure('A maintenance that ends has no note.', 'either --note or --end');
    const api = await call.api();
    const { id } = await findGateway(api, argument(call, 0));
    const body = { maintenance: flag(call, 'end') ? null : { note: note ?? '' } };
    const gateway = await api.updateGateway({ params: { id }, body });
    call.output.one(gateway, ({ name }) =>
      gateway.maintenance
        ? `${name} is in maintenance and gets no new runs; what runs there goes on.`
        : `${name} is no longer in maintenance.`,
    );
    return 0;
  },
};
