import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { ActionContext, ArgumentValue } from '@deskhand/robin';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { splitArguments } from '../process/split-arguments.ts';
import { runner, testContext } from '../test-context.ts';
import { environmentOf } from './environment.ts';
import { systemModule } from './module.ts';
import { processOf } from './processes.ts';

let folder = '';
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'system-')));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = runner(systemModule);
type Values = Readonly<Record<string, ArgumentValue>>;
const contextHere = () => testContext({ workingFolder: folder });
const result = async (id: string, values: Values, context: ActionContext = contextHere()) =>
  await run(`System.${id}`, values, context);
const program = (name: string, script: string): string => {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
  return join(folder, name);
};

describe('running applications', () => {
  test('waits for the end and tells the exit code', async () => {
    const path = program('writes', 'echo "$1|$2|$PWD" > out; exit 4');
    const values = { ApplicationPath: path, CommandLineArguments: '"a b" c' };
    const { outputs } = await result('RunApplication.RunApplicationAndWaitToComplete', values);
    expect(outputs).toMatchObject({ ExitCode: 4 });
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe(`a b|c|${folder}\n`);
  });

  test('goes on without waiting, and finds programs by their name', async () => {
    const values = { ApplicationPath: 'touch', CommandLineArguments: 'touched', WorkingDirectory: folder };
    const { outputs } = await result('RunApplication.RunApplication', values);
    expect(outputs?.['ProcessId']).toBeGreaterThan(1);
    await expect.poll(() => readFileSync(join(folder, 'touched'), 'utf8')).toBe('');
  });

  test('what takes too long goes on, and the exit code is -1', async () => {
    const log: string[] = [];
    const context = testContext({ workingFolder: folder, log: (_level, message) => log.push(message) });
    const values = { ApplicationPath: 'sleep', CommandLineArguments: '300', Timeout: 1 };
    const { outputs } = await result('RunApplication.RunApplicationAndWaitToComplete', values, context);
    const id = Number(outputs?.['ProcessId']);
    expect([outputs?.['ExitCode'], processOf(id)?.names[0], log.join()]).toEqual([
      -1,
      'sleep',
      expect.stringContaining('did not end in time'),
    ]);
    await result('TerminateProcess.TerminateProcessById', { ProcessId: id });
    await expect.poll(() => processOf(id)).toBeUndefined();
  });

  test('ends with a cancelled run while it is waited for', async () => {
    const cancelling = new AbortController();
    const context = testContext({ workingFolder: folder, signal: cancelling.signal });
    const path = program('stays', 'echo $$ > stays.pid; exec sleep 300');
    const running = result('RunApplication.RunApplicationAndWaitToComplete', { ApplicationPath: path }, context);
    const written = () => Number(readFileSync(join(folder, 'stays.pid'), 'utf8'));
    await expect.poll(written).toBeGreaterThan(1);
    const id = written();
    cancelling.abort();
    await expect(running).rejects.toThrow(/abort/i);
    await expect.poll(() => processOf(id)).toBeUndefined();
  });

  test('what is not there, and what may not be run', async () => {
    await expect(result('RunApplication.RunApplication', { ApplicationPath: 'no-such-program' })).rejects.toMatchObject(
      { code: 'FileOrApplicationNotFoundError' },
    );
    writeFileSync(join(folder, 'plain.sh'), 'echo', { mode: 0o644 });
    await expect(
      result('RunApplication.RunApplication', { ApplicationPath: join(folder, 'plain.sh') }),
    ).rejects.toMatchObject({ code: 'AccessDeniedToApplicationOrFileError' });
  });

  test('a document is handed to the program that opens such documents', async () => {
    program('xdg-open', 'cp "$1" opened');
    writeFileSync(join(folder, 'letter.txt'), 'Dear');
    const context = testContext({
      workingFolder: folder,
      environment: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    });
    await result(
      'RunApplication.RunApplicationAndWaitToComplete',
      { ApplicationPath: join(folder, 'letter.txt') },
      context,
    );
    expect(readFileSync(join(folder, 'opened'), 'utf8')).toBe('Dear');
  });

  test('without a display no window is found', async () => {
    const values = { ApplicationPath: 'true', Timeout: 1 };
    await expect(result('RunApplication.RunApplicationAndWaitToLoad', values)).rejects.toMatchObject({
      code: 'CannotRetrieveApplicationsMainWindowHandleError',
    });
  });
});

