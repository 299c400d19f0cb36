import { argument, type Command, text } from '../../command.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { findFlow } from './find-flow.ts';

export const script: Command = {
  name: 'flows script',
  summary: 'Print the text of a desktop flow.',
  arguments: [{ syntax: '<flow>', description: 'name or id' }],
  options: [{ syntax: '--flow-version <number>', description: 'an older version' }],
  examples: ['deskhand flows script Invoices > invoices.robin', 'deskhand flows script Invoices --flow-version 3'],
  exitCodes: [0, 4, 5, 7],
  run: async (call) => {
    const api = await call.api();
    const flow = await findFlow(api, argument(call, 0));
    const written = text(call, 'flowVersion');
    const version = written === undefined ? flow.version : Number(written);
    if (!Number.isInteger(version)) throw usageFailure(`"${written}" is not a version.`, '--flow-version 3');
    const found = await api.getScript({ params: { id: flow.id }, query: { version } });
    call.output.one(found, (answer) => answer.script);
    return 0;
  },
};
