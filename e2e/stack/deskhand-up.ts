import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { processes } from './victims.ts';
import { waitUntil } from './wait-until.ts';

const START_TIMEOUT_MS = 120_000;
const END_TIMEOUT_MS = 40_000;
const launcher = fileURLToPath(new URL('../../deskhand', import.meta.url));

/** What `deskhand up --json` says when it is ready. */
export interface Announcement {
  readonly address: string;
  readonly link: string;
  readonly setupCode: string | null;
}

/** `deskhand up` as a person starts it: through the launcher, in a process group of its own. */
export interface DeskhandUp {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exit: Promise<number | null>;
  /** SIGTERM, as a person or an init system ends it; answers with its exit code. */
  readonly stop: () => Promise<number | null>;
}

export function runUp(args: readonly string[]): DeskhandUp {
  // What the test runner sets for itself would lead to another build of the portal.
  const { NODE_ENV: _mode, VITEST: _vitest, ...env } = process.env;
  const child = spawn('sh', [launcher, 'up', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env, detached: true });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (said.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (said.stderr += String(chunk)));
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    child,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    exit,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill('SIGTERM');
      const timer = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), END_TIMEOUT_MS);
      const code = await exit;
      clearTimeout(timer);
      return code;
    },
  };
}

/** Starts it and waits until it is ready. */
export async function startUp(
  data: string,
  port: number,
  args: readonly string[] = [],
): Promise<DeskhandUp & { readonly announcement: Announcement }> {
  const up = runUp(['--json', '--data', data, '--port', String(port), ...args]);
  const line = new Promise<string>((resolve) => {
    if (up.child.stdout) createInterface({ input: up.child.stdout }).once('line', resolve);
  });
  const failed = up.exit.then((code) => {
    throw new Error(`deskhand up ended with ${code} before it was ready:\n${up.stderr()}`);
  });
  const late = waitUntil<string>('deskhand up to be ready', () => undefined, START_TIMEOUT_MS);
  failed.catch(() => undefined);
  late.catch(() => undefined);
  return { ...up, announcement: JSON.parse(await Promise.race([line, failed, late])) as Announcement };
}

/** Programs that name a folder on their command line, as all of `deskhand up --data FOLDER` do. */
export const programsOf = (folder: string): readonly string[] =>
  processes()
    .filter(({ pid, command }) => pid !== process.pid && command.includes(folder))
    .map(({ command }) => command);
