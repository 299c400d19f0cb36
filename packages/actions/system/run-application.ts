import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type ActionCall, type ActionDefinition } from '@deskhand/robin';
import { choice, folder, integer, output, text } from '../declare/arguments.ts';
import { failure, systemCodeOf } from '../declare/errors.ts';
import { readNumber, readOptionalPath, readText } from '../declare/read-argument.ts';
import { isFolder } from '../file/find-files.ts';
import { findProgram, isExecutable } from '../process/find-program.ts';
import { endGroup } from '../process/run-process.ts';
import { splitArguments } from '../process/split-arguments.ts';
import { environmentOf } from './environment.ts';
import { systemErrors } from './errors.ts';
import { waitForWindow } from './wait-for-window.ts';

const launching = {
  ApplicationPath: text(),
  CommandLineArguments: text({ default: '' }),
  WorkingDirectory: folder({ default: null }),
  WindowStyle: choice('System.ProcessWindowStyle', ['Normal', 'Hidden', 'Minimized', 'Maximized']),
};
const processId = output('number', 'AppProcessId');
const timeout = integer({ default: 0, summary: 'Seconds; 0 waits as long as the run lasts.' });

export const runApplication: ActionDefinition = {
  id: 'System.RunApplication',
  title: 'Run application',
  summary:
    'Starts a program, or opens a document with the program that belongs to it. Ours: the window style is left to the window manager; a program that does not end in time goes on, with the exit code -1; it ends with the run only while it is waited for.',
  linux: 'process',
  errors: [
    systemErrors.FileOrApplicationNotFoundError,
    systemErrors.AccessDeniedToApplicationOrFileError,
    systemErrors.CannotRetrieveApplicationsMainWindowHandleError,
    systemErrors.CannotRunApplicationOrOpenFileError,
  ],
  selectors: {
    RunApplication: {
      arguments: launching,
      outputs: { ProcessId: processId },
      run: async (call) => {
        const child = await launch(call);
        child.unref();
        return { outputs: { ProcessId: child.pid ?? 0 } };
      },
    },
    RunApplicationAndWaitToLoad: {
      arguments: { ...launching, Timeout: timeout },
      outputs: { ProcessId: processId, WindowHandle: output('number', 'WindowHandle') },
      run: async (call) => {
        const child = await launch(call);
        child.unref();
        const id = child.pid ?? 0;
        const handle = await waitForWindow(id, environmentOf(call.context), timeoutMs(call), call.context.signal);
        if (handle === undefined) {
          throw failure(
            systemErrors.CannotRetrieveApplicationsMainWindowHandleError,
            `The program with the number ${id} showed no window in time.`,
          );
        }
        return { outputs: { ProcessId: id, WindowHandle: handle } };
      },
    },
    RunApplicationAndWaitToComplete: {
      arguments: { ...launching, Timeout: timeout },
      outputs: { ProcessId: processId, ExitCode: output('number', 'AppExitCode') },
      run: async (call) => {
        const child = await launch(call);
        const exitCode = await exitOf(child, timeoutMs(call), call);
        return { outputs: { ProcessId: child.pid ?? 0, ExitCode: exitCode } };
      },
    },
  },
};

const timeoutMs = (call: ActionCall): number | undefined => {
  const seconds = readNumber(call, 'Timeout');
  return seconds > 0 ? seconds * 1_000 : undefined;
};

async function launch(call: ActionCall): Promise<ChildProcess> {
  const environment = environmentOf(call.context);
  const { command, args } = commandFor(call, environment);
  const child = spawn(command, args, {
    cwd: readOptionalPath(call, 'WorkingDirectory') ?? call.context.workingFolder,
    env: { ...environment },
    detached: true,
    stdio: 'ignore',
  });
  try {
    await once(child, 'spawn');
    return child;
  } catch (cause) {
    const denied = systemCodeOf(cause) === 'EACCES';
    const error = denied
      ? systemErrors.AccessDeniedToApplicationOrFileError
      : systemErrors.CannotRunApplicationOrOpenFileError;
    throw failure(error, `${command} could not be started.`, cause);
  }
}

/** A program by its path or name; anything else that exists is a document, and the desktop knows who opens it. */
function commandFor(call: ActionCall, environment: Readonly<Record<string, string>>) {
  const written = readText(call, 'ApplicationPath').trim();
  const args = splitArguments(readText(call, 'CommandLineArguments'));
  const named = /[\\/]/.test(written) ? undefined : findProgram(written, environment['PATH']);
  const path = named ?? (isLink(written) ? written : call.context.resolvePath(written));
  if (isExecutable(path)) return { command: path, args: [...args] };
  if (!existsSync(path) && !isLink(path)) {
    throw failure(systemErrors.FileOrApplicationNotFoundError, `There is no program or file ${written}.`);
  }
  if (isFolder(path) || !isProgramFile(path)) return { command: opener(written, environment), args: [path] };
  throw failure(systemErrors.AccessDeniedToApplicationOrFileError, `${path} may not be run by this account.`);
}

const isLink = (written: string): boolean => /^(?:https?|mailto|file):/i.test(written);
const isProgramFile = (path: string): boolean => /\.(?:sh|run|bin|appimage)$/i.test(path);

function opener(written: string, environment: Readonly<Record<string, string>>): string {
  const program = findProgram('xdg-open', environment['PATH']);
  if (program !== undefined) return program;
  throw failure(
    systemErrors.CannotRunApplicationOrOpenFileError,
    `${written} is no program, and this machine has no xdg-open to find the one that opens it.`,
  );
}

function exitOf(child: ChildProcess, wait: number | undefined, call: ActionCall): Promise<number> {
  const { signal, log } = call.context;
  return new Promise((resolve, reject) => {
    const finish = (then: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      then();
    };
    const abort = (): void => {
      endGroup(child);
      finish(() => reject(signal.reason instanceof Error ? signal.reason : new Error('The run was cancelled.')));
    };
    const late = (): void => {
      child.unref();
      log('warning', `The program with the number ${child.pid} did not end in time; it goes on.`);
      finish(() => resolve(-1));
    };
    const timer = wait === undefined ? undefined : setTimeout(late, wait);
    signal.addEventListener('abort', abort, { once: true });
    child.once('exit', (code) => finish(() => resolve(code ?? -1)));
    if (signal.aborted) abort();
    else if (child.exitCode !== null) finish(() => resolve(child.exitCode ?? -1));
  });
}
