import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const main = fileURLToPath(new URL('../../main.ts', import.meta.url));

interface Answer {
  readonly exit: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs a flow from standard input through the real runner; `hears` sees what comes on stderr. */
function flowRun(
  script: string,
  words: readonly string[] = [],
  hears?: (said: string, end: () => void) => void,
): Promise<Answer> {
  const child = spawn(process.execPath, [main, 'flow', 'run', '-', ...words], { stdio: 'pipe' });
  const seen = { out: '', error: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    seen.out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    seen.error += chunk.toString();
    hears?.(seen.error, () => child.kill('SIGINT'));
  });
  child.stdin.end(script);
  return new Promise((resolve) => child.once('close', (exit) => resolve({ exit, ...seen })));
}

const greeting = `@INPUT Who : { 'Type': 'Text', 'IsOptional': False }
@OUTPUT Greeting : { 'Type': 'Text' }
SET Greeting TO $'''Hello %Who%'''
`;

test('outputs are data on stdout', async () => {
  expect(await flowRun(greeting, ['--input', 'who=Ada'])).toMatchObject({ exit: 0, out: 'Greeting = Hello Ada\n' });
});

test('--json prints state, outputs and error last', async () => {
  const { exit, out } = await flowRun(greeting, ['--input', 'Who=Ada', '--json']);
  expect(exit).toBe(0);
  expect(JSON.parse(out)).toEqual({ state: 'succeeded', outputs: { Greeting: 'Hello Ada' }, error: null });
});

test('a copy from the designer takes what is given as its inputs, as text', async () => {
  const copied = "FlowControl.ThrowCustomError CustomErrorCode: $'''Told''' CustomErrorMessage: $'''%Who + 1%'''\n";
  const { exit, out } = await flowRun(copied, ['--input', 'who=7', '--json']);
  expect(exit).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ error: { code: 'Told', message: '71' } });
});

test('what a flow says does not command the terminal', async () => {
  const said = "Logging.LogMessage Message: $'''a\u001b[2Jb''' LogLevel: Logging.LogLevel.InfoLevel\n";
  const { exit, error } = await flowRun(said);
  expect(exit).toBe(0);
  expect(error).toContain('a\ufffd[2Jb');
});

test('a flow that fails exits 1 and names the error and its place', async () => {
  const { exit, out, error } = await flowRun(`SET A TO 1\nTHROW ERROR\nSET X TO 1 / (A - A)\n`, ['--json']);
  expect(exit, error).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ state: 'failed' });
});

test('a flow that takes too long is ended, and says so', async () => {
  const { exit, out } = await flowRun('WAIT 600\n', ['--timeout', '1s', '--json']);
  expect(exit).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ state: 'timedOut' });
});

test('a time that is over before the flow could begin is told in the same way', async () => {
  const { exit, out } = await flowRun('WAIT 600\n', ['--timeout', '1ms', '--json']);
  expect(exit).toBe(1);
  expect(JSON.parse(out)).toEqual({ state: 'timedOut', outputs: {}, error: null });
});

test('Ctrl+C cancels the flow and exits 130', { timeout: 30_000 }, async () => {
  let ended = false;
  const endWhenRunning = (said: string, end: () => void) => {
    if (!ended && said.includes('SET')) end();
    ended ||= said.includes('SET');
  };
  const { exit, error } = await flowRun('SET A TO 1\nWAIT 600\n', ['--log'], endWhenRunning);
  expect(exit).toBe(130);
  expect(error).toContain('cancelled');
});
