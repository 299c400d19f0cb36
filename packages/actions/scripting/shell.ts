import type { ActionCall, ActionDefinition } from '@deskhand/robin';
import { choice, folder, integer, output, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readChoice, readOptionalPath, readText } from '../declare/read-argument.ts';
import { codePage, codePageMembers } from '../encoding/code-pages.ts';
import type { TextEncoding } from '../encoding/text-encoding.ts';
import { isFolder } from '../file/find-files.ts';
import { withLocalPaths } from './command-paths.ts';
import { scriptErrors } from './errors.ts';
import { runScript } from './run-script.ts';

const command = { DOSCommandOrApplication: text(), WorkingDirectory: folder({ default: null }) };
const encoding = { Encoding: choice('System.Encoding', codePageMembers, 'utf_8') };
const timeout = { Timeout: integer({ default: 10, summary: 'Seconds.' }) };
const outputs = {
  StandardOutput: output('text', 'CommandOutput'),
  StandardError: output('text', 'CommandErrorOutput'),
  ExitCode: output('number', 'CommandExitCode'),
};

const selector = (more: ActionDefinition['selectors'][string]['arguments']): ActionDefinition['selectors'][string] => ({
  arguments: { ...command, ...more },
  outputs,
  run: execute,
});

export const runDosCommand: ActionDefinition = {
  id: 'Scripting.RunDOSCommand',
  title: 'Run DOS command',
  summary:
    'Runs a command and keeps what it prints. Ours: the command goes to this machine’s shell (sh), with its paths turned into those of this machine, and a warning is logged when it looks like one of Windows.',
  linux: 'process',
  aliases: ['System.RunDOSCommand'],
  errors: [
    scriptErrors.CannotExecuteCommandOrConsoleApplicationError,
    scriptErrors.FailedToRunScriptInTheAllottedTimeError,
    scriptErrors.DirectoryNotFoundError,
    scriptErrors.EncodingNotAvailableError,
  ],
  selectors: {
    RunDOSCommand: selector({}),
    RunDOSCommandAndFailOnTimeout: selector(timeout),
    RunDOSCommandWithCodePage: selector(encoding),
    RunDOSCommandWithCodePageAndFailOnTimeout: selector({ ...timeout, ...encoding }),
  },
};

async function execute(call: ActionCall) {
  const { resolvePath } = call.context;
  const written = withLocalPaths(readText(call, 'DOSCommandOrApplication'), resolvePath);
  warnOfWindows(call, written);
  const folderPath = readOptionalPath(call, 'WorkingDirectory');
  if (folderPath !== undefined && !isFolder(folderPath)) {
    throw failure(scriptErrors.DirectoryNotFoundError, `The folder ${folderPath} does not exist.`);
  }
  const script = {
    command: '/bin/sh',
    args: ['-c', written],
    encoding: encodingOf(call),
    ...(folderPath === undefined ? {} : { folder: folderPath }),
  };
  const answer = await runScript(call, script, scriptErrors.CannotExecuteCommandOrConsoleApplicationError);
  return {
    outputs: { StandardOutput: answer.output, StandardError: answer.errors, ExitCode: answer.exitCode },
  };
}

function encodingOf(call: ActionCall): TextEncoding {
  const member = call.arguments['Encoding'] === undefined ? 'utf_8' : readChoice(call, 'Encoding');
  const page = codePage(member);
  if (page !== undefined) return page;
  throw failure(scriptErrors.EncodingNotAvailableError, `The code page ${member} cannot be read here.`);
}

const windowsOnly =
  /^\s*(?:dir|copy|xcopy|robocopy|del|move|ren|type|cls|start|taskkill|tasklist|ipconfig|net|reg|wmic|powershell|cmd)\b|%\w+%|[A-Za-z]:\\/i;

function warnOfWindows(call: ActionCall, written: string): void {
  if (!windowsOnly.test(written)) return;
  call.context.log('warning', 'This command looks like one of Windows; here it goes to the shell (sh).');
}
