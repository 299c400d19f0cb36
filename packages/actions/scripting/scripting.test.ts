import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArgumentValue, LogLevel } from '@deskhand/robin';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { processOf } from '../system/processes.ts';
import { runner, testContext } from '../test-context.ts';
import { scriptingModule } from './module.ts';

let folder = '';
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'scripts-')));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = runner(scriptingModule);
const result = async (
  id: string,
  values: Readonly<Record<string, ArgumentValue>>,
  context = testContext({ workingFolder: folder }),
) => (await run(`Scripting.${id}`, values, context)).outputs ?? {};

describe('shell commands', () => {
  test('tell what was printed, what was complained about, and the exit code', async () => {
    const answer = await result('RunDOSCommand.RunDOSCommand', { DOSCommandOrApplication: 'pwd; echo oh >&2; exit 3' });
    expect(answer).toEqual({ StandardOutput: `${folder}\n`, StandardError: 'oh\n', ExitCode: 3 });
  });

  test('start in the folder they are given', async () => {
    const values = { DOSCommandOrApplication: 'pwd', WorkingDirectory: '/' };
    expect((await result('RunDOSCommand.RunDOSCommand', values))['StandardOutput']).toBe('/\n');
    await expect(
      result('RunDOSCommand.RunDOSCommand', { ...values, WorkingDirectory: '/no/such' }),
    ).rejects.toMatchObject({ code: 'DirectoryNotFoundError' });
  });

  test('are read in the code page that was asked for', async () => {
    const values = { DOSCommandOrApplication: "printf '\\351'", Encoding: 'Windows_1252' };
    expect((await result('RunDOSCommand.RunDOSCommandWithCodePage', values))['StandardOutput']).toBe('é');
    const unknown = { ...values, Encoding: 'x_iscii_ta', Timeout: 5 };
    await expect(result('RunDOSCommand.RunDOSCommandWithCodePageAndFailOnTimeout', unknown)).rejects.toMatchObject({
      code: 'EncodingNotAvailableError',
    });
  });

  test('that take too long are ended with all they started', async () => {
    const values = { DOSCommandOrApplication: 'sleep 300 & echo $! > pid; wait', Timeout: 1 };
    await expect(result('RunDOSCommand.RunDOSCommandAndFailOnTimeout', values)).rejects.toMatchObject({
      code: 'FailedToRunScriptInTheAllottedTimeError',
    });
    const { StandardOutput } = await result('RunDOSCommand.RunDOSCommand', { DOSCommandOrApplication: 'cat pid' });
    expect(processOf(Number(StandardOutput))).toBeUndefined();
  });

  test('end when the run is cancelled', async () => {
    const cancelling = new AbortController();
    const context = testContext({ workingFolder: folder, signal: cancelling.signal });
    const running = result('RunDOSCommand.RunDOSCommand', { DOSCommandOrApplication: 'sleep 300' }, context);
    cancelling.abort();
    await expect(running).rejects.toThrow(/abort/i);
  });

  test('are cut off after ten megabytes, and the log says so', async () => {
    const log: string[] = [];
    const context = testContext({ workingFolder: folder, log: (_level, message) => log.push(message) });
    const values = { DOSCommandOrApplication: 'head -c 12000000 /dev/zero' };
    expect((await result('RunDOSCommand.RunDOSCommand', values, context))['StandardOutput']).toHaveLength(
      10 * 1024 * 1024,
    );
    expect(log.join()).toContain('10 MB');
  });

  test('that look like Windows are run with a warning', async () => {
    const levels: LogLevel[] = [];
    const context = testContext({ workingFolder: folder, log: (level) => levels.push(level) });
    await result('RunDOSCommand.RunDOSCommand', { DOSCommandOrApplication: 'echo %TEMP%' }, context);
    expect(levels).toEqual(['warning']);
  });
});

