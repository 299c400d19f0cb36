import { argument, type Command, text } from '../../command.ts';
import { nameOfFile, readScript } from '../flow/files.ts';

export const create: Command = {
  name: 'flows create',
  summary: 'Make a desktop flow on the server from a file.',
  arguments: [{ syntax: '<file>', description: 'a Robin file, or - for standard input' }],
  options: [
    { syntax: '--name <name>', description: "its name; the file's name without it" },
    { syntax: '--description <text>', description: 'what it is for' },
  ],
  examples: ['deskhand flows create invoices.robin', 'deskhand flows create - --name Invoices < invoices.robin'],
  exitCodes: [0, 2, 4, 6, 7],
  run: async (call) => {
    const file = argument(call, 0);
    const description = text(call, 'description');
    const flow = await (await call.api()).createFlow({
      body: {
        name: text(call, 'name') ?? nameOfFile(file),
        script: readScript(file),
        ...(description === undefined ? {} : { description }),
      },
    });
    call.output.one(flow, ({ id, name, problems }) => `${name}: ${id}${problems > 0 ? `, ${problems} problems` : ''}`);
    return 0;
  },
};
