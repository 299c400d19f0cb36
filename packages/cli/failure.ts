import { errorTable, type Problem } from '@deskhand/protocol/errors.ts';
import type { ExitCode } from './exit-code.ts';
import { CommandFailure, type Failure } from './terminal/errors.ts';

/** Whatever was thrown, as something a person can act on. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommandFailure) return error.failure;
  if (isRefusal(error)) return refusal(error);
  if (error instanceof Error && 'code' in error) return fileFailure(error as NodeJS.ErrnoException);
  const said = error instanceof Error ? error.message : String(error);
  return {
    what: 'Deskhand came upon something it did not expect.',
    because: said,
    remedy: 'run it again with --debug and report what it prints',
    code: 'unexpected',
    exit: 2,
  };
}

interface Refusal {
  readonly problem: Problem;
}

/** Told by its shape: to import its class would load the whole API before the first word is read. */
const isRefusal = (error: unknown): error is Refusal => error instanceof Error && 'problem' in error;

function refusal({ problem: { title, detail, remedy, code, status } }: Refusal): Failure {
  const exit = (errorTable[code] as { exit: ExitCode } | undefined)?.exit ?? 2;
  return { what: title, ...(detail !== title ? { because: detail } : {}), remedy, code, exit, status };
}

function fileFailure(error: NodeJS.ErrnoException): Failure {
  const path = error.path ? ` ${error.path}` : '';
  const known: Readonly<Record<string, string>> = {
    ENOENT: `The file${path} does not exist.`,
    EISDIR: `${path.trim() || 'That'} is a folder, not a file.`,
    EACCES: `The file${path} may not be read or written by this account.`,
  };
  const what = known[error.code ?? ''];
  if (what === undefined) return { what: error.message, code: error.code ?? 'unexpected', exit: 2 };
  return { what, remedy: 'check the path', code: 'file-not-readable', exit: 2 };
}
