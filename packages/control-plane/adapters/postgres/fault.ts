import { type ErrorCode, problem } from '@deskhand/protocol/errors.ts';

/** A reason why the database cannot be used, in one sentence with a code of the error table. */
export class DatabaseFault extends Error {
  readonly code: ErrorCode;
  readonly values: Readonly<Record<string, string | number>>;

  constructor(code: ErrorCode, values: Readonly<Record<string, string | number>>, cause?: unknown) {
    super(problem(code, values).detail, { cause });
    this.name = 'DatabaseFault';
    this.code = code;
    this.values = values;
  }
}

/** SQLSTATE of an error from the driver, or the code of a system call. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** 57P03: starting up or going down; 57P01 to 57P02: the connection was ended by a shutdown or a crash. */
const passing = new Set(['57P01', '57P02', '57P03', 'ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** The database is away for the moment: what was asked may be asked again when it is back. */
export function isUnreachable(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return passing.has(code) || code.startsWith('08');
  return (
    error instanceof Error &&
    (isUnanswered(error) ||
      /connection (terminated|ended)|timeout exceeded when trying to connect/i.test(error.message))
  );
}

/** The driver waited in vain: the link is half open, and nothing that is said on it is heard. */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Query read timeout';

/** 40001 and 40P01: the transaction lost against another one and may be tried again as a whole. */
export function isRetryable(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40001' || code === '40P01';
}

export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (codeOf(error) !== '23505') return false;
  return (
    constraint === undefined || (error instanceof Error && 'constraint' in error && error.constraint === constraint)
  );
}
