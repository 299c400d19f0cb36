import { type ErrorCode, problem } from '@deskhand/protocol/errors.ts';

/** A reason why the program cannot start, in one sentence with its fix. */
export class StartFault extends Error {
  readonly code: ErrorCode;
  readonly values: Readonly<Record<string, string | number>>;

  constructor(code: ErrorCode, values: Readonly<Record<string, string | number>> = {}) {
    super(problem(code, values).detail);
    this.code = code;
    this.values = values;
  }
}

/** What was opened before a step is closed when the step fails; its own trouble does not hide the first one. */
export async function unlessItFails<T>(step: () => Promise<T>, close: () => Promise<void>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}
