import { type ErrorCode, type Problem, problem } from '@deskhand/protocol/errors.ts';

/** Thrown by a handler; answered as problem+json from the same error table as the real server's. */
export class Refusal extends Error {
  readonly problem: Problem;
  constructor(code: ErrorCode, values: Readonly<Record<string, string | number>> = {}) {
    super(code);
    this.problem = problem(code, values);
  }
}

export function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new Refusal('not-found', { what });
  return thing;
}
