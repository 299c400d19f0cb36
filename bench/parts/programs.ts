import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { cleanLater } from './leftovers.ts';

/** A program under measurement, talking JSON lines on its standard output. */
export interface Program {
  readonly process: ChildProcess;
  /** The next line that the predicate takes. */
  next<T>(accepts: (line: Record<string, unknown>) => boolean, timeoutMs?: number): Promise<T>;
  send(line: unknown): void;
}

const END_TIMEOUT_MS = 15_000;
/** A line that does not come for so long never will; the benchmark fails and says which program it waited for. */
const LINE_TIMEOUT_MS = 60_000;

export function startProgram(
  file: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): Program {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env,
  });
  const seen: Record<string, unknown>[] = [];
  const waiting: {
    accepts: (line: Record<string, unknown>) => boolean;
    resolve: (line: never) => void;
    reject: (error: Error) => void;
  }[] = [];
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Record<string, unknown>;
    const taker = waiting.findIndex(({ accepts }) => accepts(line));
    if (taker >= 0) waiting.splice(taker, 1)[0]?.resolve(line as never);
    else seen.push(line);
  });
  cleanLater(() => endOf(child));
  child.on('exit', (code) => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`${file} ended with ${String(code)}.`));
  });
  return {
    process: child,
    next: (accepts, timeoutMs = LINE_TIMEOUT_MS) => {
      const at = seen.findIndex(accepts);
      if (at >= 0) return Promise.resolve(seen.splice(at, 1)[0] as never);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${file} said nothing of what was waited for.`)), timeoutMs);
        const settled =
          <Value>(settle: (value: Value) => void) =>
          (value: Value): void => {
            clearTimeout(timer);
            settle(value);
          };
        waiting.push({ accepts, resolve: settled(resolve), reject: settled(reject) });
      });
    },
    send: (line) => void child.stdin.write(`${JSON.stringify(line)}\n`),
  };
}

export async function endOf(child: ChildProcess, timeoutMs: number = END_TIMEOUT_MS): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  await gone;
  clearTimeout(timer);
}
