import type { Command } from '../../command.ts';
import { runProgram } from '../program-command.ts';

const options = [{ syntax: '[option...]', description: 'of the program' }] as const;

export const gatewayRun: Command = {
  name: 'gateway run',
  summary: 'Run the gateway of this machine, in the foreground.',
  arguments: options,
  examples: ['deskhand gateway run', 'deskhand gateway run --data /var/lib/deskhand-gateway'],
  exitCodes: [0, 2, 4, 7],
  isProgram: true,
  run: (call) => runProgram('gateway', ['run', ...call.arguments], call.signal),
};

export const gatewayEnrol: Command = {
  name: 'gateway enrol',
  summary: 'Enrol this machine with a one-time token; the token is read from standard input when it is left out.',
  arguments: options,
  examples: [
    'deskhand gateway enrol --server https://deskhand.corp.example --token TOKEN',
    'deskhand gateway enrol --help',
  ],
  exitCodes: [0, 2, 4, 5, 7],
  isProgram: true,
  run: (call) => runProgram('gateway', ['enrol', ...call.arguments], call.signal),
};

export const gatewayRecoveryKey: Command = {
  name: 'gateway recovery-key',
  summary: "Make a new recovery key of this machine's cluster and show it on this terminal only.",
  arguments: options,
  examples: [
    'deskhand gateway recovery-key --new',
    'deskhand gateway recovery-key --new --data /var/lib/deskhand-gateway',
  ],
  exitCodes: [0, 2],
  isProgram: true,
  run: (call) => runProgram('gateway', ['recovery-key', ...call.arguments], call.signal),
};
