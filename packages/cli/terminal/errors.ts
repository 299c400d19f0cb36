import type { ExitCode } from '../exit-code.ts';
import { paint, type Terminal } from './terminal.ts';

/** What a person needs to get on: what failed, the rule or fact behind it, the next thing to try, and the code. */
export interface Failure {
  readonly what: string;
  readonly because?: string;
  readonly remedy?: string;
  readonly code: string;
  readonly exit: ExitCode;
  /** For `--debug`. */
  readonly status?: number;
}

/** Ends the command with a failure; the program prints it and sets the exit code. */
export class CommandFailure extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.what);
    this.failure = failure;
  }
}

export const usageFailure = (what: string, remedy: string): CommandFailure =>
  new CommandFailure({ what, remedy, code: 'invalid-request', exit: 3 });

export const cannot = (what: string, because: string, remedy: string, code = 'could-not-be-done'): CommandFailure =>
  new CommandFailure({ what, because, remedy, code, exit: 2 });

export function printFailure(terminal: Terminal, failure: Failure, debug: boolean): void {
  const lines = [`${paint(terminal, 'red', 'error:')} ${failure.what}`];
  if (failure.because) lines.push(`because: ${failure.because}`);
  if (failure.remedy) lines.push(`try: ${failure.remedy}`);
  lines.push(`code: ${failure.code}${debug && failure.status ? ` · HTTP ${failure.status}` : ''}`);
  terminal.error(`${lines.join('\n')}\n`);
}

/** The same as the API's problem+json, so that a script reads one shape whoever refused. */
export const failureAsJson = ({ what, because, remedy, code, exit, status }: Failure): Record<string, unknown> => ({
  type: `/docs/errors#${code.toLowerCase()}`,
  title: what,
  status: status ?? 0,
  code,
  detail: because ?? what,
  remedy: remedy ?? '',
  exit,
});
