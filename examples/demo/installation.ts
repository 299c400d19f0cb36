import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Everything of Deskhand, up on a scratch folder and a free port. */
export interface Installation {
  readonly address: string;
  readonly setupCode: string;
  readonly stop: () => Promise<void>;
}

const START_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 30_000;
const LOG_LINES_SHOWN = 12;
/** The gateway shows it once, to a person; a log has no use for it. */
const RECOVERY_KEY = /([0-9a-f]{4}-){7}/;
const launcher = fileURLToPath(new URL('../../deskhand', import.meta.url));

/** A folder through which the unprivileged accounts of the server and of the flows can pass to what is theirs. */
export function scratchFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'deskhand-demo-'));
  chmodSync(path, 0o711);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** `deskhand up`, as a person would start it. */
export async function startInstallation(data: string, signal: AbortSignal): Promise<Installation> {
  const args = ['up', '--json', '--data', data, '--port', String(await freePort()), '--no-try-account'];
  // In a process group of its own, so that Ctrl+C reaches it through the demo, after the runs are cancelled.
  const child = spawn('sh', [launcher, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: plainEnvironment(),
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    const { address, setupCode } = await firstLine(child, signal);
    return { address, setupCode, stop: () => stopped(child, ended) };
  } catch (error) {
    await stopped(child, ended);
    throw error;
  }
}

/** Settings of an installation that already exists here must not lead the demo to it. */
function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('DESKHAND_') && name !== 'DATABASE_URL'),
  );
}

function firstLine(child: ChildProcess, signal: AbortSignal): Promise<{ address: string; setupCode: string }> {
  const log: string[] = [];
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (RECOVERY_KEY.test(line)) return;
      log.push(line);
      if (log.length > LOG_LINES_SHOWN) log.shift();
    });
  }
  return new Promise((resolve, reject) => {
    const fail = (what: string): void => settle(() => reject(new Error(`${what}\n${log.join('\n')}`)));
    const timer = setTimeout(() => fail(`Deskhand did not start in ${START_TIMEOUT_MS / 1_000} s.`), START_TIMEOUT_MS);
    const closed = (): void => fail('Deskhand did not start.');
    const stop = (): void => settle(() => reject(signal.reason as Error));
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      child.off('close', closed);
      signal.removeEventListener('abort', stop);
      finish();
    };
    child.once('close', closed);
    signal.addEventListener('abort', stop, { once: true });
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.startsWith('{')) settle(() => resolve(JSON.parse(line) as { address: string; setupCode: string }));
      });
    }
  });
}

async function stopped(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  // One that hangs is ended together with everything it started.
  const timer = setTimeout(() => endGroup(child), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
