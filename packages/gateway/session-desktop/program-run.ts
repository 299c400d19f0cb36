import type { ChildProcess } from 'node:child_process';
import { enter, type Entrance } from './entrance.ts';

export interface ProgramRun {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly because: 'exited' | 'timed-out' | 'cancelled' | 'too-much-output' | 'not-started';
}

export interface ProgramRunOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string | Buffer;
  readonly timeoutMs: number;
  readonly outputBytesMax: number;
  readonly signal?: AbortSignal;
}

const STDERR_CHARACTERS_MAX = 4_000;

/** Runs a program as the session's account to its end, within bounds of time and output. */
export function runInside(entrance: Entrance, options: ProgramRunOptions): Promise<ProgramRun> {
  const { command, args, environment } = options;
  const child = enter(entrance, {
    command,
    args,
    ...(environment ? { environment } : {}),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return collect(child, options);
}

export function collect(
  child: ChildProcess,
  options: Omit<ProgramRunOptions, 'command' | 'args'>,
): Promise<ProgramRun> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let because: ProgramRun['because'] = 'exited';
    const stop = (why: ProgramRun['because']): void => {
      because = because === 'exited' ? why : because;
      endGroup(child);
    };
    const timer = setTimeout(() => stop('timed-out'), options.timeoutMs);
    const cancelled = (): void => stop('cancelled');
    options.signal?.addEventListener('abort', cancelled);
    if (options.signal?.aborted) cancelled();
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > options.outputBytesMax) stop('too-much-output');
      else chunks.push(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-STDERR_CHARACTERS_MAX)));
    const settle = (code: number | null): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', cancelled);
      resolve({ code, stdout: Buffer.concat(chunks), stderr, because });
    };
    child.on('error', () => {
      because = 'not-started';
      settle(null);
    });
    child.on('close', settle);
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.stdin ?? '');
  });
}

/** The program leads its process group, so what it started goes with it. */
export function endGroup(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}
