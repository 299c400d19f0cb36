import type { Command } from '../command.ts';
import { runProgram } from './program-command.ts';

export const setupCode: Command = {
  name: 'setup-code',
  summary: 'Print a new one-time link for the first account, on the machine of the control plane.',
  arguments: [{ syntax: '[option...]', description: 'of the program: --data' }],
  examples: ['deskhand setup-code', 'deskhand setup-code --data ~/deskhand'],
  exitCodes: [0, 2],
  isProgram: true,
  run: (call) => runProgram('control-plane', ['setup-code', ...call.arguments], call.signal),
};

export const resetPassword: Command = {
  name: 'reset-password',
  summary: 'Set the password of an account, on the machine of the control plane; reads it from standard input.',
  arguments: [{ syntax: '[option...]', description: 'of the program: --email, --data' }],
  examples: [
    'deskhand reset-password --email alice@corp.example',
    'pass show a | deskhand reset-password --email a@corp.example',
  ],
  exitCodes: [0, 2],
  isProgram: true,
  run: (call) => runProgram('control-plane', ['reset-password', ...call.arguments], call.signal),
};
