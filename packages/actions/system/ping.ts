import type { ActionDefinition } from '@deskhand/robin';
import { integer, output, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readNumber, readText } from '../declare/read-argument.ts';
import { findProgram } from '../process/find-program.ts';
import { runProcess } from '../process/run-process.ts';
import { environmentOf } from './environment.ts';
import { systemErrors } from './errors.ts';

/** The program's own wait ends first; this is for one that hangs. */
const PING_SLACK_MS = 5_000;

export const ping: ActionDefinition = {
  id: 'System.Ping',
  title: 'Ping',
  summary:
    "Asks a machine for a sign of life with the system's ping. The result is Success, TimedOut or DestinationHostUnreachable; the time is in milliseconds.",
  linux: 'process',
  errors: [systemErrors.CannotCompletePingActionError],
  selectors: {
    '': {
      arguments: { HostName: text(), Timeout: integer({ default: 5_000, summary: 'Milliseconds.' }) },
      outputs: { PingResult: output('text', 'PingResult'), RoundTripTime: output('number', 'RoundTripTime') },
      run: async (call) => {
        const name = readText(call, 'HostName').trim();
        // A name that begins with a dash would be read as an option of the program.
        if (!/^[\w.:%-]+$/.test(name) || name.startsWith('-')) {
          throw failure(systemErrors.CannotCompletePingActionError, `'${name}' is no name or address of a machine.`);
        }
        const environment = environmentOf(call.context);
        const program = findProgram('ping', environment['PATH']);
        if (program === undefined) {
          throw failure(systemErrors.CannotCompletePingActionError, 'This machine has no program called ping.');
        }
        const waitMs = Math.max(readNumber(call, 'Timeout'), 1);
        const { exitCode, stdout, stderr, timedOut } = await runProcess({
          command: program,
          args: ['-n', '-c', '1', '-W', String(Math.ceil(waitMs / 1_000)), name],
          folder: call.context.workingFolder,
          environment: { ...environment, LC_ALL: 'C' },
          timeoutMs: waitMs + PING_SLACK_MS,
          signal: call.context.signal,
        });
        return { outputs: answerOf(timedOut ? 1 : exitCode, stdout.toString(), stderr.toString(), name) };
      },
    },
  },
};

function answerOf(exitCode: number, printed: string, complaint: string, name: string) {
  const time = /time[=<]([\d.]+) ?ms/.exec(printed)?.[1];
  if (exitCode === 0 && time !== undefined) return { PingResult: 'Success', RoundTripTime: Math.round(Number(time)) };
  if (exitCode === 1) {
    const unreachable = /unreachable/i.test(printed);
    return { PingResult: unreachable ? 'DestinationHostUnreachable' : 'TimedOut', RoundTripTime: 0 };
  }
  throw failure(systemErrors.CannotCompletePingActionError, `${name} could not be asked: ${complaint.trim()}`);
}
