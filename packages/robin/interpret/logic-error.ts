/**
 * A failure of the flow's own logic: an index out of range, a missing key, a number that is none. `ON ERROR` of an
 * action does not see it; `ON BLOCK ERROR all` does.
 */
export class LogicError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
