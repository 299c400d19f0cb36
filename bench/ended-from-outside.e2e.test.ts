import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commitNamed } from './parts/earlier.ts';

const GATEWAYS = 4;
/** Longer than the bench gives a program that does not end, and PostgreSQL after it. */
const within = { timeout: 60_000 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ended-bench-'));
  // PostgreSQL, which is another user's when a root runs this, must come through.
  chmodSync(folder, 0o711);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a benchmark that is ended from outside leaves no program and no folder', () => {
  test('when its whole group is told to end, and then told again by npm', async () => {
    const bench = startBench();
    await bench.says('runs are in hand');
    bench.signal('SIGTERM');
    bench.signal('SIGTERM');
    await bench.leavesNothing();
  });

  test('when it is killed, which it is not told', async () => {
    const bench = startBench();
    await bench.says('runs are in hand');
    bench.process.kill('SIGKILL');
    await bench.leavesNothing();
  });

  test('when its PostgreSQL is only starting', async () => {
    const bench = startBench();
    await expect.poll(() => postmaster(), { ...within, interval: 5 }).toBeGreaterThan(1);
    bench.signal('SIGTERM');
    await bench.leavesNothing();
  });

  test.runIf(commitNamed('HEAD') !== undefined)('when it measures an earlier commit', async () => {
    const bench = startBench('--against', 'HEAD');
    await bench.says('runs are in hand');
    bench.signal('SIGTERM');
    await bench.leavesNothing();
  });
});

function startBench(...options: readonly string[]) {
  const program = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, [program, 'restart', '--gateways', String(GATEWAYS), ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, TMPDIR: folder },
    detached: true,
  });
  const lines = createInterface({ input: child.stderr });
  return {
    process: child as ChildProcess,
    says: async (text: string) => {
      for await (const line of lines) if (line.includes(text)) return;
      throw new Error(`The benchmark ended before it said: ${text}`);
    },
    signal: (signal: NodeJS.Signals) => process.kill(-(child.pid as number), signal),
    leavesNothing: async () => {
      const pid = postmaster();
      expect(pid).toBeGreaterThan(1);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await expect.poll(() => isAlive(-(child.pid as number)), within).toBe(false);
      await expect.poll(() => readdirSync(folder), within).toEqual([]);
      expect(isAlive(pid)).toBe(false);
    },
  };
}

function postmaster(): number {
  const data = readdirSync(folder).find((name) => name.startsWith('deskhand-bench-')) ?? '';
  try {
    return Number(readFileSync(join(folder, data, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return 0;
  }
}

/** A process or, with a negative number, anybody of its group. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
