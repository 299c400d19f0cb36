import { argument, type Command } from '../../command.ts';
import { findGateway } from './find-gateway.ts';

const settable = (enabled: boolean, name: string, summary: string, examples: readonly string[]): Command => ({
  name,
  summary,
  arguments: [{ syntax: '<gateway>', description: 'name or id' }],
  examples,
  exitCodes: [0, 4, 5, 7],
  run: async (call) => {
    const api = await call.api();
    const { id } = await findGateway(api, argument(call, 0));
    const gateway = await api.updateGateway({ params: { id }, body: { enabled } });
    call.output.one(gateway, () => `${gateway.name} is ${gateway.enabled ? 'enabled' : 'disabled'}.`);
    return 0;
  },
});

export const enable = settable(true, 'gateways enable', 'Let a gateway take runs again.', [
  'deskhand gateways enable kiosk-1',
  'deskhand gateways enable kiosk-1 --json',
]);
export const disable = settable(false, 'gateways disable', 'Offer a gateway no more runs; its running ones go on.', [
  'deskhand gateways disable kiosk-1',
  'deskhand gateways disable kiosk-1 --json',
]);
