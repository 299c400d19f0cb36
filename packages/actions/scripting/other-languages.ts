import { delimiter, join } from 'node:path';
import type { ActionCall, ActionDefinition } from '@deskhand/robin';
import { folder, folders, integer, output, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readOptionalPath, readPaths, readText } from '../declare/read-argument.ts';
import { isFolder } from '../file/find-files.ts';
import { findProgram, hasProgram, isExecutable } from '../process/find-program.ts';
import { environmentOf } from '../system/environment.ts';
import { scriptErrors } from './errors.ts';
import { runScript } from './run-script.ts';

const timeout = { Timeout: integer({ default: 10, summary: 'Seconds.' }) };

const pythonCode = { PythonCode: text(), ModuleFolderPaths: folders({ default: null }) };
const pythonOutputs = {
  ScriptOutput: output('text', 'PythonScriptOutput'),
  ScriptError: output('text', 'ScriptError'),
};

export const runPython: ActionDefinition = {
  id: 'Scripting.RunPythonScript',
  title: 'Run Python script',
  summary:
    "Runs a script with this machine's python3, or with the Python of a folder. Ours: every form is today's Python; scripts in the language of version 2 must be brought up to date.",
  linux: 'process',
  errors: [scriptErrors.FailedToRunPythonScriptError, scriptErrors.DirectoryNotFoundError],
  selectors: {
    RunPythonScript: { arguments: pythonCode, outputs: pythonOutputs, run: python },
    RunPythonScript34: { arguments: pythonCode, outputs: pythonOutputs, run: python },
    RunPythonScriptCPython: {
      arguments: { ...pythonCode, PythonPath: folder() },
      outputs: pythonOutputs,
      run: python,
    },
  },
};

async function python(call: ActionCall) {
  const modules = readPaths(call, 'ModuleFolderPaths');
  const missing = modules.find((path) => !isFolder(path));
  if (missing !== undefined)
    throw failure(scriptErrors.DirectoryNotFoundError, `The folder ${missing} does not exist.`);
  const known = environmentOf(call.context)['PYTHONPATH'];
  const searched = [...modules, ...(known === undefined ? [] : [known])].join(delimiter);
  const script = {
    command: pythonProgram(call),
    args: ['-'],
    input: readText(call, 'PythonCode'),
    environment: { PYTHONIOENCODING: 'utf-8', ...(searched === '' ? {} : { PYTHONPATH: searched }) },
  };
  const answer = await runScript(call, script, scriptErrors.FailedToRunPythonScriptError);
  return { outputs: { ScriptOutput: answer.output, ScriptError: answer.errors } };
}

function pythonProgram(call: ActionCall): string {
  const given = readOptionalPath(call, 'PythonPath');
  if (given === undefined) {
    const found = findProgram('python3', environmentOf(call.context)['PATH']);
    if (found !== undefined) return found;
    throw failure(scriptErrors.FailedToRunPythonScriptError, 'This machine has no python3.');
  }
  const names = ['python3', 'python', 'bin/python3', 'bin/python'];
  const program = [given, ...names.map((name) => join(given, name))].find(isExecutable);
  if (program !== undefined) return program;
  throw failure(scriptErrors.DirectoryNotFoundError, `There is no Python in ${given}.`);
}

const powershellCode = { Script: text({ default: '' }) };
const powershellOutputs = {
  ScriptOutput: output('text', 'PowershellOutput'),
  ScriptError: output('text', 'ScriptError'),
};

export const runPowershell: ActionDefinition = {
  id: 'Scripting.RunPowershellScript',
  title: 'Run PowerShell script',
  summary:
    'Runs a script with PowerShell for Linux (pwsh); parts of Windows, such as COM and the registry, are not there.',
  linux: 'process',
  errors: [scriptErrors.FailedToRunPowerShellScriptError, scriptErrors.FailedToRunScriptInTheAllottedTimeError],
  aliases: ['Scripting.RunPowershellScript.RunPowershellScript'],
  unavailable: () =>
    hasProgram('pwsh')
      ? undefined
      : 'This machine has no pwsh. Install PowerShell for Linux, or rewrite the script for Run DOS command or Python.',
  selectors: {
    RunScript: { arguments: powershellCode, outputs: powershellOutputs, run: powershell },
    RunScriptAndFailOnTimeout: {
      arguments: { ...powershellCode, ...timeout },
      outputs: powershellOutputs,
      run: powershell,
    },
  },
};

async function powershell(call: ActionCall) {
  const command = findProgram('pwsh', environmentOf(call.context)['PATH']);
  if (command === undefined) {
    throw failure(scriptErrors.FailedToRunPowerShellScriptError, 'This machine has no pwsh.');
  }
  const encoded = Buffer.from(readText(call, 'Script'), 'utf16le').toString('base64');
  const script = { command, args: ['-NoLogo', '-NoProfile', '-NonInteractive', '-EncodedCommand', encoded] };
  const answer = await runScript(call, script, scriptErrors.FailedToRunPowerShellScriptError);
  return { outputs: { ScriptOutput: answer.output, ScriptError: answer.errors } };
}

const needsWindows = 'VBScript runs on Windows only. Rewrite the script for Run JavaScript or Python.';
const onWindows = () => {
  throw failure(scriptErrors.CannotExecuteCommandOrConsoleApplicationError, needsWindows);
};
const vbCode = { VBScriptCode: text({ default: '' }) };
const vbOutputs = { ScriptOutput: output('text', 'VBScriptOutput'), ScriptError: output('text', 'ScriptError') };

export const runVbscript: ActionDefinition = {
  id: 'Scripting.RunVBScript',
  title: 'Run VBScript',
  summary: 'Needs Windows: there is no VBScript elsewhere.',
  linux: 'windows',
  errors: [
    scriptErrors.FailedToRunScriptInTheAllottedTimeError,
    scriptErrors.CannotExecuteCommandOrConsoleApplicationError,
  ],
  unavailable: () => needsWindows,
  selectors: {
    RunVBScript: { arguments: vbCode, outputs: vbOutputs, run: onWindows },
    RunVBScriptAndFailOnTimeout: { arguments: { ...vbCode, ...timeout }, outputs: vbOutputs, run: onWindows },
  },
};
