import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const setup = fileURLToPath(new URL('.', import.meta.url));
/** Installs nothing, but notes that it was called. */
const goodNpm = 'echo "$@" >> npm-calls\nmkdir -p node_modules';
let clone = '';

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'a clone '));
  for (const part of ['prepare.mjs', 'prepare', 'node.sh'])
    cpSync(join(setup, part), join(clone, 'setup', part), { recursive: true });
  write('package-lock.json', '{}');
  npmThat(goodNpm);
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(join(clone, path, '..'), { recursive: true });
  writeFileSync(join(clone, path), text);
}

function npmThat(does: string): void {
  write('bin/npm', `#!/bin/sh\n${does}\n`);
  chmodSync(join(clone, 'bin/npm'), 0o755);
}

function lines(path: string): readonly string[] {
  try {
    return readFileSync(join(clone, path), 'utf8').trimEnd().split('\n');
  } catch {
    return [];
  }
}

interface Preparation {
  readonly path?: string;
  readonly hears?: (said: string) => void;
}

function prepare({ path = `${join(clone, 'bin')}:/usr/bin:/bin`, hears }: Preparation = {}): Promise<{
  readonly exit: number | null;
  readonly said: string;
}> {
  const child = spawn(process.execPath, [join(clone, 'setup/prepare.mjs')], { cwd: tmpdir(), env: { PATH: path } });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    hears?.(chunk.toString());
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve({ exit, said }));
  });
}

describe('packages', () => {
  test('are installed once, and a second preparation is silent', async () => {
    expect((await prepare()).said).toContain('npm ci');
    expect(await prepare()).toEqual({ exit: 0, said: '' });
    expect(lines('npm-calls')).toEqual(['ci --ignore-scripts --no-audit --no-fund']);
  });

  test('are installed again when the lockfile says something else, not when it was only touched', async () => {
    await prepare();
    utimesSync(join(clone, 'package-lock.json'), new Date(), new Date());
    await prepare();
    expect(lines('npm-calls')).toHaveLength(1);
    write('package-lock.json', '{ "lockfileVersion": 3 }');
    await prepare();
    expect(lines('npm-calls')).toHaveLength(2);
  });

  test('are installed once when two preparations start together', async () => {
    execFileSync('mkfifo', [join(clone, 'gate')]);
    npmThat(`cat gate\n${goodNpm}`);
    const openGate = (said: string) => said.includes('another preparation') && writeFileSync(join(clone, 'gate'), '');
    const both = await Promise.all([prepare({ hears: openGate }), prepare({ hears: openGate })]);
    expect(both.map(({ exit }) => exit)).toEqual([0, 0]);
    expect(lines('npm-calls')).toHaveLength(1);
  });

  test('are installed although a preparation that died left its lock', async () => {
    const dead = spawn(process.execPath, ['--version']);
    await new Promise((resolve) => dead.once('close', resolve));
    write('.build/prepare.lock', String(dead.pid));
    expect((await prepare()).exit).toBe(0);
  });

  test('are not taken for installed when npm failed', async () => {
    npmThat('exit 1');
    expect((await prepare()).exit).toBe(2);
    npmThat(goodNpm);
    expect((await prepare()).exit).toBe(0);
  });
});

describe('what a person can mend is said in a sentence with the fix', () => {
  test('npm is not installed', async () => {
    const { exit, said } = await prepare({ path: join(clone, 'nowhere') });
    expect(exit).toBe(2);
    expect(said).toContain('npm is not installed');
    expect(said).toContain('apt-get install npm');
  });

  test.each([
    ['npm error code ENOTFOUND', 'does not reach its registry'],
    ['npm error code ENOSPC', 'is full'],
    ['npm error code EACCES', 'cannot be written'],
    ['npm error code EUSAGE', 'does not fit the package.json files'],
    ['npm error something new', 'npm said: npm error something new'],
  ])('%s', async (error, sentence) => {
    npmThat(`echo "${error}" >&2; exit 1`);
    const { exit, said } = await prepare();
    expect(exit).toBe(2);
    expect(said).toContain(sentence);
    expect(said).not.toContain('at file:');
  });
});

describe('the runner kit', () => {
  beforeEach(() => {
    write('packages/runner/main.ts', 'run();');
    write(
      'setup/build/kit.mjs',
      `import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
       if (readFileSync('packages/runner/main.ts', 'utf8') === 'broken') throw new Error('line 1 is broken');
       mkdirSync('.build/kit', { recursive: true });
       writeFileSync('.build/kit/runner.cjs', '');
       appendFileSync('builds', 'kit\\n');`,
    );
    // setup/node.sh takes the node of PATH; the one that runs this test is new enough.
    write('bin/node', `#!/bin/sh\nexec "${process.execPath}" "$@"\n`);
    chmodSync(join(clone, 'bin/node'), 0o755);
  });

  test('is built when its sources say something else, not when they were only touched', async () => {
    await prepare();
    utimesSync(join(clone, 'packages/runner/main.ts'), new Date(), new Date());
    await prepare();
    expect(lines('builds')).toHaveLength(1);
    write('packages/runner/main.ts', 'run(again);');
    await prepare();
    expect(lines('builds')).toHaveLength(2);
  });

  test('is not built for a changed test', async () => {
    await prepare();
    write('packages/runner/main.test.ts', 'test();');
    await prepare();
    expect(lines('builds')).toHaveLength(1);
  });

  test('that cannot be built says why, and is built once it can', async () => {
    write('packages/runner/main.ts', 'broken');
    expect(await prepare()).toMatchObject({ exit: 2, said: expect.stringContaining('line 1 is broken') as string });
    write('packages/runner/main.ts', 'whole');
    expect((await prepare()).exit).toBe(0);
    expect(lines('builds')).toHaveLength(1);
  });

  test('is built again when it was deleted', async () => {
    await prepare();
    rmSync(join(clone, '.build/kit'), { recursive: true });
    await prepare();
    expect(lines('builds')).toHaveLength(2);
  });
});
