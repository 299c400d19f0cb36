import { ApiError, createClient } from '@deskhand/protocol/http/client.ts';
import type { Problem } from '@deskhand/protocol/errors.ts';

/** The API of the address that served the portal; the sign-in is a cookie. */
export const api = createClient({
  baseUrl: '',
  // Looked up at each call, because the simulated server replaces it after this module has loaded.
  fetch: (input, init) => globalThis.fetch(input, init),
});

/** What went wrong, as the sentence, code and remedy of the error table. */
export function problemOf(error: unknown): Pick<Problem, 'title' | 'code' | 'remedy' | 'status'> {
  if (error instanceof ApiError) return error.problem;
  const title = error instanceof Error ? error.message : String(error);
  return { title, code: 'internal', remedy: 'Reload the page.', status: 500 };
}

export const isProblem = (error: unknown, code: Problem['code']): boolean =>
  error instanceof ApiError && error.problem.code === code;
