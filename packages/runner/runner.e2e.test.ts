import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { RunnerCommand, RunnerEvent, RunnerResult, RunnerStart } from '@deskhand/protocol/runner.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dh-runner-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const startOf = (script: string, more: Partial<RunnerStart> = {}): RunnerStart => ({
  runId: 'r1',
  attempt: 1,
  flowName: 'Test',
  script,
  inputs: {},
  sensitive: [],
  secrets: [],
  windowsPaths: {},
  culture: 'en-US',
  mode: 'here',
  channel: null,
  logLevel: 'all',
  ...more,
});

function launch(start: RunnerStart, spool?: number, display?: string): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    env: { ...process.env, ...(display === undefined ? {} : { DISPLAY: display }) },
    stdio: ['pipe', 'pipe', 'inherit', ...(spool === undefined ? [] : [spool])],
  });
  children.push(child);
  child.stdin?.end(`${JSON.stringify(start)}\n`);
  return child;
}

async function runHere(start: RunnerStart, heard: (event: RunnerEvent, child: ChildProcess) => void = () => undefined) {
  const child = launch(start);
  const events: RunnerEvent[] = [];
  const ended = once(child, 'close');
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as RunnerEvent;
    events.push(event);
    heard(event, child);
  }
  const [code] = await ended;
  const last = events.at(-1);
  if (last?.type !== 'result') throw new Error('no result');
  return { events, code, result: last.result };
}

const linesOf = (events: readonly RunnerEvent[]) =>
  events.flatMap((event) => (event.type === 'log' ? event.lines : []));

test('a flow runs here: its log, then its outputs, then exit code 0', async () => {
  const script = [
    "@INPUT Count : { 'Type': 'Numeric' }",
    "@OUTPUT Sum : { 'Type': 'Numeric' }",
    'SET Sum TO Count + 2',
    '',
  ];
  const { events, code, result } = await runHere(startOf(script.join('\n'), { inputs: { Count: 40 } }));
  expect(result).toMatchObject({ state: 'succeeded', outputs: { Sum: 42 }, error: null, logLinesLost: 0 });
  expect(code).toBe(0);
  expect(linesOf(events).map((line) => line.action)).toEqual(['SET']);
});

test('an action that does not exist is told with its line, and nothing runs before', async () => {
  const target = join(folder, 'must-not-exist');
  const write = `File.WriteText File: $'''${target}''' TextToWrite: $'''x''' AppendNewLine: True IfFileExists: File.IfFileExists.Overwrite Encoding: File.FileEncoding.UTF8`;
  const lines = [write, 'CALL Sub', 'FUNCTION Sub GLOBAL', 'Nowhere.DoSomething', 'END FUNCTION', ''];
  const { events, code, result } = await runHere(startOf(lines.join('\n')));
  expect(result.error).toMatchObject({ code: 'unknown-action', location: { subflow: 'Sub', line: 4, actionIndex: 1 } });
  expect(linesOf(events)).toEqual([]);
  expect(() => readFileSync(target)).toThrow();
  expect(code).toBe(1);
});

test.each([
  ['Outlook.Launch Instance=> O', 'needs-windows'],
  ['Excel.LaunchExcel.LaunchUnderExistingProcess Visible: True Instance=> E', 'action-not-available'],
])('an action that cannot run here is told before the run: %s', async (row, code) => {
  const { events, result } = await runHere(startOf(`SET A TO 1\n${row}\n`));
  expect(result).toMatchObject({ state: 'failed', error: { code, location: { line: 2 } } });
  expect(linesOf(events)).toEqual([]);
});

test('a Windows path goes through the mapping of the run', async () => {
  const write =
    "File.WriteText File: $'''C:\\\\Data\\\\note.txt''' TextToWrite: $'''mapped''' AppendNewLine: False IfFileExists: File.IfFileExists.Overwrite Encoding: File.FileEncoding.UTF8";
  const { result } = await runHere(startOf(write, { windowsPaths: { 'C:\\Data': folder } }));
  expect(result.state).toBe('succeeded');
  expect(readFileSync(join(folder, 'note.txt'), 'utf8')).toContain('mapped');
});

