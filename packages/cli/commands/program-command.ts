import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { ExitCode } from '../exit-code.ts';
import { type Program, programArguments } from '../programs.ts';

/** Runs a program in the foreground: its streams are ours, and so is its exit code. Ctrl+C reaches it by itself. */
export async function runProgram(program: Program, args: readonly string[], signal: AbortSignal): Promise<ExitCode> {
  const child = spawn(process.execPath, [...programArguments(program), ...args], { stdio: 'inherit' });
  const end = () => void child.kill('SIGTERM');
  process.on('SIGTERM', end);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, by) => resolve(exitCodeOf(code, by, signal.aborted)));
    });
  } finally {
    process.off('SIGTERM', end);
  }
}

function exitCodeOf(code: number | null, by: NodeJS.Signals | null, interrupted: boolean): ExitCode {
  if (interrupted || by === 'SIGINT') return 130;
  // Ended from outside, as a service is: that is its ordinary end.
  if (by === 'SIGTERM' || code === 128 + constants.signals.SIGTERM) return 0;
  return (code ?? 2) as ExitCode;
}
