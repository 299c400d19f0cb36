import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

let clone = '';

/** A clone that is ready, whose command line only tells what it was given. */
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'a clone with spaces '));
  for (const folder of ['packages/cli', '.node/bin', 'node_modules', 'setup'])
    mkdirSync(join(clone, folder), { recursive: true });
  copyFileSync(fileURLToPath(new URL('../deskhand', import.meta.url)), join(clone, 'deskhand'));
  writeFileSync(join(clone, 'package-lock.json'), '{}');
  writeFileSync(join(clone, 'node_modules/.deskhand-stamp'), '');
  writeFileSync(join(clone, 'package.json'), '{"type":"module"}');
  writeFileSync(join(clone, 'setup/prepare.mjs'), `process.stderr.write('prepared ' + process.argv.slice(2));`);
  writeFileSync(
    join(clone, 'packages/cli/main.ts'),
    'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 5;',
  );
  symlinkSync(process.execPath, join(clone, '.node/bin/node'));
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

const run = (command: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = process.env) =>
  spawnSync(command, args, { cwd: '/', env, encoding: 'utf8' });

test('words and exit code pass through, from any folder and with spaces in the path', () => {
  const { stdout, stderr, status } = run(join(clone, 'deskhand'), ['runs', 'submit', 'two words', '']);
  expect({ stdout, stderr, status }).toEqual({ stdout: '["runs","submit","two words",""]\n', stderr: '', status: 5 });
});

test('a chain of symbolic links leads to the clone', () => {
  symlinkSync(join(clone, 'deskhand'), join(clone, 'absolute link'));
  symlinkSync('absolute link', join(clone, 'relative link'));
  expect(run(join(clone, 'relative link'), ['--version']).stdout).toBe('["--version"]\n');
});

test('a program that opens sessions prepares everything first', () => {
  expect(run(join(clone, 'deskhand'), ['up']).stderr).toBe('prepared --desktop');
});

test('a clone without packages is prepared for every command', () => {
  rmSync(join(clone, 'node_modules/.deskhand-stamp'));
  expect(run(join(clone, 'deskhand'), ['flow', 'check']).stderr).toBe('prepared --packages');
});

test('without any Node it says what to install', () => {
  rmSync(join(clone, '.node'), { recursive: true });
  mkdirSync(join(clone, 'bin'));
  for (const tool of ['dirname', 'readlink']) symlinkSync(`/usr/bin/${tool}`, join(clone, 'bin', tool));
  const { status, stderr } = run('/bin/sh', [join(clone, 'deskhand'), 'up'], { PATH: join(clone, 'bin') });
  expect(status).toBe(2);
  expect(stderr).toContain('Node is not installed. Install Node 18 or newer with npm');
});
