import type { ActionCall, ActionDefinition } from '@deskhand/robin';
import { integer, text } from '../declare/arguments.ts';
import { failure, systemCodeOf } from '../declare/errors.ts';
import { readNumber, readText } from '../declare/read-argument.ts';
import { systemErrors } from './errors.ts';
import { isNamed, processOf, type RunningProcess, runningProcesses, userIdOf } from './processes.ts';

const byName = { ProcessName: text() };
const byNameAndUser = { ProcessUser: text(), ProcessName: text() };

const condition = (
  argumentsOfForm: ActionDefinition['selectors'][string]['arguments'],
  isWanted: (isRunning: boolean) => boolean,
): ActionDefinition['selectors'][string] => ({
  arguments: argumentsOfForm,
  outputs: {},
  run: (call) => ({ holds: isWanted(matching(call).length > 0) }),
});

const isRunning = (running: boolean): boolean => running;
const isNotRunning = (running: boolean): boolean => !running;

const ifProcess: ActionDefinition = {
  id: 'System.IfProcess',
  title: 'If process',
  summary: 'Tells whether a program runs. Its name counts in any case, with or without .exe.',
  linux: 'process',
  errors: [systemErrors.CannotRetrieveListOfProcessesError],
  isCondition: true,
  selectors: {
    ProcessIsRunning: condition(byName, isRunning),
    ProcessIsNotRunning: condition(byName, isNotRunning),
    ProcessWithNameIsRunning: condition(byNameAndUser, isRunning),
    ProcessWithNameIsNotRunning: condition(byNameAndUser, isNotRunning),
  },
};

const waitForProcess: ActionDefinition = {
  id: 'System.WaitForProcess',
  title: 'Wait for process',
  summary: 'Holds once a program runs, or has ended; WAIT asks again until it does.',
  linux: 'process',
  errors: [systemErrors.CannotRetrieveListOfProcessesError],
  isCondition: true,
  selectors: {
    ProcessToStart: condition(byName, isRunning),
    ProcessToStop: condition(byName, isNotRunning),
    ProcessWithNameToStart: condition(byNameAndUser, isRunning),
    ProcessWithNameToStop: condition(byNameAndUser, isNotRunning),
  },
};

function matching(call: ActionCall): readonly RunningProcess[] {
  const name = readText(call, 'ProcessName');
  return list().filter((process) => isNamed(process, name) && belongs(call, process));
}

function list(): readonly RunningProcess[] {
  try {
    return runningProcesses();
  } catch (cause) {
    throw failure(
      systemErrors.CannotRetrieveListOfProcessesError,
      'The processes of this machine are not told.',
      cause,
    );
  }
}

function belongs(call: ActionCall, process: RunningProcess): boolean {
  if (call.arguments['ProcessUser'] === undefined) return true;
  return process.userId === userIdOf(readText(call, 'ProcessUser'));
}

const terminate: ActionDefinition = {
  id: 'System.TerminateProcess',
  title: 'Terminate process',
  summary:
    "Ends programs at once, by name or by number. Ours: never the run's own process, and a name that nothing has is no error.",
  linux: 'process',
  errors: [
    systemErrors.ProcessWithSpecifiedIDIsNotRunningError,
    systemErrors.FailedToTerminateProcessError,
    systemErrors.CannotRetrieveListOfProcessesError,
  ],
  selectors: {
    TerminateProcessById: {
      arguments: { ProcessId: integer() },
      outputs: {},
      run: (call) => endById(call),
    },
    TerminateProcessByIdWithUserName: {
      arguments: { ProcessUser: text(), ProcessId: integer() },
      outputs: {},
      run: (call) => endById(call),
    },
    TerminateProcessByName: { arguments: byName, outputs: {}, run: (call) => endAll(matching(call)) },
    TerminateProcessByNameWithUserName: {
      arguments: byNameAndUser,
      outputs: {},
      run: (call) => endAll(matching(call)),
    },
  },
};

function endById(call: ActionCall) {
  const id = readNumber(call, 'ProcessId');
  const running = id > 1 ? processOf(id) : undefined;
  if (running === undefined || !belongs(call, running)) {
    throw failure(systemErrors.ProcessWithSpecifiedIDIsNotRunningError, `No such process has the number ${id}.`);
  }
  if (id === process.pid) {
    throw failure(systemErrors.FailedToTerminateProcessError, "A flow does not end the run's own process; use EXIT.");
  }
  return endAll([running]);
}

function endAll(processes: readonly RunningProcess[]) {
  for (const { id, names } of processes) {
    if (id === process.pid) continue;
    try {
      process.kill(id, 'SIGKILL');
    } catch (cause) {
      if (systemCodeOf(cause) === 'ESRCH') continue;
      throw failure(systemErrors.FailedToTerminateProcessError, `${names[0] ?? ''} (${id}) could not be ended.`, cause);
    }
  }
  return {};
}

export const processActions = [ifProcess, waitForProcess, terminate];
