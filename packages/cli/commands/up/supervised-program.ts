import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Program, programArguments } from '../../programs.ts';

/** A program that `up` started: its JSON lines, its log lines, and its end. */
export interface SupervisedProgram {
  /** The next line on standard output that names the event. */
  readonly next: <T>(key: string, value: unknown) => Promise<T>;
  readonly tell: (line: unknown) => void;
  /** Resolves with the last lines of its log when it has ended. */
  readonly ended: Promise<string>;
  readonly end: () => Promise<void>;
}

const LOG_LINES_KEPT_MAX = 20;
const END_TIMEOUT_MS = 20_000;

export interface StartOptions {
  readonly program: Program;
  readonly args: readonly string[];
  /** All of standard input, as it is: secrets travel here and nowhere else. Without it the program can be told lines. */
  readonly input?: string;
  readonly onLog: (line: string) => void;
}

export function startProgram({ program, args, input, onLog }: StartOptions): SupervisedProgram {
  const child = spawn(process.execPath, [...programArguments(program), ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  // Its end is told by `ended`; a broken pipe on the way there is no news.
  child.stdin.on('error', () => undefined);
  // Closed with it: a program that waits for the end of its input would never end itself.
  if (input !== undefined) child.stdin.end(input);
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line);
    if (log.length > LOG_LINES_KEPT_MAX) log.shift();
    onLog(line);
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', () => resolve(log.join('\n')));
  });
  return {
    next: lineReader(child, ended),
    tell: (line) => void child.stdin.write(`${JSON.stringify(line)}\n`),
    ended,
    end: () => endOf(child, ended),
  };
}

async function endOf(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

function lineReader(child: ChildProcess, ended: Promise<string>): SupervisedProgram['next'] {
  const seen: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      seen.push(JSON.parse(line) as Record<string, unknown>);
      for (const look of [...waiting]) look();
    });
  }
  return <T>(key: string, value: unknown) =>
    new Promise<T>((resolve, reject) => {
      const look = (): void => {
        const at = seen.findIndex((line) => line[key] === value);
        if (at < 0) return;
        waiting.delete(look);
        resolve(seen.splice(at, 1)[0] as T);
      };
      waiting.add(look);
      void ended.then((lastWords) => reject(new Error(lastWords)));
      look();
    });
}
