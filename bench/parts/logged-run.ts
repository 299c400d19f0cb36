import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RunnerEvent, RunnerStart } from '@deskhand/protocol/runner.ts';

export interface LoggedRun {
  /** Log lines that the reader saw, each with the next number. */
  readonly lines: number;
  readonly lastLogSeq: number;
  /** From the event `started` to the event `result`. */
  readonly ranMs: number;
}

/** Runs a flow in the real runner and reads its action log here, in another process, checking that no line is missing. */
export async function runWithLog(script: string): Promise<LoggedRun> {
  const runner = fileURLToPath(new URL('../../packages/runner/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', runner, '--here'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(`${JSON.stringify(start(script))}\n`);
  let lines = 0;
  let startedMs = 0;
  for await (const event of eventsOf(child.stdout)) {
    if (event.type === 'started') startedMs = performance.now();
    else if (event.type === 'log') lines = confirmed(lines, event.lines);
    else if (event.type === 'result') {
      if (event.result.state !== 'succeeded') throw new Error(`The flow ended ${event.result.state}.`);
      return { lines, lastLogSeq: event.result.lastLogSeq, ranMs: performance.now() - startedMs };
    }
  }
  throw new Error('The runner ended without a result.');
}

function confirmed(lines: number, more: readonly { readonly seq: number }[]): number {
  let expected = lines;
  for (const { seq } of more) {
    expected += 1;
    if (seq !== expected) throw new Error(`Line ${expected} is missing; ${seq} came instead.`);
  }
  return expected;
}

async function* eventsOf(stream: NodeJS.ReadableStream): AsyncGenerator<RunnerEvent> {
  let rest = '';
  for await (const chunk of stream) {
    const parts = (rest + String(chunk)).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield JSON.parse(part) as RunnerEvent;
  }
}

const start = (script: string): RunnerStart => ({
  runId: 'bench',
  attempt: 1,
  flowName: 'bench',
  script,
  inputs: {},
  sensitive: [],
  secrets: [],
  windowsPaths: {},
  culture: 'en-US',
  mode: 'here',
  channel: null,
  logLevel: 'all',
});
