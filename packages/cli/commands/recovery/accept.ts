import { type Command, flag } from '../../command.ts';
import { find } from '../../find.ts';
import { confirm } from '../../terminal/ask.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { textOf } from './show.ts';

export const accept: Command = {
  name: 'recovery accept',
  summary: 'Go on without the journals of machines that will not come back; what they started may start again.',
  arguments: [{ syntax: '[gateway...]', description: 'names or ids of gateways that are still missing' }],
  options: [
    { syntax: '--all', description: 'every gateway that is still missing' },
    { syntax: '-y, --yes', description: 'do not ask' },
  ],
  examples: ['deskhand recovery accept kiosk-1', 'deskhand recovery accept --all --yes'],
  exitCodes: [0, 4, 5, 7],
  run: async (call) => {
    const api = await call.api();
    const missing = (await api.getRecovery()).awaited.map((one) => ({ id: one.gatewayId, name: one.name }));
    if (!flag(call, 'all') && call.arguments.length === 0)
      throw usageFailure('No gateway was named.', 'deskhand recovery show, then name them or add --all');
    const chosen = flag(call, 'all') ? missing : call.arguments.map((word) => find('missing gateway', word, missing));
    const names = chosen.map(({ name }) => name).join(', ');
    if (chosen.length > 0)
      await confirm(`Runs that ${names} started since the backup may start a second time. Go on?`, flag(call, 'yes'));
    const gatewayIds = chosen.map(({ id }) => id);
    const after = chosen.length > 0 ? await api.acceptRecoveryRisk({ body: { gatewayIds } }) : await api.getRecovery();
    call.output.one(after, textOf);
    return 0;
  },
};
