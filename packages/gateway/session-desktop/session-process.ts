import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { PreparedProgram, SessionProcess, SessionProgram } from '../ports/session-host.ts';
import { enter, type Entrance } from './entrance.ts';
import { endGroup } from './program-run.ts';
import { readProcFile, parseStat } from './process-facts.ts';
import { until } from './waiting.ts';

const OUTPUT_LINES_BUFFERED_MAX = 2_000;

/** A program that has been started and waits for its standard input. */
export interface WaitingProcess extends PreparedProgram {
  /** When nothing will be said to it: a program that reads its input ends by itself then. */
  drop(): void;
  /** Ends it whatever it does. */
  end(): void;
}

export function startProcess(entrance: Entrance, program: SessionProgram): SessionProcess {
  return prepareProcess(entrance, program).start(program.stdin ?? '');
}

export function prepareProcess(entrance: Entrance, program: SessionProgram): WaitingProcess {
  const child = enter(entrance, {
    command: program.command,
    args: program.args,
    ...(program.environment ? { environment: program.environment } : {}),
    stdio: ['pipe', 'pipe', 'pipe', ...(program.extraFileDescriptors ?? [])],
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error('The system could not start another process.');
  child.stdin?.on('error', () => undefined);
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('error', () => resolve({ code: null, signal: null }));
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  const startTime = parseStat(readProcFile(pid, 'stat') ?? '')?.startTime ?? '';
  const running = {
    pid,
    startTime,
    exited,
    output: linesOf(child),
    end: (graceMs: number) => endProcess(child, graceMs),
  };
  return {
    start: (stdin) => {
      child.stdin?.end(stdin);
      return running;
    },
    drop: () => child.stdin?.end(),
    end: () => endGroup(child),
  };
}

async function endProcess(child: ChildProcess, graceMs: number): Promise<void> {
  const gone = (): boolean => child.exitCode !== null || child.signalCode !== null;
  endGroup(child, 'SIGTERM');
  if (await until(gone, graceMs)) return;
  endGroup(child, 'SIGKILL');
  await until(gone, PROCESS_END_TIMEOUT_MS);
}
const PROCESS_END_TIMEOUT_MS = 5_000;

/** Lines of both streams. A reader that is slow or absent never blocks the program: the oldest lines are dropped and counted. */
function linesOf(child: ChildProcess): AsyncIterable<string> {
  const waiting: string[] = [];
  let dropped = 0;
  let open = 2;
  let wake = (): void => undefined;
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    const lines = createInterface({ input: stream });
    lines.on('line', (line) => {
      waiting.push(line);
      if (waiting.length > OUTPUT_LINES_BUFFERED_MAX) {
        waiting.shift();
        dropped++;
      }
      wake();
    });
    lines.on('close', () => {
      open--;
      wake();
    });
  }
  return {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        if (dropped > 0) {
          yield `(${dropped} lines were dropped)`;
          dropped = 0;
        }
        const line = waiting.shift();
        if (line !== undefined) yield line;
        else if (open === 0) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
