import { describe, expect, test } from 'vitest';
import { exitCodes } from '@deskhand/protocol/errors.ts';
import type { Command } from './command.ts';
import { commands } from './commands.ts';
import { runCommandLine } from './program.ts';
import type { Terminal } from './terminal/terminal.ts';

/** Runs a command line as a person would, and answers what they saw. */
async function type(line: string, known: readonly Command[] = commands) {
  const seen = { out: '', error: '' };
  const terminal: Terminal = {
    out: (text) => void (seen.out += text),
    error: (text) => void (seen.error += text),
    outIsTerminal: false,
    errorIsTerminal: false,
    width: 80,
    colour: false,
    unicode: true,
  };
  const exit = await runCommandLine(
    known,
    line.split(' ').filter((word) => word !== ''),
    () => terminal,
  );
  return { exit, ...seen };
}

describe('every command is complete', () => {
  test.each(commands.map((command) => [command.name, command] as const))('%s', async (name, command) => {
    expect(command.summary).toMatch(/^[A-Z].*\.$/);
    expect(command.examples.length).toBeGreaterThanOrEqual(2);
    for (const example of command.examples) expect(example).toContain('deskhand');
    for (const code of command.exitCodes) expect(exitCodes).toHaveProperty(String(code));
    const help = await type(`${name} --help`);
    expect(help).toMatchObject({ exit: 0, error: '' });
    expect(help.out.indexOf('Examples')).toBeLessThan(help.out.indexOf('Exit codes'));
    expect(help.out.includes('--json')).toBe(!command.isProgram);
    for (const line of help.out.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  test('no two have the same name', () => {
    expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length);
  });
});

describe('what is typed wrong', () => {
  test.each([
    ['rums', 'Did you mean "runs"?'],
    ['runs resbumit', 'Did you mean "runs resubmit"?'],
    ['runs list --limt 3', "Unknown option '--limt'"],
    ['runs submit Invoices', 'The run mode is missing.'],
    ['runs submit Invoices -m sideways', 'Allowed choices are attended, unattended'],
    ['gateways set kiosk-1', 'Nothing to change'],
    ['gateways set kiosk-1 --capacity 0', '"0" is not a number from 1 to 500'],
    ['gateways set kiosk-1 --order first', '"first" is not a number from 0 to 1000'],
    ['gateways maintenance kiosk-1 --end --note Done', 'has no note'],
    ['settings set', 'Nothing to change'],
    ['settings set --add-ons some', '"some" is not a count'],
    ['run-queue set-priority 1 urgent', '"urgent" is not a priority.'],
    ['runs list --limit none', '"none" is not a count.'],
    ['recovery runs --limit 0', '"0" is not a count.'],
    ['runs list --from someday', '"someday" is not a time.'],
    ['runs cancel', 'No run is named.'],
    ['runs cancel 4812 --state queued', 'Runs are named or filtered, not both.'],
    ['runs cancel 4812 4813 --wait', 'Only one run is waited for.'],
    ['runs resubmit 4812 4813 --input Month=11', 'Inputs are changed for one run.'],
    ['runs resubmit 4812 --version newest', 'Allowed choices are current, original'],
    ['runs list --server ftp://example.org', 'is not an http or https address'],
  ])('%s', async (line, said) => {
    const { exit, out, error } = await type(line);
    expect(exit).toBe(3);
    expect(out).toBe('');
    expect(error).toMatch(/^error: /);
    expect(error).toContain(said);
    expect(error).toMatch(/\ntry: .*\ncode: invalid-request\n$/);
  });

  test('a noun alone shows its verbs on stderr, so that a script reads nothing', async () => {
    const { exit, out, error } = await type('runs');
    expect({ exit, out }).toEqual({ exit: 3, out: '' });
    expect(error).toContain('resubmit');
  });
});

test('a server that does not answer is said with its exit code, and in JSON as problem+json', async () => {
  const plain = await type('whoami --server http://127.0.0.1:1');
  expect(plain.exit).toBe(7);
  expect(plain.error).toContain('code: server-unreachable');
  const json = await type('whoami --json --server http://127.0.0.1:1');
  expect(json.exit).toBe(7);
  expect(JSON.parse(json.out)).toMatchObject({ code: 'server-unreachable', exit: 7 });
});

describe('what a command answers', () => {
  const list: Command = {
    name: 'list',
    summary: 'List.',
    examples: [],
    exitCodes: [0],
    run: async ({ output }) => {
      output.list([{ id: 'r1', state: 'queued' }], [{ title: 'run', cell: ({ id }) => id }], 'Nothing.');
      return 0;
    },
  };
  test.each([
    ['list', 'RUN\nr1\n'],
    ['list --quiet', 'r1\n'],
    ['list --json', '{"id":"r1","state":"queued"}\n'],
    ['list --json=state', '{"state":"queued"}\n'],
  ])('%s', async (line, out) => expect(await type(line, [list])).toEqual({ exit: 0, out, error: '' }));

  test('an empty list says so on stderr only', async () => {
    const empty: Command = {
      ...list,
      run: async ({ output }) => void output.list([], [], 'No runs match.') as undefined,
    };
    expect(await type('list', [empty])).toEqual({ exit: 0, out: '', error: 'No runs match.\n' });
  });

  test('an unexpected error is not hidden, and is no crash', async () => {
    const broken: Command = { ...list, run: () => Promise.reject(new Error('the moon is missing')) };
    const { exit, error } = await type('list', [broken]);
    expect(exit).toBe(2);
    expect(error).toContain('because: the moon is missing');
  });
});

test('a program gets its words as they were written', async () => {
  let given: readonly string[] = [];
  const server: Command = {
    name: 'gateway run',
    summary: 'Run.',
    examples: [],
    exitCodes: [0],
    isProgram: true,
    run: async (call) => {
      given = call.arguments;
      return 0;
    },
  };
  await type('gateway run --data /tmp/x --json', [server]);
  expect(given).toEqual(['--data', '/tmp/x', '--json']);
});

test('completion offers verbs after nouns and flags after verbs', async () => {
  const { out } = await type('completion bash');
  expect(out).toContain('"queue") COMPREPLY=($(compgen -W "move-to-top set-priority show undo-move why"');
  expect(out).toMatch(/"runs submit"\) .*--start-deadline/);
});