test('a sensitive input is hidden in the log and in outputs', async () => {
  const script =
    "@OUTPUT Shown : { 'Type': 'String' }\n@INPUT Password : { 'Type': 'String' }\nSET Shown TO $'''is %Password%'''\nTHROW ERROR\n";
  const start = startOf(script.replace('THROW ERROR\n', ''), {
    inputs: { Password: 'correct horse' },
    sensitive: ['Password'],
  });
  const { events, result } = await runHere(start);
  expect(result.outputs).toEqual({ Shown: 'is ••••••' });
  expect(JSON.stringify(events)).not.toContain('correct horse');
});

test('SIGTERM cancels a flow that waits', async () => {
  const { code, result } = await runHere(startOf('WAIT 100\n'), (event, child) => {
    if (event.type === 'started') child.kill('SIGTERM');
  });
  expect(result.state).toBe('cancelled');
  expect(code).toBe(1);
});

test('a flow ends with the program that started it, however that one ended', { timeout: 30_000 }, async () => {
  const command = `exec 3<&0; "$0" --disable-warning=ExperimentalWarning "$1" <&3 & exec sleep 600`;
  const parent = spawn('sh', ['-c', command, process.execPath, main], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(parent);
  parent.stdin.end(`${JSON.stringify(startOf('LOOP WHILE 1 = 1\nWAIT 0.1\nEND\n'))}\n`);
  const states: string[] = [];
  for await (const line of createInterface({ input: parent.stdout })) {
    const event = JSON.parse(line) as RunnerEvent;
    if (event.type === 'started') parent.kill('SIGKILL');
    if (event.type === 'result') states.push(event.result.state);
  }
  expect(states).toEqual(['cancelled']);
});

test('outputs beyond the limit fail the run and name the limit', async () => {
  const script =
    "@OUTPUT Big : { 'Type': 'String' }\nSET Big TO $'''0123456789'''\nLOOP I FROM 1 TO 18 STEP 1\nSET Big TO $'''%Big%%Big%'''\nEND\n";
  const { result } = await runHere(startOf(script));
  expect(result.error).toMatchObject({ code: 'too-large' });
  expect(result.error?.message).toContain('2000000');
});

/** Stands in for a gateway on the runner's socket. */
class Desk {
  readonly path = join(folder, 'runner.sock');
  readonly events: RunnerEvent[] = [];
  #server: Server | undefined;
  #socket: Socket | undefined;
  #waiting: { match: (event: RunnerEvent) => boolean; resolve: (event: RunnerEvent) => void }[] = [];

  async open(): Promise<void> {
    const server = createServer((socket) => {
      this.#socket = socket;
      socket.on('error', () => undefined);
      createInterface({ input: socket }).on('line', (line) => this.#hear(JSON.parse(line) as RunnerEvent));
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.path, resolve));
  }

  say(command: RunnerCommand): void {
    this.#socket?.write(`${JSON.stringify(command)}\n`);
  }

  async next(type: RunnerEvent['type'], match: (event: RunnerEvent) => boolean = () => true): Promise<RunnerEvent> {
    const isMet = (event: RunnerEvent): boolean => event.type === type && match(event);
    const heard = this.events.find(isMet);
    if (heard !== undefined) return heard;
    return await new Promise((resolve) => {
      this.#waiting.push({ match: isMet, resolve });
    });
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#socket?.destroy();
    await new Promise((resolve) => server?.close(resolve));
  }

  #hear(event: RunnerEvent): void {
    this.events.push(event);
    const met = this.#waiting.filter((one) => one.match(event));
    this.#waiting = this.#waiting.filter((one) => !met.includes(one));
    for (const one of met) one.resolve(event);
  }
}

async function runAtDesk(script: string, display?: string) {
  const desk = new Desk();
  await desk.open();
  const spoolPath = join(folder, 'spool.jsonl');
  const spool = openSync(spoolPath, 'a', 0o600);
  const channel = { socketPath: desk.path, secret: 'the secret', spoolDescriptor: 3 };
  const hello = desk.next('hello');
  const child = launch(startOf(script, { mode: 'unattended', channel }), spool, display);
  closeSync(spool);
  const spooled = () =>
    readFileSync(spoolPath, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunnerEvent);
  return { desk, child, hello, spooled };
}

const resultIn = (events: readonly RunnerEvent[]): RunnerResult | undefined =>
  events.flatMap((event) => (event.type === 'result' ? [event.result] : []))[0];

test('with a gateway the log goes to the spool, the result to both, and the runner ends when it is taken', async () => {
  const { desk, child, hello, spooled } = await runAtDesk('SET A TO 1\nSET B TO 2\n');
  expect(await hello).toMatchObject({ secret: 'the secret', pid: child.pid });
  await desk.next('screenshotWanted');
  const result = desk.next('result');
  desk.say({ type: 'screenshotTaken' });
  expect(await result).toMatchObject({ result: { state: 'succeeded', lastLogSeq: 2 } });
  expect(linesOf(spooled()).map((line) => line.seq)).toEqual([1, 2]);
  expect(resultIn(spooled())?.state).toBe('succeeded');
  const ended = once(child, 'exit');
  desk.say({ type: 'resultTaken' });
  expect((await ended)[0]).toBe(0);
  await desk.close();
});

test('a gateway that goes and comes back is greeted again, and the flow has gone on', async () => {
  const { desk, child, hello } = await runAtDesk('WAIT 1\nSET A TO 1\n');
  await hello;
  await desk.close();
  const again = new Desk();
  const secondHello = again.next('hello');
  const started = again.next('started');
  await again.open();
  expect(await secondHello).toMatchObject({ secret: 'the secret' });
  await started;
  await again.next('screenshotWanted');
  again.say({ type: 'screenshotTaken' });
  expect(await again.next('result')).toMatchObject({ result: { state: 'succeeded' } });
  const ended = once(child, 'exit');
  again.say({ type: 'resultTaken' });
  await ended;
  await again.close();
});

test('cancel ends a flow in the middle of a wait', async () => {
  const { desk, child, hello } = await runAtDesk('WAIT 100\n');
  await hello;
  const result = desk.next('result');
  desk.say({ type: 'cancel', because: 'cancelled' });
  expect(await result).toMatchObject({ result: { state: 'cancelled' } });
  const ended = once(child, 'exit');
  desk.say({ type: 'resultTaken' });
  await ended;
  await desk.close();
});

test('a dialog is on a screenshot, and so is the end', async () => {
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '900x600x24', '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  children.push(screen);
  const [display] = (await once(createInterface({ input: screen.stdio[3] as Readable }), 'line')) as [string];
  const show =
    "Display.ShowMessageDialog.ShowMessageWithTimeout Title: $'''Hello''' Message: $'''there''' Icon: Display.Icon.Information Buttons: Display.Buttons.OK DefaultButton: Display.DefaultButton.Button1 IsTopMost: True Timeout: 6 ButtonPressed=> Button\n";
  const { desk, child, hello } = await runAtDesk(show, `:${display}`);
  await hello;
  const captioned = (caption: string) => (event: RunnerEvent) =>
    event.type === 'screenshotWanted' && event.caption === caption;
  await desk.next('screenshotWanted', captioned('Dialog Hello'));
  desk.say({ type: 'screenshotTaken' });
  await desk.next('screenshotWanted', captioned('At the end of the flow'));
  desk.say({ type: 'screenshotTaken' });
  expect(await desk.next('result')).toMatchObject({ result: { state: 'succeeded' } });
  const ended = once(child, 'exit');
  desk.say({ type: 'resultTaken' });
  await ended;
  await desk.close();
});
