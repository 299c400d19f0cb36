import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import type { RunnerEvent, RunnerResult, RunnerStart } from '@deskhand/protocol/runner.ts';
import { programArguments } from '../../programs.ts';
import { cannot } from '../../terminal/errors.ts';

interface Watching {
  /** Ctrl+C reaches the runner by itself, as a process of the same terminal; others that end this one do not. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number | undefined;
  readonly onLine: (line: LogLine) => void;
}

/** Runs a flow in a process of its own, as a gateway would, so that nothing a flow does can take this one with it. */
export async function runHere(start: RunnerStart, { signal, timeoutMs, onLine }: Watching) {
  const child = spawn(process.execPath, [...programArguments('runner'), '--here'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  let timedOut = false;
  const end = () => void child.kill('SIGTERM');
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, timeoutMs ?? 0);
  if (timeoutMs === undefined) clearTimeout(timer);
  signal.addEventListener('abort', end);
  process.once('SIGTERM', end);
  try {
    hand(start, child.stdin);
    const result = await readEvents(child.stdout, onLine);
    const code = await ended;
    // A runner that is ended before it is up has no result to tell, and nothing of the flow was run.
    const told = result ?? (timedOut || signal.aborted ? nothingRun : undefined);
    if (told === undefined) throw notRun(code);
    return { ...told, state: timedOut ? ('timedOut' as const) : told.state };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    process.off('SIGTERM', end);
  }
}

const nothingRun: Pick<RunnerResult, 'state' | 'outputs' | 'error'> = { state: 'cancelled', outputs: {}, error: null };

function hand(start: RunnerStart, stdin: Writable): void {
  // A runner that ends before it has read its start is told from its exit code.
  stdin.on('error', () => undefined);
  stdin.end(`${JSON.stringify(start)}\n`);
}

async function readEvents(stdout: Readable, onLine: (line: LogLine) => void): Promise<RunnerResult | undefined> {
  let result: RunnerResult | undefined;
  for await (const text of createInterface({ input: stdout })) {
    const event = JSON.parse(text) as RunnerEvent;
    if (event.type === 'log') event.lines.forEach(onLine);
    if (event.type === 'result') result = event.result;
  }
  return result;
}

const notRun = (code: number | null) =>
  cannot(
    'The flow was not run to its end.',
    `the runner ended with exit code ${code ?? 'none'} and no result`,
    'look at what it said above',
    'RunnerLost',
  );
