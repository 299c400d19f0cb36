import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

const LINE_TIMEOUT_MS = 120_000;
const END_TIMEOUT_MS = 30_000;
const LOG_LINES_KEPT_MAX = 20_000;

/** One of the real programs under test: its JSON lines on standard output, its log, and its end. */
export interface Program {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Everything it wrote to standard error, for tests that search logs. */
  log(): string;
  /** The next line of standard output that the predicate takes. */
  line<T>(accepts: (line: Record<string, unknown>) => boolean, what: string): Promise<T>;
  tell(line: unknown): void;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, then SIGKILL when it does not end. */
  end(): Promise<void>;
}

const thisRelease = fileURLToPath(new URL('../..', import.meta.url));

export const programFile = (name: 'control-plane' | 'gateway' | 'runner' | 'cli', release = thisRelease): string =>
  join(release, 'packages', name, 'main.ts');

/** Where a program is started: its environment, and what stands before its command line. */
export interface Surroundings {
  readonly env?: NodeJS.ProcessEnv;
  readonly prefix?: readonly string[];
  /** The folder of another release; default: this one. */
  readonly release?: string;
}

function spawnProgram(
  name: Parameters<typeof programFile>[0],
  args: readonly string[],
  { env = process.env, prefix = [], release }: Surroundings,
) {
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', programFile(name, release), ...args];
  const [command = process.execPath, ...rest] = [...prefix, ...node];
  return spawn(command, rest, { stdio: ['pipe', 'pipe', 'pipe'], env });
}

export function startProgram(
  name: 'control-plane' | 'gateway',
  args: readonly string[],
  surroundings: Surroundings = {},
): Program {
  const child = spawnProgram(name, args, surroundings);
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line);
    if (log.length > LOG_LINES_KEPT_MAX) log.shift();
  });
  const lines = readLines(child, () => log.slice(-15).join('\n'));
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid as number,
    child,
    log: () => log.join('\n'),
    line: lines.next,
    tell: (line) => void child.stdin.write(`${JSON.stringify(line)}\n`),
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** Lines are kept until somebody asks for them; a program that ends first says what it logged last. */
function readLines(child: ChildProcess, lastWords: () => string) {
  const seen: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (text) => {
      if (!text.startsWith('{')) return;
      seen.push(JSON.parse(text) as Record<string, unknown>);
      for (const look of [...waiting]) look();
    });
  }
  const next = <T>(accepts: (line: Record<string, unknown>) => boolean, what: string): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => finish(() => reject(new Error(`No line about ${what} in ${LINE_TIMEOUT_MS} ms. Log:\n${lastWords()}`))),
        LINE_TIMEOUT_MS,
      );
      const look = (): void => {
        const at = seen.findIndex(accepts);
        if (at >= 0) finish(() => resolve(seen.splice(at, 1)[0] as T));
      };
      const died = (): void =>
        finish(() => reject(new Error(`The program ended before it said ${what}. Log:\n${lastWords()}`)));
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        waiting.delete(look);
        child.off('exit', died);
        settle();
      };
      waiting.add(look);
      child.once('exit', died);
      look();
    });
  return { next };
}

/** Runs a program to its end and answers what it printed. */
export async function runProgram(
  name: 'control-plane' | 'gateway' | 'cli',
  args: readonly string[],
  input = '',
  surroundings: Surroundings = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawnProgram(name, args, surroundings);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (output.stderr += String(chunk)));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}
