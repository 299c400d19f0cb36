import { writeFileSync } from 'node:fs';
import { argument, type Command, flag } from '../../command.ts';
import { cannot, usageFailure } from '../../terminal/errors.ts';
import { readScript } from './files.ts';

export const fmt: Command = {
  name: 'flow fmt',
  summary: 'Print a desktop flow in canonical form.',
  arguments: [{ syntax: '<file>', description: 'a Robin file, or - for standard input' }],
  options: [{ syntax: '--write', description: 'write it back into the file instead' }],
  examples: [
    'deskhand flow fmt invoices.robin',
    'deskhand flow fmt - < invoices.robin',
    'deskhand flow fmt invoices.robin --write',
  ],
  exitCodes: [0, 2],
  run: async (call) => {
    const file = argument(call, 0);
    const { parseFlow, printFlow } = await import('@deskhand/robin');
    const { flow, diagnostics } = parseFlow(readScript(file), { mode: 'lenient' });
    const first = diagnostics.find(({ severity }) => severity === 'error');
    if (first)
      throw cannot(
        `${file} was not formatted.`,
        `line ${first.line}, column ${first.column}: ${first.message}`,
        `deskhand flow check ${file}`,
        'flow-not-parsable',
      );
    const script = printFlow(flow);
    if (flag(call, 'write')) {
      if (file === '-') throw usageFailure('Standard input cannot be written back.', 'leave --write out');
      writeFileSync(file, script);
      call.output.hint(`Wrote ${file}.`);
    } else call.output.one({ file, script }, () => script);
    return 0;
  },
};
