import { argument, type Command } from '../../command.ts';
import { readScript } from '../flow/files.ts';
import { findFlow } from './find-flow.ts';

export const save: Command = {
  name: 'flows save',
  summary: 'Save a file as the next version of a desktop flow.',
  arguments: [
    { syntax: '<flow>', description: 'name or id' },
    { syntax: '<file>', description: 'a Robin file, or - for standard input' },
  ],
  examples: [
    'deskhand flows save Invoices invoices.robin',
    'deskhand flow fmt a.robin | deskhand flows save Invoices -',
  ],
  exitCodes: [0, 2, 4, 5, 6, 7],
  run: async (call) => {
    const api = await call.api();
    const flow = await findFlow(api, argument(call, 0));
    const body = { script: readScript(argument(call, 1)), baseVersion: flow.version };
    const saved = await api.saveScript({ params: { id: flow.id }, body });
    call.output.one(saved, ({ name, version }) => `${name}: version ${version}`);
    return 0;
  },
};
