import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** What npm publishes, unpacked elsewhere, beside the dependencies that npm would install. */
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'dh-pack-'));
const command = join(folder, 'package', 'dist', 'deskhand');
const withNode = (path: string) => ({ ...process.env, PATH: `${path}:/usr/bin:/bin` });

beforeAll(() => {
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  execFileSync('tar', ['-xzf', join(folder, packed.trim()), '-C', folder]);
  symlinkSync(join(root, 'node_modules'), join(folder, 'package', 'node_modules'));
  writeFileSync(
    join(folder, 'hello.robin'),
    `@INPUT Name : { 'Description': '', 'FriendlyName': 'Name', 'Type': 'String' }
@OUTPUT Greeting : { 'Description': '', 'FriendlyName': 'Greeting', 'Type': 'String' }
SET Greeting TO $'''Hello %Name%'''`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the packed command runs a flow', () => {
  const args = [command, 'flow', 'run', join(folder, 'hello.robin'), '--input', 'Name=Ada', '--json'];
  const said = execFileSync('sh', args, { encoding: 'utf8', env: withNode(dirname(process.execPath)) });
  expect(JSON.parse(said)).toMatchObject({ state: 'succeeded', outputs: { Greeting: 'Hello Ada' } });
});

test('where Node is too old, the packed command uses the newer one that it keeps beside itself', () => {
  const old = join(folder, 'old');
  mkdirSync(old);
  writeFileSync(join(old, 'node'), '#!/bin/sh\necho v20.20.2\n', { mode: 0o755 });
  const kept = join(dirname(command), '.node', 'bin');
  mkdirSync(kept, { recursive: true });
  cpSync(process.execPath, join(kept, 'node'));
  const said = execFileSync('sh', [command, '--version'], { encoding: 'utf8', env: withNode(old) });
  expect(said).toMatch(/^\d+\.\d+\.\d+\n$/);
});
