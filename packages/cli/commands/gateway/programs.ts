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
  summary: 'Enrol this machine with a one-time token, read from standard input.',
  arguments: options,
  examples: [
    'deskhand gateway enrol --server https://deskhand.corp.example --token-stdin < token',
    'deskhand gateway enrol --help',
  ],
  exitCodes: [0, 2, 4, 5, 7],
  isProgram: true,
  run: (call) => runProgram('gateway', ['enrol', ...call.arguments], call.signal),
};

export const gatewayConfirmJoin: Command = {
  name: 'gateway confirm-join',
  summary: 'Hand the key of the cluster to a joining machine, by the code that it shows.',
  arguments: options,
  examples: ['deskhand gateway confirm-join', 'deskhand gateway confirm-join --name machine-2'],
  exitCodes: [0, 2, 4, 5, 6, 7],
  isProgram: true,
  run: (call) => runProgram('gateway', ['confirm-join', ...call.arguments], call.signal),
};

export const gatewayKey: Command = {
  name: 'gateway key',
  summary: "Print the fingerprint of the cluster's key, to compare before a password is encrypted to it.",
  arguments: options,
  examples: ['deskhand gateway key', 'deskhand gateway key --data /var/lib/deskhand-gateway'],
  exitCodes: [0, 2],
  isProgram: true,
  run: (call) => runProgram('gateway', ['key', ...call.arguments], call.signal),
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

export const gatewayRestartHere: Command = {
  name: 'gateway restart',
  summary: 'Have the gateway of this machine start anew; what runs goes on and is adopted.',
  arguments: options,
  examples: ['deskhand gateway restart', 'deskhand gateway restart --data /var/lib/deskhand-gateway'],
  exitCodes: [0, 2, 6],
  isProgram: true,
  run: (call) => runProgram('gateway', ['restart', ...call.arguments], call.signal),
};

export const gatewayInstallService: Command = {
  name: 'gateway install-service',
  summary: 'Have systemd start the gateway with this machine, and again whenever it ends.',
  arguments: options,
  examples: ['deskhand gateway install-service', 'deskhand gateway install-service --print'],
  exitCodes: [0, 2],
  isProgram: true,
  run: (call) => runProgram('gateway', ['install-service', ...call.arguments], call.signal),
};
