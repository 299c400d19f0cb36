import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const DEMO_TIMEOUT_MS = 6 * 60_000;
const demo = fileURLToPath(new URL('../examples/demo/main.ts', import.meta.url));

const runDemo = (env: NodeJS.ProcessEnv): Promise<{ readonly code: number; readonly said: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', demo], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr }),
    );
  });

test(
  'the demo finds everything as it should be, and leaves no account behind',
  async () => {
    const { NODE_ENV: _mode, VITEST: _vitest, ...env } = process.env;
    const { code, said } = await runDemo(env);
    expect(said).toContain('Everything was as it should be.');
    expect(code).toBe(0);
    const account = /Deskhand signs (\S+) in by itself/.exec(said)?.[1] ?? '';
    if (process.getuid?.() === 0) expect(readFileSync('/etc/passwd', 'utf8')).not.toContain(`${account}:`);
  },
  DEMO_TIMEOUT_MS,
);

test('without a program for virtual displays it says the command that installs one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dh-demo-'));
  symlinkSync('/bin/sh', join(folder, 'sh'));
  const { code, said } = await runDemo({ PATH: folder });
  rmSync(folder, { recursive: true });
  expect(said).toMatch(/apt-get install -y --no-install-recommends tigervnc-standalone-server/);
  expect(code).toBe(2);
});
