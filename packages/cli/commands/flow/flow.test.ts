import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commands } from '../../commands.ts';
import { runCommandLine } from '../../program.ts';
import type { Terminal } from '../../terminal/terminal.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deskhand-flow-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

async function type(...words: readonly string[]) {
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
  return { exit: await runCommandLine(commands, words, () => terminal), ...seen };
}

test('a clean flow exits 0 with nothing on stdout', async () => {
  const { exit, out } = await type('flow', 'check', file('a.robin', 'SET Name TO 1\n'));
  expect({ exit, out }).toEqual({ exit: 0, out: '' });
});

test('an error is one line with its place, and exits 2', async () => {
  const path = file('a.robin', 'IF 1 = 1 THEN\n');
  const { exit, out } = await type('flow', 'check', path);
  expect(exit).toBe(2);
  expect(out).toMatch(new RegExp(`^${path}:1:1: error: .* \\([a-z-]+\\)\n`));
});

test('many files give a JSON line each, also those that cannot be read', async () => {
  const good = file('good.robin', 'SET Name TO 1\n');
  const { exit, out } = await type('flow', 'check', good, join(folder, 'absent.robin'), '--json');
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(exit).toBe(2);
  expect(lines).toMatchObject([
    { file: good, diagnostics: [] },
    {
      file: join(folder, 'absent.robin'),
      diagnostics: [{ severity: 'error', code: 'file-not-readable', line: 1, column: 1 }],
    },
  ]);
});

test('any bytes are answered with findings, never with a crash', async () => {
  const { exit, out } = await type(
    'flow',
    'check',
    file('bytes.robin', Buffer.from([0, 255, 128, 10, 37, 37, 39, 39, 39])),
    '--json',
  );
  expect(exit).toBe(2);
  expect(() => JSON.parse(out) as unknown).not.toThrow();
});

test.each([
  ['little', (text: Buffer) => text],
  ['big', (text: Buffer) => text.swap16()],
])('a file saved as UTF-16 reads like any other, the %s end first', async (_end, ordered) => {
  const path = file('wide.robin', ordered(Buffer.from('\ufeffSET Name TO 1\n', 'utf16le')));
  expect((await type('flow', 'check', path)).exit).toBe(0);
});

test('bytes that are no text are told with their place, and the flow is not run', async () => {
  const path = file('latin.robin', Buffer.from("SET A TO 1\nSET Ä TO $'''Gr\u00fc\u00dfe'''\n", 'latin1'));
  const checked = await type('flow', 'check', path);
  expect(checked.exit).toBe(2);
  expect(checked.out).toContain(`${path}:2:5: error: The byte 0xc4 is no text in UTF-8`);
  expect(await type('flow', 'run', path)).toMatchObject({ exit: 2, error: expect.stringContaining('not-utf8') });
});

test('a copy from the designer is told its inputs and Windows folders', async () => {
  const path = file('copied.robin', "SET Path TO $'''C:\\\\Data\\\\%Name%.txt'''\n");
  expect((await type('flow', 'check', path)).exit).toBe(2);
  expect((await type('flow', 'check', path, '--input', 'Name')).exit).toBe(1);
  const words = ['--input', 'Name', '--windows-path', 'C:\\Data=/srv/data'];
  expect(await type('flow', 'check', path, ...words)).toMatchObject({ exit: 0, out: '' });
});

test('a finding that quotes the flow does not command the terminal', async () => {
  const { exit, out } = await type('flow', 'check', file('a.robin', '\u001b[2J\u0000 gone\n'));
  expect(exit).toBe(2);
  expect(out).not.toMatch(/\u001b|\u0000/);
});

const script = 'SET Name TO 1\n';
test.each([
  [
    'a file beyond the limit',
    () => file('big.robin', Buffer.alloc(5_000_001, 'a')),
    'too-large',
    'more than 5000000 bytes',
  ],
  ['a device without an end', () => '/dev/zero', 'too-large', 'more than 5000000 bytes'],
  ['a folder', () => folder, 'file-not-readable', 'folder'],
  ['a file that is not there', () => join(folder, 'absent.robin'), 'file-not-readable', 'does not exist'],
])('%s is a finding, and the files after it are still checked', async (_what, make, code, said) => {
  const path = make();
  const { exit, out } = await type('flow', 'check', path, file('good.robin', script), '--json');
  const [bad, good] = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(exit).toBe(2);
  expect(bad).toMatchObject({ file: path, diagnostics: [{ code, message: expect.stringContaining(said) }] });
  expect(good).toMatchObject({ diagnostics: [] });
  expect(await type('flow', 'run', path)).toMatchObject({ exit: 2, out: '', error: expect.stringContaining(said) });
});

test('a script of the greatest length is read', async () => {
  const path = file('long.robin', `#${'a'.repeat(4_999_998)}\n`);
  expect(await type('flow', 'check', path)).toMatchObject({ exit: 0, out: '' });
});

test('fmt prints the canonical form, and --write puts it into the file', async () => {
  const path = file('a.robin', 'LOOP I FROM 1 TO 3 STEP 1\nSET Sum TO I\nEND\n');
  const printed = await type('flow', 'fmt', path);
  expect(printed).toMatchObject({ exit: 0, out: 'LOOP I FROM 1 TO 3 STEP 1\n    SET Sum TO I\nEND\n' });
  await type('flow', 'fmt', path, '--write');
  expect(readFileSync(path, 'utf8')).toBe(printed.out);
});

test('fmt changes nothing that it cannot read', async () => {
  const path = file('a.robin', 'IF 1 = 1 THEN\n');
  expect(await type('flow', 'fmt', path, '--write')).toMatchObject({ exit: 2, out: '' });
  expect(readFileSync(path, 'utf8')).toBe('IF 1 = 1 THEN\n');
});

test('actions lists what runs here, and one module with its arguments', async () => {
  expect((await type('flow', 'actions')).out).toContain('Variables.IncreaseVariable');
  expect((await type('flow', 'actions', 'variables')).out).toContain('Variables.IncreaseVariable Value: number');
  expect((await type('flow', 'actions', 'Varables')).error).toContain('Did you mean "Variables"?');
});

test.each([
  ['a flow with an error', 'IF 1 = 1 THEN\n', [], 2, 'was not run'],
  ['a missing input', "@INPUT Who : { 'Type': 'Text', 'IsOptional': False }\n", [], 2, '--input Who=VALUE'],
  [
    'an unknown input',
    "@INPUT Who : { 'Type': 'Text', 'IsOptional': False }\n",
    ['--input', 'Whom=x'],
    3,
    'Did you mean "Who"?',
  ],
] as const)('run says before the first action what is wrong: %s', async (_title, script, words, exit, said) => {
  const answer = await type('flow', 'run', file('a.robin', script), ...words);
  expect(answer).toMatchObject({ exit, out: '' });
  expect(answer.error).toContain(said);
});
