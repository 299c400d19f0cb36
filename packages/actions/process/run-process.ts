import { type ChildProcess, spawn } from 'node:child_process';

export interface ProcessToRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Written to its standard input, which is closed then. */
  readonly input?: string;
  /** Left out: as long as the run lasts. */
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
  /** Told once it has been started. */
  readonly onStarted?: (processId: number) => void;
}

export interface ProcessOutcome {
  /** -1 when it was ended by a signal or by its timeout. */
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly timedOut: boolean;
  /** Whether more was written than `PROCESS_OUTPUT_MAX_BYTES`; the rest was thrown away. */
  readonly truncated: boolean;
}

export const PROCESS_OUTPUT_MAX_BYTES = 10 * 1024 * 1024;
/** How long a process that was asked to end may take before it is made to. */
export const PROCESS_END_GRACE_MS = 2_000;
/** What a child of the child may keep open after its parent ended is not waited for longer. */
const OUTPUT_DRAIN_MS = 500;

/**
 * Runs a program to its end. It gets a process group of its own, so that ending it ends what it started too. Rejects
 * when it cannot be started, and with the signal's reason when the run is cancelled.
 */
export function runProcess(wanted: ProcessToRun): Promise<ProcessOutcome> {
  wanted.signal.throwIfAborted();
  const child = spawn(wanted.command, [...wanted.args], {
    cwd: wanted.folder,
    env: { ...wanted.environment },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) wanted.onStarted?.(child.pid);
  const output = collect(child);
  // A program that does not read its input closes the pipe; that is its right.
  child.stdin.on('error', () => undefined);
  child.stdin.end(wanted.input ?? '');
  return new Promise((resolve, reject) => {
    let timedOut = false;
    const end = (): void => endGroup(child);
    const timer =
      wanted.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            end();
          }, wanted.timeoutMs);
    wanted.signal.addEventListener('abort', end, { once: true });
    const finish = (): void => {
      clearTimeout(timer);
      wanted.signal.removeEventListener('abort', end);
    };
    child.on('error', (cause) => {
      finish();
      reject(cause);
    });
    child.on('exit', (code) => {
      const answer = (): void => {
        finish();
        if (wanted.signal.aborted) reject(abortReason(wanted.signal));
        else resolve({ exitCode: timedOut ? -1 : (code ?? -1), timedOut, ...output() });
      };
      const drain = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, OUTPUT_DRAIN_MS);
      child.on('close', () => {
        clearTimeout(drain);
        answer();
      });
    });
  });
}

const abortReason = (signal: AbortSignal): Error =>
  signal.reason instanceof Error ? signal.reason : new Error('The run was cancelled.');

function collect(child: ChildProcess): () => Pick<ProcessOutcome, 'stdout' | 'stderr' | 'truncated'> {
  let left = PROCESS_OUTPUT_MAX_BYTES;
  let truncated = false;
  const kept = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, left);
      truncated ||= part.length < chunk.length;
      left -= part.length;
      if (part.length > 0) kept[name].push(part);
    });
  }
  return () => ({ stdout: Buffer.concat(kept.stdout), stderr: Buffer.concat(kept.stderr), truncated });
}

/** Asks the whole group to end, and makes it end when it does not. */
export function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), PROCESS_END_GRACE_MS);
  child.once('close', () => clearTimeout(timer));
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group ended by itself meanwhile.
  }
}