describe('JavaScript', () => {
  const js = async (code: string) => await result('RunJavascript.RunJavascript', { JavascriptCode: code });

  test('echoes as Windows Script Host does', async () => {
    expect(await js('var x = 1; WScript.Echo("a", x + 1); WScript.StdOut.Write("b")')).toEqual({
      ScriptOutput: 'a 2\nb',
      ScriptError: '',
    });
  });

  test('tells an error with its line', async () => {
    const { ScriptOutput, ScriptError } = await js('WScript.Echo("before");\nnope();');
    expect(ScriptOutput).toBe('before\n');
    expect(ScriptError).toBe('script.js(2, 1) nope is not defined\n');
  });

  test('quits where it says so, and knows no ActiveX', async () => {
    expect(await js('WScript.Echo(1); WScript.Quit(2); WScript.Echo(3)')).toEqual({
      ScriptOutput: '1\n',
      ScriptError: '',
    });
    expect((await js('new ActiveXObject("Excel.Application")'))['ScriptError']).toMatch(/is a part of Windows/);
  });

  test('that never ends is ended', async () => {
    const values = { JavascriptCode: 'while (true) {}', Timeout: 1 };
    await expect(result('RunJavascript.RunJavascriptAndFailOnTimeout', values)).rejects.toMatchObject({
      code: 'FailedToRunScriptInTheAllottedTimeError',
    });
  });
});

describe('Python', () => {
  test.each(['RunPythonScript', 'RunPythonScript34'])('%s', async (selector) => {
    expect(await result(`RunPythonScript.${selector}`, { PythonCode: 'print("ä", 6 * 7)' })).toEqual({
      ScriptOutput: 'ä 42\n',
      ScriptError: '',
    });
  });

  test('finds modules in the folders it is given, and tells its errors', async () => {
    mkdirSync(join(folder, 'modules'), { recursive: true });
    writeFileSync(join(folder, 'modules', 'mine.py'), 'answer = 42\n');
    const values = {
      PythonCode: 'import mine\nprint(mine.answer)\nraise ValueError("no")',
      ModuleFolderPaths: [join(folder, 'modules')],
    };
    const { ScriptOutput, ScriptError } = await result('RunPythonScript.RunPythonScript', values);
    expect([ScriptOutput, String(ScriptError).includes('ValueError: no')]).toEqual(['42\n', true]);
    const missing = { ...values, ModuleFolderPaths: [join(folder, 'none')] };
    await expect(result('RunPythonScript.RunPythonScript', missing)).rejects.toMatchObject({
      code: 'DirectoryNotFoundError',
    });
  });

  test('of a folder', async () => {
    const bin = join(folder, 'python');
    mkdirSync(bin);
    writeFileSync(join(bin, 'python3'), '#!/bin/sh\necho mine\n');
    chmodSync(join(bin, 'python3'), 0o755);
    const values = { PythonCode: '', PythonPath: bin };
    expect((await result('RunPythonScript.RunPythonScriptCPython', values))['ScriptOutput']).toBe('mine\n');
    await expect(
      result('RunPythonScript.RunPythonScriptCPython', { ...values, PythonPath: '/no/such' }),
    ).rejects.toMatchObject({ code: 'DirectoryNotFoundError' });
  });
});

describe('PowerShell', () => {
  test.each(['RunScript', 'RunScriptAndFailOnTimeout'])('%s hands the script to pwsh, encoded', async (selector) => {
    const bin = join(folder, 'pwsh-bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'pwsh'), '#!/bin/sh\neval "last=\\${$#}"\necho "$last" | base64 -d | tr -d "\\000"\n');
    chmodSync(join(bin, 'pwsh'), 0o755);
    const context = testContext({
      workingFolder: folder,
      environment: { PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    });
    expect((await result(`RunPowershellScript.${selector}`, { Script: 'Get-Date' }, context))['ScriptOutput']).toBe(
      'Get-Date',
    );
    await expect(
      result(`RunPowershellScript.${selector}`, {}, testContext({ environment: { PATH: '' } })),
    ).rejects.toMatchObject({ code: 'FailedToRunPowerShellScriptError' });
  });
});

test('VBScript needs Windows, and says so before the run', async () => {
  const vbscript = scriptingModule.actions.find(({ id }) => id === 'Scripting.RunVBScript');
  expect([vbscript?.linux, vbscript?.unavailable?.()]).toEqual(['windows', expect.stringContaining('Windows only')]);
  for (const selector of ['RunVBScript', 'RunVBScriptAndFailOnTimeout']) {
    await expect(result(`RunVBScript.${selector}`, {})).rejects.toThrow(/Windows only/);
  }
});
