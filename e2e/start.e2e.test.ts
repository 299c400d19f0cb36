import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DeskhandUp, programsOf, runUp } from './stack/deskhand-up.ts';
import { freePort } from './stack/stack.ts';
import { waitUntil } from './stack/wait-until.ts';

const isRoot = process.getuid?.() === 0;
const READY_TIMEOUT_MS = 120_000;
const SECOND_START_LIMIT_MS = 5_000;

describe('deskhand up', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dh-start-'));
    chmodSync(folder, 0o711);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const start = (data: string, port: number): DeskhandUp =>
    runUp(['--data', data, '--port', String(port), '--no-try-account']);
  const oneTimeLink = (up: DeskhandUp): Promise<string> =>
    waitUntil(
      'a line with a one-time link',
      () => {
        if (up.child.exitCode !== null) throw new Error(`It ended with ${up.child.exitCode}:\n${up.stderr()}`);
        return /^ +(http\S+\/setup#code=\S+)$/m.exec(up.stdout())?.[1];
      },
      READY_TIMEOUT_MS,
    );

  test('ends in a one-time link, starts again on the same folder within 5 s, and leaves no process', async () => {
    const data = join(folder, 'data');
    const port = await freePort();
    const first = start(data, port);
    const link = await oneTimeLink(first);
    expect(link.startsWith(`http://127.0.0.1:${port}/setup#code=`)).toBe(true);
    const page = await fetch(link);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    expect(programsOf(data).length).toBeGreaterThan(2);
    expect(await first.stop()).toBe(0);
    expect(programsOf(data)).toEqual([]);

    const startedAtMs = performance.now();
    const second = start(data, port);
    expect(await oneTimeLink(second)).toContain('/setup#code=');
    const tookMs = performance.now() - startedAtMs;
    console.log(`second start: ${(tookMs / 1_000).toFixed(2)} s`);
    expect(await second.stop()).toBe(0);
    expect(programsOf(data)).toEqual([]);
    expect(tookMs).toBeLessThan(SECOND_START_LIMIT_MS);
  });

  test('a Ctrl+C in the terminal, which reaches every program at once, leaves no process either', async () => {
    const data = join(folder, 'interrupted');
    const up = start(data, await freePort());
    await oneTimeLink(up);
    process.kill(-(up.child.pid as number), 'SIGINT');
    await up.exit;
    expect(programsOf(data)).toEqual([]);
  });

  test('a port that is taken is told in one sentence with its fix', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as { port: number };
    const up = start(join(folder, 'taken'), port);
    const code = await up.exit;
    await new Promise((resolve) => holder.close(resolve));
    expect({ code, said: refusalOf(up) }).toEqual({
      code: 2,
      said: {
        error: expect.stringContaining(String(port)),
        try: expect.stringContaining('--port'),
        code: 'port-taken',
      },
    });
    expect(programsOf(join(folder, 'taken'))).toEqual([]);
  });

  test('a data folder that cannot be written is told in one sentence with its fix', async () => {
    const closed = join(folder, 'closed');
    // Root may write everywhere; below a file nobody can make a folder.
    if (isRoot) writeFileSync(closed, '');
    else mkdirSync(closed, { mode: 0o500 });
    const up = start(join(closed, 'data'), await freePort());
    expect({ code: await up.exit, said: refusalOf(up) }).toEqual({
      code: 2,
      said: {
        error: expect.stringContaining(closed),
        try: expect.stringContaining('--data'),
        code: 'data-folder-not-writable',
      },
    });
  });
});

/** The last words of a command: `error:`, `try:` and `code:`, one line each. */
function refusalOf(up: DeskhandUp): Record<string, string> {
  const lines = [...up.stderr().matchAll(/^(error|try|code): (.*)$/gm)];
  return Object.fromEntries(lines.map(([, name = '', text = '']) => [name, text]));
}
