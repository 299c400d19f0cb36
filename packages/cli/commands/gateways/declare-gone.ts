import { argument, type Command, flag } from '../../command.ts';
import { confirm } from '../../terminal/ask.ts';
import { findGateway } from './find-gateway.ts';

export const declareGone: Command = {
  name: 'gateways declare-gone',
  summary: 'Declare a machine gone: its unfinished runs become uncertain now.',
  arguments: [{ syntax: '<gateway>', description: 'name or id' }],
  options: [{ syntax: '-y, --yes', description: 'do not ask' }],
  examples: ['deskhand gateways declare-gone kiosk-1', 'deskhand gateways declare-gone kiosk-1 --yes'],
  exitCodes: [0, 2, 4, 5, 6, 7],
  run: async (call) => {
    const api = await call.api();
    const { id, name } = await findGateway(api, argument(call, 0));
    await confirm(`Is the machine of ${name} really gone?`, flag(call, 'yes'));
    const { uncertain } = await api.declareGone({ params: { id } });
    call.output.one({ id, uncertain }, () => `${name} is gone; ${uncertain} runs became uncertain.`);
    return 0;
  },
};
