import { setTimeout as wait } from 'node:timers/promises';
import { ApiError } from '@deskhand/protocol/http/client.ts';

const UNANSWERED = ['server-unreachable', 'server-unavailable'];
const AGAIN_AFTER_MS = 100;

/** Whether the server was away or could not answer at the moment, which it says itself where it can. */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof ApiError && UNANSWERED.includes(error.problem.code);

/** As a program does whose request got no answer: again, with the same key, for so long. */
export async function untilAnswered<Answer>(request: () => Promise<Answer>, withinMs: number): Promise<Answer> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (!isUnanswered(error) || performance.now() > untilMs) throw error;
      await wait(AGAIN_AFTER_MS);
    }
  }
}

/** A promise that is awaited only later: until then its failure is nobody's, and must not end the program. */
export function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