describe('processes', () => {
  const conditions: readonly (readonly [string, boolean])[] = [
    ['IfProcess.ProcessIsRunning', true],
    ['IfProcess.ProcessIsNotRunning', false],
    ['WaitForProcess.ProcessToStart', true],
    ['WaitForProcess.ProcessToStop', false],
  ];
  const withUser: readonly (readonly [string, boolean])[] = [
    ['IfProcess.ProcessWithNameIsRunning', true],
    ['IfProcess.ProcessWithNameIsNotRunning', false],
    ['WaitForProcess.ProcessWithNameToStart', true],
    ['WaitForProcess.ProcessWithNameToStop', false],
  ];

  test('are known by their name in any case, with or without .exe, until they end', async () => {
    const name = `p${process.pid}`;
    const child = spawn(program(name, 'read line'), { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(child, 'spawn');
    for (const [id, holds] of conditions) {
      await expect
        .poll(() => result(id, { ProcessName: `${name.toUpperCase()}.EXE` }), { message: id })
        .toEqual({ holds });
    }
    const mine = { ProcessName: name, ProcessUser: userInfo().username };
    for (const [id, holds] of withUser) expect(await result(id, mine), id).toEqual({ holds });
    expect(await result('IfProcess.ProcessWithNameIsRunning', { ProcessName: name, ProcessUser: 'nobody' })).toEqual({
      holds: false,
    });
    await result('TerminateProcess.TerminateProcessByNameWithUserName', { ProcessName: name, ProcessUser: 'nobody' });
    expect(child.exitCode).toBeNull();
    await result('TerminateProcess.TerminateProcessByName', { ProcessName: name });
    await once(child, 'exit');
    expect(await result('IfProcess.ProcessIsRunning', { ProcessName: name })).toEqual({ holds: false });
  });

  test('end by number, and only those of the account that was named', async () => {
    const child = spawn('sleep', ['300'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const id = { ProcessId: child.pid ?? 0 };
    await expect(
      result('TerminateProcess.TerminateProcessByIdWithUserName', { ...id, ProcessUser: 'nobody' }),
    ).rejects.toMatchObject({ code: 'ProcessWithSpecifiedIDIsNotRunningError' });
    await result('TerminateProcess.TerminateProcessByIdWithUserName', { ...id, ProcessUser: userInfo().username });
    await once(child, 'exit');
  });

  test('a number that nothing has, and the run itself, are refused', async () => {
    await expect(result('TerminateProcess.TerminateProcessById', { ProcessId: 2 ** 22 + 1 })).rejects.toMatchObject({
      code: 'ProcessWithSpecifiedIDIsNotRunningError',
    });
    await expect(result('TerminateProcess.TerminateProcessById', { ProcessId: process.pid })).rejects.toMatchObject({
      code: 'FailedToTerminateProcessError',
    });
    await expect(result('TerminateProcess.TerminateProcessById', { ProcessId: -1 })).rejects.toMatchObject({
      code: 'ProcessWithSpecifiedIDIsNotRunningError',
    });
  });
});

describe('environment variables', () => {
  const get = async (name: string, context: ActionContext) =>
    (await result('GetEnvironmentVariable.GetEnvironmentVariable', { Name: name }, context)).outputs?.['Value'];

  test('are set and deleted for this run only', async () => {
    const context = testContext({ environment: { HOME: '/home/alice', Path: '/bin' } });
    await result('SetEnvironmentVariable', { Name: 'COLOUR', Value: 'red' }, context);
    expect(await get('COLOUR', context)).toBe('red');
    expect(environmentOf(context)).toEqual({ HOME: '/home/alice', Path: '/bin', COLOUR: 'red' });
    await result('DeleteEnvironmentVariable', { Name: 'COLOUR' }, context);
    await expect(get('COLOUR', context)).rejects.toMatchObject({ code: 'EnvironmentVariableDoesNotExistError' });
    expect(environmentOf(testContext({ environment: {} }))).toEqual({});
  });

  test('that Windows has answer with what is meant', async () => {
    const context = testContext({ environment: { HOME: '/home/alice', USER: 'alice', Path: '/bin' } });
    expect(await get('USERPROFILE', context)).toBe('/home/alice');
    expect(await get('username', context)).toBe('alice');
    expect(await get('APPDATA', context)).toBe('/home/alice/.config');
    const scoped = { Name: 'PATH', Scope: 'System' };
    expect((await result('GetEnvironmentVariable.GetEnvironmentVariableFromScope', scoped, context)).outputs).toEqual({
      Value: '/bin',
    });
  });

  test('of the whole machine are not changed', async () => {
    await expect(result('SetEnvironmentVariable', { Name: 'A', Value: 'b', Type: 'System' })).rejects.toMatchObject({
      code: 'InsufficientPermissionsError',
    });
    await expect(result('SetEnvironmentVariable', { Name: 'A=B', Value: 'b' })).rejects.toMatchObject({
      code: 'CannotSetEnvironmentVariableValueError',
    });
    await expect(result('DeleteEnvironmentVariable', { Name: 'NONE' })).rejects.toMatchObject({
      code: 'FailedToDeleteEnvironmentVariableError',
    });
  });
});

describe('ping', () => {
  const pinging = async (script: string, name = 'localhost') => {
    program('ping', script);
    const context = testContext({
      workingFolder: folder,
      environment: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    });
    return (await result('Ping', { HostName: name }, context)).outputs;
  };

  test.each([
    ["echo '64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=12.6 ms'", { PingResult: 'Success', RoundTripTime: 13 }],
    ["echo '1 packets transmitted, 0 received'; exit 1", { PingResult: 'TimedOut', RoundTripTime: 0 }],
    [
      "echo 'From 10.0.0.1 icmp_seq=1 Destination Host Unreachable'; exit 1",
      { PingResult: 'DestinationHostUnreachable', RoundTripTime: 0 },
    ],
  ])('%s', async (script, outputs) => {
    expect(await pinging(script)).toEqual(outputs);
  });

  test('a name that nobody knows, and one that is an option', async () => {
    await expect(pinging("echo 'unknown host' >&2; exit 2")).rejects.toMatchObject({
      code: 'CannotCompletePingActionError',
    });
    await expect(pinging('exit 0', '-f')).rejects.toThrow(/no name or address/);
  });
});

test.each([
  ['a "b c" d', ['a', 'b c', 'd']],
  ['--name="b c"', ['--name=b c']],
  ['"say \\"hi\\""', ['say "hi"']],
  ["'a b' c", ['a b', 'c']],
  ['C:\\dir\\file', ['C:\\dir\\file']],
  ['""', ['']],
  ['', []],
])('the arguments of %s', (line, parts) => {
  expect(splitArguments(line)).toEqual(parts);
});
