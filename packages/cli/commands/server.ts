import type { Command } from '../command.ts';
import { runProgram } from './program-command.ts';

export const server: Command = {
  name: 'server',
  summary: 'Run the control plane alone, in the foreground.',
  arguments: [{ syntax: '[option...]', description: 'of the program: --port, --host, --data, --tls-cert, --tls-key' }],
  examples: ['deskhand server --port 4680', 'DATABASE_URL=postgres://db/deskhand deskhand server'],
  exitCodes: [0, 2],
  isProgram: true,
  run: (call) => runProgram('control-plane', call.arguments, call.signal),
};
