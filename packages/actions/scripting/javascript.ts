import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActionCall, ActionDefinition } from '@deskhand/robin';
import { integer, output, text } from '../declare/arguments.ts';
import { readText } from '../declare/read-argument.ts';
import { scriptErrors } from './errors.ts';
import { runScript } from './run-script.ts';

const code = { JavascriptCode: text({ default: '' }) };
const outputs = { ScriptOutput: output('text', 'JavascriptOutput'), ScriptError: output('text', 'ScriptError') };

export const runJavascript: ActionDefinition = {
  id: 'Scripting.RunJavascript',
  title: 'Run JavaScript',
  summary:
    'Runs a script in a process of its own, with what Windows Script Host offers: WScript.Echo, Quit, Sleep, Arguments and StdOut. Ours: there is no ActiveXObject, and the language is that of today.',
  linux: 'process',
  errors: [scriptErrors.FailedToRunScriptInTheAllottedTimeError, scriptErrors.FailedToRunJavaScriptError],
  selectors: {
    RunJavascript: { arguments: code, outputs, run: execute },
    RunJavascriptAndFailOnTimeout: {
      arguments: { ...code, Timeout: integer({ default: 10, summary: 'Seconds.' }) },
      outputs,
      run: execute,
    },
  },
};

async function execute(call: ActionCall) {
  const folder = mkdtempSync(join(tmpdir(), 'script-'));
  try {
    const file = join(folder, 'script.js');
    writeFileSync(file, readText(call, 'JavascriptCode'), { mode: 0o600 });
    const script = { command: process.execPath, args: ['--no-warnings', '--eval', scriptObjects, '--', file] };
    const answer = await runScript(call, script, scriptErrors.FailedToRunJavaScriptError);
    return { outputs: { ScriptOutput: answer.output, ScriptError: answer.errors } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * What runs in the child: the objects of Windows Script Host, then the script. Errors are told as cscript does, with line
 * and column. Writing is synchronous, because `Quit` ends the process at once.
 */
const scriptObjects = `
const { readFileSync, writeSync } = require('node:fs');
const { runInThisContext } = require('node:vm');
const write = (fd) => (text) => {
  let rest = Buffer.from(String(text));
  while (rest.length > 0) {
    try { rest = rest.subarray(writeSync(fd, rest)); } catch (error) { if (error.code !== 'EAGAIN') throw error; }
  }
};
const print = (value) => value === null ? 'null' : value === undefined ? '' : typeof value === 'boolean' ? (value ? '-1' : '0') : String(value);
const stream = (fd) => ({ Write: write(fd), WriteLine: (text = '') => write(fd)(text + '\\n'), WriteBlankLines: (count) => write(fd)('\\n'.repeat(count)) });
const file = process.argv[1];
globalThis.WScript = {
  Echo: (...values) => write(1)(values.map(print).join(' ') + '\\n'),
  Quit: (code = 0) => process.exit(code),
  Sleep: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
  StdOut: stream(1),
  StdErr: stream(2),
  Arguments: { length: 0, Count: () => 0, Item: () => undefined },
  ScriptName: 'script.js',
  ScriptFullName: file,
  Name: 'Deskhand',
  Version: '5.8',
};
globalThis.WSH = globalThis.WScript;
globalThis.ActiveXObject = function ActiveXObject(name) {
  throw new Error('ActiveXObject ' + name + ' is a part of Windows and does not exist here.');
};
globalThis.require = require;
const complain = (error) => {
  const place = /script\\.js:(\\d+)(?::(\\d+))?/.exec((error && error.stack) || '');
  write(2)('script.js' + (place ? '(' + place[1] + ', ' + (place[2] || 1) + ')' : '') + ' ' + ((error && error.message) || error) + '\\n');
  process.exitCode = 1;
};
process.on('uncaughtException', complain);
try {
  runInThisContext(readFileSync(file, 'utf8'), { filename: 'script.js' });
} catch (error) {
  complain(error);
}
`;
